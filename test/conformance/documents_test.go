package conformance_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	const tooLong, longest = 256, 255
	for name, c := range map[string]struct{ query, code, field, contentType string }{
		"OK":                  {"key=cat.png", "", "", "image/png"},
		"OKContentTypeWins":   {"key=cat.png&contentType=image/webp", "", "", "image/webp"},
		"OKParameterEncoded":  {"key=cat.png&contentType=image%2Fpng%3B%20q%3D1", "", "", "image/png; q=1"},
		"OKSize":              {"key=cat.png&size=5", "", "", "image/png"},
		"OKSemicolon":         {"key=cat.png;contentType=image/webp", "", "", "image/webp"}, // API Gateway splits there
		"OKSizeMaximum":       {"key=cat.png&size=5368709120", "", "", "image/png"},
		"OKLongest":           {"key=" + strings.Repeat("x", longest-4) + ".png", "", "", "image/png"},
		"OKNotASCII":          {"key=" + url.QueryEscape("Köln 🐈.pdf"), "", "", "application/pdf"},
		"OKPathInTheName":     {"key=" + url.QueryEscape("../../other/x.png"), "", "", "image/png"},
		"ErrNoQuery":          {"", "InvalidRequest", "key", ""},
		"ErrKeyTwice":         {"key=a.png&key=b.png", "InvalidRequest", "key", ""},
		"ErrTypeLineBreak":    {"key=cat.png&contentType=image/png%0D%0Ax:y", "InvalidRequest", "contentType", ""},
		"ErrGuessSVG":         {"key=cat.svg", "TypeNotAllowed", "contentType", ""},
		"ErrSizeOverMaximum":  {"key=cat.png&size=5368709121", "SizeTooLarge", "size", ""},
		"ErrSizeNotASCII":     {"key=cat.png&size=" + url.QueryEscape("٥"), "InvalidRequest", "size", ""},
		"ErrUnknownByCase":    {"key=cat.png&Size=5", "InvalidRequest", "Size", ""},
		"ErrUnknownSignature": {"key=cat.png&X-Amz-Expires=99", "InvalidRequest", "X-Amz-Expires", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := documents(t, c.query)
			if c.code != "" {
				refused(t, a, c.code, c.field)
				return
			}
			p := planned(t, a, 200)
			checkPlan(t, p)
			if got := p.Headers["Content-Type"]; got != c.contentType {
				t.Errorf("the type is %q, want %q", got, c.contentType)
			}
			sized := strings.Contains(c.query, "size=")
			if p.signs(t, "content-length") != sized {
				t.Errorf("content-length is signed: %t", !sized)
			}
			if c.query != "key=cat.png&size=5368709120" {
				upload(t, p, "hello")
			}
		})
	}
}

// TestDocumentsWithoutASize takes a body of any length, as the contract says, but only a complete
// one.
func TestDocumentsWithoutASize(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"OKEmpty": "", "OKShort": "x", "OKLong": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upload(t, planned(t, documents(t, "key=cat.png"), 200), body)
		})
	}
	t.Run("OKSizeZero", func(t *testing.T) {
		t.Parallel()
		p := planned(t, documents(t, "key=cat.png&size=0"), 200)
		checkPlan(t, p)
		a := s3(t, p.request(t, "x"))
		if a.status != 400 || s3Code(a) != "BadDigest" {
			t.Errorf("a byte for an empty file got %d %s", a.status, s3Code(a))
		}
		checkNotStored(t, p, "")
	})
}
