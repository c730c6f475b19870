package s3sign

import (
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"signpost/lambda/ascii"
	"signpost/lambda/key"
)

func TestContentDispositionKeepsTheName(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"cat.png":       "attachment; filename*=UTF-8''cat.png",
		"€ rates.txt":   "attachment; filename*=UTF-8''%E2%82%AC%20rates.txt",
		"a'b(c)*%.png":  "attachment; filename*=UTF-8''a%27b%28c%29%2A%25.png",
		"\"\\;\r\n\x00": "attachment; filename*=UTF-8''%22%5C%3B%0D%0A%00",
		"../a":          "attachment; filename*=UTF-8''..%2Fa",
		"שלום.pdf":      "attachment; filename*=UTF-8''%D7%A9%D7%9C%D7%95%D7%9D.pdf",
	} {
		if got := ContentDisposition(Attachment, name); got != header {
			t.Errorf("%q\n got %s\nwant %s", name, got, header)
		}
	}
	for _, name := range []string{strings.Repeat("a", 251) + ".png", strings.Repeat("ж", 255), strings.Repeat("é", 251) + ".png", strings.Repeat(" ", 255), strings.Repeat(".", 255)} {
		if got := dispositionName(t, ContentDisposition(Attachment, name)); got != name {
			t.Errorf("%q comes back as %q", name, got)
		}
	}
}

// dispositionName reads a header as a browser would: here the standard library's way.
func dispositionName(t testing.TB, header string) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header)
	if err != nil || kind != "attachment" {
		t.Fatalf("%s: %v", header, err)
	}
	return params["filename"]
}

func TestContentDispositionFitsS3(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("😀", 251) + ".png", strings.Repeat("文", 250) + ".jpeg", strings.Repeat("😀", 255)} {
		header := ContentDisposition(Attachment, name)
		if len(header) > maxDisposition || len(header) < maxDisposition-12 {
			t.Errorf("%d bytes for %d characters", len(header), utf8.RuneCountInString(name))
		}
		base, ext, _ := key.SplitExtension(name)
		got := dispositionName(t, header)
		if !strings.HasSuffix(got, ext) || !strings.HasPrefix(base, strings.TrimSuffix(got, ext)) || !utf8.ValidString(got) {
			t.Errorf("cut to %q", got)
		}
	}
	// S3 counts names and values of system-defined metadata: 2 KB in all.
	longest := Object{Size: 1, Filename: strings.Repeat("😀", 255), ContentType: strings.Repeat("t", 255)}
	total := len("Content-Length") + len("5368709120") + len("ETag") + 34 + len("Last-Modified") + 29 +
		len("x-amz-server-side-encryption") + len("AES256") + len("x-amz-checksum-sha256") + 44
	for name, value := range longest.headers() {
		if name != "If-None-Match" {
			total += len(name) + len(value)
		}
	}
	if total > 2048 {
		t.Errorf("system-defined metadata of %d bytes", total)
	}
}

// checkDisposition holds for every valid name; FuzzContentDisposition uses it too.
func checkDisposition(t testing.TB, name string) {
	t.Helper()
	header := ContentDisposition(Attachment, name)
	if len(header) > maxDisposition || !ascii.ConsistsOf(header, ascii.Visible+" ") || strings.Contains(header, "  ") {
		t.Fatalf("ContentDisposition(Attachment, %q) = %q", name, header)
	}
	got := dispositionName(t, header)
	if got == name {
		return
	}
	if len(header) < maxDisposition-12 || len(got) >= len(name) || !strings.HasPrefix(name, strings.TrimSuffix(got, key.Extension(name))) {
		t.Fatalf("ContentDisposition(Attachment, %q) reads as %q", name, got)
	}
}

func TestEveryNameHasADisposition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		checkDisposition(t, rapid.StringN(1, 255, -1).Draw(rt, "name"))
	})
}

func FuzzContentDisposition(f *testing.F) {
	f.Fuzz(func(t *testing.T, name string) {
		if n := utf8.RuneCountInString(name); utf8.ValidString(name) && n >= 1 && n <= 255 {
			checkDisposition(t, name)
		}
	})
}
