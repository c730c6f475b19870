package mediatype

import (
	"mime"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"image/png":                       "image/png",
		"IMAGE/PNG":                       "image/png",
		" image/png ":                     "image/png",
		"image/svg+xml":                   "image/svg+xml",
		"application/vnd.ms-excel":        "application/vnd.ms-excel",
		"text/plain;charset=utf-8":        "text/plain; charset=utf-8",
		"text/plain ; Charset=UTF-8":      "text/plain; charset=UTF-8",
		"text/plain;\t charset=\"utf-8\"": "text/plain; charset=utf-8",
		"text/plain; charset= utf-8":      "text/plain; charset=utf-8",
		"text/plain; b=1;a=2 ;; c=3;":     "text/plain; a=2; b=1; c=3",
		"text/plain;":                     "text/plain",
		`text/plain; name="a b"`:          `text/plain; name="a b"`,
		`text/plain; name="a\"b\\"`:       `text/plain; name="a\"b\\"`,
		`text/plain; name=""`:             `text/plain; name=""`,
		`text/plain; name="a;b=c"`:        `text/plain; name="a;b=c"`,

		// MediaRecorder.mimeType in Chromium, Firefox and Safari.
		"video/webm;codecs=vp8,opus":                  `video/webm; codecs="vp8,opus"`,
		"video/webm;codecs=vp9, opus":                 `video/webm; codecs="vp9, opus"`,
		`video/webm; codecs="vp8, opus"`:              `video/webm; codecs="vp8, opus"`,
		"video/x-matroska;codecs=avc1,opus":           `video/x-matroska; codecs="avc1,opus"`,
		"video/mp4; codecs=avc1.42000a,mp4a.40.2":     `video/mp4; codecs="avc1.42000a,mp4a.40.2"`,
		"video/mp4;codecs=avc1.64001f,opus;profile=x": `video/mp4; codecs="avc1.64001f,opus"; profile=x`,
		"audio/webm;codecs=opus":                      "audio/webm; codecs=opus",
		"audio/ogg; codecs=opus":                      "audio/ogg; codecs=opus",

		strings.Repeat("a", 127) + "/" + strings.Repeat("b", 127): strings.Repeat("a", 127) + "/" + strings.Repeat("b", 127),
	} {
		got, err := Parse(given)
		if err != nil || got.Full != want {
			t.Errorf("%q is %q (%v), want %q", given, got.Full, err, want)
			continue
		}
		checkParsed(t, got)
	}
}

// checkParsed holds for every type that Parse gives; FuzzParse uses it too.
func checkParsed(t testing.TB, got Type) {
	t.Helper()
	if again, err := Parse(got.Full); err != nil || again != got {
		t.Errorf("%q is not its own normal form: %q (%v)", got.Full, again.Full, err)
	}
	essence, _, err := mime.ParseMediaType(got.Full)
	if err != nil || essence != got.Essence {
		t.Errorf("%q: the standard library reads %q, %v", got.Full, essence, err)
	}
	if len(got.Full) > maxLength || strings.Contains(got.Full, "  ") || strings.ContainsFunc(got.Full, func(r rune) bool { return r < ' ' || r > '~' }) {
		t.Errorf("a header could not carry %q", got.Full)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "image", "image/", "/png", "image/png/x", "image /png", "image/ png", "image/p ng", ";", "a=b",
		"image/*", "*/*", "image/png, image/gif", "image/png\r\nX-Evil: 1", "image/png\n", "imäge/png", "image/\u202e", "image/png\x00",
		"text/plain; charset", "text/plain; charset=", "text/plain; =utf-8", "text/plain; a=\"b", "text/plain; a=\"b\\", "text/plain; a=\"b\"c",
		"text/plain; a=\"b  c\"", "text/plain; a=b  c", "text/plain; a=\"b\r\nc\"", "text/plain; a=\"\u00e9\"", "text/plain; a=é", "text/plain; a*=utf-8''%C3%A9",
		"text/plain; a=1; A=2", "text/plain; a b=c", "text/plain charset=utf-8", strings.Repeat("a", 250) + "/png.b",
	} {
		if got, err := Parse(s); err == nil {
			t.Errorf("%q was read as %q", s, got.Full)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"image/png", "video/webm;codecs=vp8,opus", `text/plain; a="b;c"; d=e`, "text/plain; a*0=b; a*1=c", "text/plain;;a=\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Parse(s)
		if err != nil {
			return
		}
		checkParsed(t, got)
		if standard := Standard(got.Essence); Standard(standard) != standard || CanRunScript(got.Essence) != CanRunScript(standard) {
			t.Errorf("%s has the standard name %s, which has %s", got.Essence, standard, Standard(standard))
		}
	})
}
