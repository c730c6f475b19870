package api

import (
	"slices"
	"strings"
	"testing"

	"signpost/lambda/config"
)

// One rule for every way in: POST /uploads and GET /api/documents/signed store the same file as the same type.
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
		"application/unknown":         {"a.png", "is no type"},
		"image/x-unknown":             {"a.png", "is no type"},
		"multipart/form-data":         {"a.png", "bytes alone"},
		"application/vnd.ms-excel":    {"a.xls", "is not allowed"},
		"text/plain; charset=utf-8":   {"a.png", "text/plain is not allowed"},
		"application/x-msdos-program": {"a.png", "is not allowed"},
	} {
		r := refused(t, h, postEvent(goodFields().alter(fields{"contentType": said, "filename": c.name}).String()), 415, TypeNotAllowed, "contentType")
		refused(t, h, getEvent(map[string][]string{"key": {c.name}, "contentType": {said}}), 415, TypeNotAllowed, "contentType")
		if !strings.Contains(r.Error.Message, c.says) || (said == "") != strings.Contains(r.Error.Message, "guessed from the file's name") {
			t.Errorf("%q for %s: message %q", said, c.name, r.Error.Message)
		}
		if !slices.Equal(r.Error.Allowed, allowed) {
			t.Errorf("%q for %s: allowed %q", said, c.name, r.Error.Allowed)
		}
	}
}

// What a page would put in its own words stands beside ours.
func TestFactsOfRefusals(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts, func(c *deployment) { c.MaxSize = 1 << 40 })
	big := fields{"size": 1<<40 + 1}
	for name, c := range map[string]struct {
		answer refusal
		limit  int64
	}{
		"Size":      {refused(t, h, postEvent(goodFields().alter(big).String()), 413, SizeTooLarge, "size"), 1 << 40},
		"SinglePut": {refused(t, h, getEvent(map[string][]string{"key": {"a.png"}, "size": {"5368709121"}}), 413, SizeTooLarge, "size"), config.MaxPutSize},
		"Parts":     {refused(t, h, partsEvent(partsFor(partsKey(1<<40+1, false)).String()), 413, SizeTooLarge, "key"), 1 << 40},
		"Body":      {refused(t, h, postEvent(strings.Repeat(" ", maxBody+1)), 413, BodyTooLarge, ""), maxBody},
		"Other":     {refused(t, h, postEvent("{"), 400, InvalidJSON, ""), 0},
	} {
		if c.answer.Error.Limit != c.limit || c.answer.Error.Allowed != nil {
			t.Errorf("%s: limit %d, allowed %q", name, c.answer.Error.Limit, c.answer.Error.Allowed)
		}
	}
	r := refused(t, h, postEvent(goodFields().alter(big).alter(fields{"contentType": "text/html"}).String()), 415, TypeNotAllowed, "contentType")
	if p := r.Error.Problems; len(p) != 2 || !slices.Equal(p[0].Allowed, testDeployment().AllowedTypes) || p[0].Limit != 0 || p[1].Limit != 1<<40 || p[1].Allowed != nil {
		t.Errorf("problems %+v", r.Error.Problems)
	}
}

// A typed client writes null for what it leaves out.
func TestNullIsLeftOut(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, resumable)
	plain := planned(t, h, postEvent(goodFields().String()))
	nulls := planned(t, h, postEvent(goodFields().alter(fields{"sha256": null, "metadata": null, "partChecksums": null}).String()))
	if len(nulls.Headers) != len(plain.Headers) || nulls.Multipart != nil {
		t.Errorf("with nulls %+v, without %+v", nulls, plain)
	}
	var a partsAnswer
	answered(t, h, partsEvent(`{"key":"`+partsKey(6<<20, false)+`","uploadId":"x","listAfter":null,"parts":[{"partNumber":1,"sha256":null}]}`), 200, &a)
	if len(a.Parts) != 1 || len(a.Parts[0].Headers) != 0 {
		t.Errorf("%+v", a)
	}
	for _, name := range []string{"filename", "contentType", "size"} {
		r := refused(t, h, postEvent(goodFields().alter(fields{name: null}).String()), 400, InvalidRequest, name)
		if !strings.Contains(r.Error.Message, "not null") {
			t.Errorf("message %q", r.Error.Message)
		}
	}
	refused(t, h, partsEvent(partsFor(partsKey(6<<20, true)).alter(fields{"parts": []fields{{"partNumber": 1, "sha256": null}}}).String()), 400, InvalidPart, "parts")
	refused(t, h, postEvent(`{"filename":"a","contentType":"image/png","size":1,"sha256":null,"sha256":null}`), 400, InvalidRequest, "sha256")
}

// API Gateway passes names of headers on as they came: browsers send them in lower case over HTTP/2.
func TestHeadersInLowerCase(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	e := postEvent(goodFields().String())
	for name, value := range e.Headers {
		delete(e.Headers, name)
		e.Headers[strings.ToLower(name)] = value
	}
	planned(t, h, e)
	if got := handle(t, h, e).Headers["Access-Control-Allow-Origin"]; got != testOrigin {
		t.Errorf("Access-Control-Allow-Origin: %q", got)
	}
}
