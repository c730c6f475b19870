package conformance_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestRange: a page can read a file in pieces, as PDF viewers and players do: S3 lets it ask for a
// range, answers with that, and lets it see which one it got (mozilla/pdf.js#8566).
func TestRange(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	stored := planUpload(t, nil)
	upload(t, stored, "hello")
	link := checkDownload(t, downloads(t, fields{"key": stored.Key}), stored.Key, overrides())
	t.Run("OKPreflight", func(t *testing.T) {
		a := s3Preflight(t, link, target.origin(), "GET", "range")
		if a.status != 200 || !strings.Contains(strings.ToLower(a.header.Get("Access-Control-Allow-Headers")), "range") {
			t.Errorf("status %d %s, Access-Control-Allow-Headers %q", a.status, s3Code(a), a.header.Get("Access-Control-Allow-Headers"))
		}
	})
	t.Run("OK", func(t *testing.T) {
		a := s3(t, link.request(t, "", func(r *http.Request) { r.Header.Set("Range", "bytes=1-3") }))
		if a.status != 206 || string(a.body) != "ell" {
			t.Errorf("S3 answered %d %s: %.200q", a.status, s3Code(a), a.body)
		}
		checkHeader(t, a, "Content-Range", "bytes 1-3/5")
		exposed := strings.Split(strings.ToLower(strings.ReplaceAll(a.header.Get("Access-Control-Expose-Headers"), " ", "")), ",")
		for _, name := range []string{"accept-ranges", "content-disposition", "content-encoding", "content-length", "content-range", "etag"} {
			if !slices.Contains(exposed, name) {
				t.Errorf("a page can't see %s; it sees %v", name, exposed)
			}
		}
	})
	// The method is signed. A page learns a file's length from its first range.
	t.Run("ErrHead", func(t *testing.T) {
		if a := s3(t, link.request(t, "", func(r *http.Request) { r.Method = "HEAD" })); a.status != 403 {
			t.Errorf("status %d, want 403", a.status)
		}
	})
}
