package presign

import (
	"mime"
	"slices"
	"strings"
	"testing"
)

func TestParseMediaType(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"image/png":                       "image/png",
		"IMAGE/PNG":                       "image/png",
		"image/svg+xml":                   "image/svg+xml",
		"application/vnd.ms-excel":        "application/vnd.ms-excel",
		"text/plain;charset=utf-8":        "text/plain; charset=utf-8",
		"text/plain ; Charset=UTF-8":      "text/plain; charset=UTF-8",
		"text/plain;\t charset=\"utf-8\"": "text/plain; charset=utf-8",
		"text/plain; a=1;b=2 ;; c=3;":     "text/plain; a=1; b=2; c=3",
		"text/plain;":                     "text/plain",
		`text/plain; name="a b"`:          `text/plain; name="a b"`,
		`text/plain; name="a\"b\\"`:       `text/plain; name="a\"b\\"`,
		`text/plain; name="\a"`:           "text/plain; name=a",
		`text/plain; name=""`:             `text/plain; name=""`,
		`text/plain; name="a;b=c"`:        `text/plain; name="a;b=c"`,
		"x-!#$&^_.+-/y-%'*`|~"[:12] + "y": "x-!#$&^_.+-/y",
		strings.Repeat("a", 127) + "/" + strings.Repeat("b", 127): strings.Repeat("a", 127) + "/" + strings.Repeat("b", 127),
	} {
		got, why := parseMediaType(given)
		if why != "" || got.full != want {
			t.Errorf("%q is %q (%s), want %q", given, got.full, why, want)
			continue
		}
		if again, why := parseMediaType(got.full); why != "" || again != got {
			t.Errorf("%q is not its own normal form: %q (%s)", got.full, again.full, why)
		}
		if kind, _, err := mime.ParseMediaType(got.full); err != nil || kind != got.essence {
			t.Errorf("%q: the standard library reads %q, %v", got.full, kind, err)
		}
	}
}

func TestParseMediaTypeRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "image", "image/", "/png", "image/png/x", " image/png", "image/png ", "image /png", "image/ png", "image/p ng",
		"image/*", "*/*", "image/png, image/gif", "image/png\r\nX-Evil: 1", "image/png\n", "imäge/png", "image/\u202e", "image/png\x00",
		"text/plain; charset", "text/plain; charset=", "text/plain; =utf-8", "text/plain; charset =utf-8", "text/plain; charset= utf-8",
		"text/plain; charset=utf-8 ", "text/plain; a=b c=d", "text/plain; a=b, c=d", "text/plain; a=\"b", "text/plain; a=\"b\\", "text/plain; a=\"b\"c",
		"text/plain; a=\"b  c\"", "text/plain; a=\"b\r\nc\"", "text/plain; a=\"\u00e9\"", "text/plain; a=é", "text/plain; a=1; A=2", "text/plain; a b=c",
		"text/plain charset=utf-8", strings.Repeat("a", 250) + "/png.b",
	} {
		if m, why := parseMediaType(s); why == "" {
			t.Errorf("%q was read as %q", s, m.full)
		}
	}
}

func TestCheckType(t *testing.T) {
	t.Parallel()
	type list = []string
	for name, c := range map[string]struct {
		given   string
		allowed list
		ok      bool
	}{
		"Exact":                {"application/pdf", list{"image/*", "application/pdf"}, true},
		"Wildcard":             {"image/png", list{"image/*"}, true},
		"Anything":             {"audio/ogg", list{"*/*"}, true},
		"ParametersAreIgnored": {"text/plain; charset=utf-8", list{"text/plain"}, true},
		"CaseIsIgnored":        {"Image/PNG", list{"image/png"}, true},
		"OtherSubtype":         {"image/gif", list{"image/png"}, false},
		"OtherKind":            {"video/png", list{"image/*"}, false},
		"PrefixIsNoMatch":      {"image/pngx", list{"image/png"}, false},
		"KindIsNoPrefix":       {"imagex/png", list{"image/*"}, false},
		"SVGByWildcard":        {"image/svg+xml", list{"image/*"}, false},
		"SVGByName":            {"image/svg+xml", list{"image/*", "image/svg+xml"}, true},
		"SVGNamedFirst":        {"image/svg+xml", list{"image/svg+xml", "image/*"}, true},
		"HTMLByWildcard":       {"text/html", list{"text/*", "*/*"}, false},
		"HTMLWithParameter":    {"text/html; charset=utf-8", list{"text/*"}, false},
		"HTMLByName":           {"text/html", list{"text/html"}, true},
		"XHTML":                {"application/xhtml+xml", list{"*/*"}, false},
		"XMLText":              {"text/xml", list{"text/*"}, false},
		"XMLApplication":       {"application/xml", list{"application/*"}, false},
		"Javascript":           {"text/javascript", list{"text/*"}, false},
		"JavascriptOld":        {"application/x-javascript", list{"application/*"}, false},
		"JavascriptVersioned":  {"text/javascript1.5", list{"text/*"}, false},
		"Ecmascript":           {"application/ecmascript", list{"*/*"}, false},
		"AnyXML":               {"application/rss+xml", list{"*/*"}, false},
		"Office":               {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", list{"application/*"}, true},
		"FormData":             {"multipart/form-data; boundary=x", list{"*/*", "multipart/*"}, false},
		"FormDataUpperCase":    {"Multipart/Form-Data", list{"*/*"}, false},
		"OtherMultipart":       {"multipart/mixed", list{"multipart/*"}, true},
		"NothingAllowed":       {"image/png", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, e := readType("contentType", c.given, c.allowed)
			if (e == nil) != c.ok {
				t.Fatalf("refusal: %v", e)
			}
			if e == nil {
				return
			}
			if e.Code != TypeNotAllowed || e.Field != "contentType" || m.essence == formData != strings.Contains(e.Message, "bytes alone") {
				t.Errorf("%v", e)
			}
			if m.essence != formData && !strings.HasSuffix(e.Message, "allowed: "+strings.Join(c.allowed, ", ")) {
				t.Errorf("the refusal does not list what is allowed: %s", e.Message)
			}
			byWildcard := slices.ContainsFunc(c.allowed, func(a string) bool {
				return a == "*/*" || strings.HasSuffix(a, "/*") && strings.HasPrefix(m.essence, strings.TrimSuffix(a, "*"))
			})
			if m.essence != formData && byWildcard != strings.Contains(e.Message, "script") {
				t.Errorf("the refusal gives the wrong reason: %s", e.Message)
			}
		})
	}
}
