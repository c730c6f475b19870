package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A forgery is a signed request with one change. S3 must refuse it and store nothing, and the
// signed request itself must still work afterwards.
type forgery struct {
	planned fields // beside the defaults of uploads
	change  edit
	status  int    // 0 stands for 403
	code    string // "" stands for SignatureDoesNotMatch
	onAWS   string // AWS's code, where the local S3 gives the same refusal another one
}

const notSigned = "AccessDenied" // "There were headers present in the request which were not signed"

// checkForgeries sends them one after the other. Those of the same upload share a plan, which must
// still work after all of them.
func checkForgeries(t *testing.T, forgeries map[string]forgery) {
	t.Helper()
	t.Parallel()
	plans := map[string]plan{}
	body := func(planned fields) string {
		if planned["size"] == 0 {
			return ""
		}
		return "hello"
	}
	for name, f := range forgeries {
		t.Run(name, func(t *testing.T) {
			upload := fmt.Sprint(f.planned)
			p, ok := plans[upload]
			if !ok {
				p = planUpload(t, f.planned)
				plans[upload] = p
			}
			defer func() {
				if t.Failed() {
					delete(plans, upload) // spoilt for the others
				}
			}()
			checkRefusal(t, s3(t, p.request(t, body(f.planned), f.change)), f)
			checkNothingThere(t, p)
		})
	}
	for _, f := range forgeries {
		if p, ok := plans[fmt.Sprint(f.planned)]; ok {
			delete(plans, fmt.Sprint(f.planned))
			t.Run("OKAfterwards", func(t *testing.T) { checkNotStored(t, p, body(f.planned)) })
		}
	}
}

func checkRefusal(t *testing.T, a answer, f forgery) {
	t.Helper()
	if f.status == 0 {
		f.status = 403
	}
	if f.code == "" {
		f.code = "SignatureDoesNotMatch"
	}
	code := s3Code(a)
	if mainRun == nil && code == f.onAWS && a.status >= 400 {
		return
	}
	if a.status != f.status || code != f.code {
		t.Errorf("S3 answered %d %s, want %d %s", a.status, code, f.status, f.code)
	}
}

func setQuery(name, value string) edit { return editQuery(func(q url.Values) { q.Set(name, value) }) }

func dropQuery(name string) edit { return editQuery(func(q url.Values) { q.Del(name) }) }

func editQuery(change func(url.Values)) edit {
	return func(r *http.Request) {
		q := r.URL.Query()
		change(q)
		r.URL.RawQuery = q.Encode()
	}
}

// setPath changes the path as it is sent, escapes included.
func setPath(change func(path string) string) edit {
	return func(r *http.Request) {
		path := change(r.URL.EscapedPath())
		r.URL.Opaque = "//" + r.URL.Host + path // or the client would clean it up
	}
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func allOf(edits ...edit) edit {
	return func(r *http.Request) {
		for _, e := range edits {
			e(r)
		}
	}
}

// urlAlone keeps the URL and drops headers and body.
func urlAlone(method string) edit {
	return allOf(setMethod(method), setBody(""), func(r *http.Request) { r.Header = http.Header{} })
}
