package presign

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"signpost/lambda/mediatype"
)

var slugPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$`)

func TestSlug(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"cat.png":                           "cat.png",
		"holiday in Köln.png":               "holiday-in-Koln.png",
		"holiday in Ko\u0308ln.png":         "holiday-in-Koln.png", // as macOS writes it
		"Straße nach Ærø.JPEG":              "Strasse-nach-AEro.JPEG",
		"Žluťoučký kůň.pdf":                 "Zlutoucky-kun.pdf",
		"写真.JPG":                            "file.JPG",
		"صورة.png":                          "file.png",
		"\u202egnp.exe":                     "gnp.exe",
		"😀.png":                             "file.png",
		"a😀b.png":                           "a-b.png",
		"../../etc/passwd":                  "etc-passwd",
		`C:\Users\ada\notes.txt`:            "C-Users-ada-notes.txt",
		"a/b/c.png":                         "a-b-c.png",
		"a\x00b\nc.png":                     "a-b-c.png",
		".":                                 "file",
		"..":                                "file",
		"...":                               "file",
		"----":                              "file",
		" ":                                 "file",
		".htaccess":                         "file.htaccess",
		"a..b...c.txt":                      "a.b.c.txt",
		"archive.tar.gz":                    "archive.tar.gz",
		"trailing.":                         "trailing",
		"trailing. .png":                    "trailing.png",
		"photo.png ":                        "photo.png",
		"photo.png. . ":                     "photo.png",
		"photo.png\u202c\u200e":             "photo.png",
		"photo.png~":                        "photo.png",
		"photo.png_":                        "photo.png_",
		"photo.png (1)":                     "photo-1.png",
		"写真.jpg (12) ":                      "12.jpg",
		"photo (1).png":                     "photo-1.png",
		"report v2.1 (final)":               "report-v2.1-final",
		"chapter 1.2)":                      "chapter-1.2",
		"写真.png のコピー":                       "file.png",
		"no_extension-here":                 "no_extension-here",
		"sentence. With words":              "sentence.With-words",
		"x.verylongextension17":             "x.verylongextension17",
		"x.ext/evil":                        "x.ext-evil",
		"report (final) v2.1.pdf":           "report-final-v2.1.pdf",
		"100% $ure?&=#.png":                 "100-ure.png",
		strings.Repeat("a", 300):            strings.Repeat("a", 255),
		strings.Repeat("ß", 255):            strings.Repeat("s", 255),
		strings.Repeat("é.", 127):           strings.TrimSuffix(strings.Repeat("e.", 127), "."),
		strings.Repeat("x", 254) + "-.png":  strings.Repeat("x", 251) + ".png",
		strings.Repeat("x", 250) + " y.png": strings.Repeat("x", 250) + ".png",
		strings.Repeat("a", 250) + "." + strings.Repeat("b", 17): strings.Repeat("a", 250) + ".bbbb",
	} {
		if got := slug(name); got != want {
			t.Errorf("slug(%q)\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestPlainLatinCoversItsRange(t *testing.T) {
	t.Parallel()
	for r := rune('À'); r <= 'ž'; r++ {
		plain := plainLatin(r)
		if (plain == "") != (r == '×' || r == '÷') {
			t.Errorf("%c is %q", r, plain)
		}
	}
	for r, want := range map[rune]string{'À': "A", 'ÿ': "y", 'Ā': "A", 'ł': "l", 'Ł': "L", 'ő': "o", 'Œ': "OE", 'œ': "oe", 'ř': "r", 'ş': "s", 'ž': "z", 'Ž': "Z", 'þ': "th", 'ð': "d", 'ñ': "n", 'ø': "o", 'ű': "u", 'ĳ': "ij", 'ŉ': "n", 'ſ': "", '¿': ""} {
		if got := plainLatin(r); got != want {
			t.Errorf("%c is %q, want %q", r, got, want)
		}
	}
}

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
		if got := contentDisposition(attachment, name); got != header {
			t.Errorf("%q\n got %s\nwant %s", name, got, header)
		}
	}
	for _, name := range []string{strings.Repeat("a", 251) + ".png", strings.Repeat("ж", 255), strings.Repeat("é", 251) + ".png", strings.Repeat(" ", 255), strings.Repeat(".", 255)} {
		if got := dispositionName(t, contentDisposition(attachment, name)); got != name {
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
		header := contentDisposition(attachment, name)
		if len(header) > maxDisposition || len(header) < maxDisposition-12 {
			t.Errorf("%d bytes for %d characters", len(header), utf8.RuneCountInString(name))
		}
		base, ext, _ := splitExtension(name)
		got := dispositionName(t, header)
		if !strings.HasSuffix(got, ext) || !strings.HasPrefix(base, strings.TrimSuffix(got, ext)) || !utf8.ValidString(got) {
			t.Errorf("cut to %q", got)
		}
	}
	// S3 counts names and values of system-defined metadata: 2 KB in all.
	longest := upload{size: 1, filename: strings.Repeat("😀", 255), contentType: mediatype.Type{Full: strings.Repeat("t", 255)}}
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

// checkName holds for every name there is; FuzzName uses it too.
func checkName(t testing.TB, name string) {
	t.Helper()
	s := slug(name)
	if !slugPattern.MatchString(s) {
		t.Fatalf("slug(%q) = %q", name, s)
	}
	if again := slug(s); again != s {
		t.Fatalf("slug(%q) = %q, but the slug of that is %q", name, s, again)
	}
	_, ext, _ := splitExtension(name)
	if !strings.HasSuffix(s, ext) {
		t.Fatalf("slug(%q) = %q lost the extension %q", name, s, ext)
	}
	header := contentDisposition(attachment, name)
	if len(header) > maxDisposition || !consistsOf(header, func(c byte) bool { return ' ' <= c && c <= '~' }, "") || strings.Contains(header, "  ") {
		t.Fatalf("contentDisposition(attachment, %q) = %q", name, header)
	}
	got := dispositionName(t, header)
	if got == name {
		return
	}
	if len(header) < maxDisposition-12 || len(got) >= len(name) || !strings.HasPrefix(name, strings.TrimSuffix(got, ext)) {
		t.Fatalf("contentDisposition(attachment, %q) reads as %q", name, got)
	}
}

func TestEveryNameHasASlugAndADisposition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		checkName(t, rapid.StringN(1, 255, -1).Draw(rt, "name"))
	})
}
