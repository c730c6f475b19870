package api

import (
	"slices"
	"strings"
	"testing"
)

// POST /uploads and GET /api/documents/signed store the same file as the same type.
func TestFileTypeOnEveryWayIn(t *testing.T) {
	t.Parallel()
	allowed := []string{"image/*", "video/*", "text/csv", "application/zip"}
	h, _ := newTestHandler(t, func(c *deployment) { c.AllowedTypes = allowed })
	for _, c := range []struct{ said, name, stored string }{
		{"", "写真 2026.HEIC", "image/heic"},
		{"application/octet-stream", "film.mkv ", "video/matroska"},
		{"video/webm;codecs=vp8,opus", "recording", `video/webm; codecs="vp8,opus"`},
		{"Video/X-Matroska;codecs=avc1,opus", "recording", `video/matroska; codecs="avc1,opus"`},
		{"application/x-zip-compressed", "a.zip", "application/zip"},
		{"application/vnd.ms-excel", "list.csv", "text/csv"},
		{"image/jpg", "a", "image/jpeg"},
		{"", "a.jpg (1)", "image/jpeg"},
	} {
		post := planned(t, h, postEvent(goodFields().alter(fields{"contentType": c.said, "filename": c.name}).String()))
		get := planned(t, h, getEvent(map[string][]string{"key": {c.name}, "contentType": {c.said}}))
		for _, a := range []plannedAnswer{post, get} {
			if got := a.Headers["Content-Type"]; got != c.stored {
				t.Errorf("%q, said to be %q, is stored as %q, want %q", c.name, c.said, got, c.stored)
			}
		}
		mustBeSigned(t, post.signedAnswer, 12345)
		if c.said != "" {
			continue
		}
		if got := planned(t, h, getEvent(map[string][]string{"key": {c.name}})).Headers["Content-Type"]; got != c.stored {
			t.Errorf("%q, of which nothing is said, is stored as %q, want %q", c.name, got, c.stored)
		}
	}
	for said, c := range map[string]struct{ name, says string }{
		"":                            {"a.svg", "image/svg+xml can carry script"},
		"image/svg":                   {"a.png", "image/svg+xml can carry script"},
		"application/octet-stream":    {"a.html", "text/html is not allowed"},
		"application/unknown":         {"a.png", "is not a real type"},
		"image/x-unknown":             {"a.png", "is not a real type"},
		"multipart/form-data":         {"a.png", "only the file's bytes"},
		"application/vnd.ms-excel":    {"a.xls", "is not allowed"},
		"text/plain; charset=utf-8":   {"a.png", "text/plain is not allowed"},
		"application/x-msdos-program": {"a.png", "is not allowed"},
	} {
		r := refused(t, h, postEvent(goodFields().alter(fields{"contentType": said, "filename": c.name}).String()), 415, TypeNotAllowed, "contentType")
		refused(t, h, getEvent(map[string][]string{"key": {c.name}, "contentType": {said}}), 415, TypeNotAllowed, "contentType")
		if !strings.Contains(r.Error.Message, c.says) || (said == "") != strings.Contains(r.Error.Message, "guessed from the file name") {
			t.Errorf("%q for %s: message %q", said, c.name, r.Error.Message)
		}
		if !slices.Equal(r.Error.Allowed, allowed) {
			t.Errorf("%q for %s: allowed %q", said, c.name, r.Error.Allowed)
		}
	}
}
