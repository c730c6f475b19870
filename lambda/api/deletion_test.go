package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/s3sign/s3signtest"
)

func TestSignDeletionsAnswers(t *testing.T) {
	t.Parallel()
	h, j := newTestFor(t, "/deletions", withKinds)
	for name, c := range map[string]struct {
		keys   []any
		expiry int
	}{
		"One":          {[]any{ownTestKey("cat.png")}, 600},
		"OfTwoKinds":   {[]any{ownTestKey("cat.png"), keyOfKind("avatar", "cat.png")}, 60},
		"ShortestLast": {[]any{keyOfKind("note", "a"), keyOfKind("film", "a.mp4"), keyOfKind("avatar", "a")}, 60},
		"SentInParts":  {[]any{partsKey(6*mib, true)}, 600},
		"NoDownloads":  {[]any{keyOfKind("contract", "a.pdf")}, 600},
		"Most":         {numberedKeys(100), 600},
	} {
		t.Run(name, func(t *testing.T) {
			var a deletionsAnswer
			answered(t, h, asEditor(deletionsEvent(c.keys...)), 200, &a)
			if len(a.Deletions) != len(c.keys) || a.ExpiresIn != c.expiry {
				t.Fatalf("%d deletions for %d keys, in %d seconds", len(a.Deletions), len(c.keys), a.ExpiresIn)
			}
			for i, d := range a.Deletions {
				u, err := url.Parse(d.URL)
				if err != nil {
					t.Fatal(err)
				}
				if d.Key != c.keys[i] || d.Method != "DELETE" || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/"+d.Key {
					t.Errorf("%s %s for %s", d.Method, d.URL, c.keys[i])
				}
				for name := range u.Query() {
					if !strings.HasPrefix(name, "X-Amz-") { // such as versionId
						t.Errorf("the query has %s", name)
					}
				}
				if u.Query().Get("X-Amz-Expires") != fmt.Sprint(c.expiry) {
					t.Errorf("%s lives %s seconds", d.Key, u.Query().Get("X-Amz-Expires"))
				}
				if d.Headers == nil || len(d.Headers) > 0 || !slices.Equal(s3signtest.SignedHeaders(d.URL), []string{"host"}) {
					t.Errorf("headers %v, signed %v", d.Headers, s3signtest.SignedHeaders(d.URL))
				}
				mustBeSigned(t, d.signedAnswer, 0)
			}
			// The log says which files the user may have deleted.
			lines := j.lines(t)
			if logged := lines[len(lines)-1]["keys"]; fmt.Sprint(logged) != fmt.Sprint(c.keys) {
				t.Errorf("logged as %v", logged)
			}
		})
	}
}

func TestDeletionsRefused(t *testing.T) {
	t.Parallel()
	h, j := newTestFor(t, "/deletions", withKinds)
	own, foreign := ownTestKey("cat.png"), strings.Replace(ownTestKey("cat.png"), testSub, otherSub, 1)
	for name, c := range map[string]struct {
		body    string
		status  int
		code    Code
		field   string
		message string
	}{
		"NoKeys":      {`{}`, 400, InvalidRequest, "keys", "keys is required"},
		"Null":        {`{"keys":null}`, 400, InvalidRequest, "keys", "keys must be an array, not null"},
		"OneKey":      {fields{"keys": own}.String(), 400, InvalidRequest, "keys", "keys must be an array, not a string"},
		"Empty":       {`{"keys":[]}`, 400, InvalidRequest, "keys", "keys is empty; give 1 to 100 keys"},
		"TooMany":     {fields{"keys": numberedKeys(101)}.String(), 400, InvalidRequest, "keys", "keys has 101 entries; at most 100 are allowed at once"},
		"Number":      {fields{"keys": []any{own, 5}}.String(), 400, InvalidRequest, "keys", "keys[1] must be a string, not a number"},
		"NullKey":     {`{"keys":[null]}`, 400, InvalidRequest, "keys", "keys[0] must be a string, not null"},
		"Object":      {fields{"keys": []any{fields{"key": own, "versionId": "1"}}}.String(), 400, InvalidRequest, "keys", "keys[0] must be a string, not an object"},
		"Twice":       {fields{"keys": []any{own, ownTestKey("b.png"), own}}.String(), 400, InvalidRequest, "keys", "keys[2] is keys[0] again: give each key once"},
		"TwiceSpelt":  {`{"keys":["` + own + `","` + strings.Replace(own, "cat", `\u0063at`, 1) + `"]}`, 400, InvalidRequest, "keys", "keys[1] is keys[0] again: give each key once"},
		"Version":     {`{"keys":["` + own + `"],"versionId":"1"}`, 400, InvalidRequest, "versionId", `there is no field "versionId"`},
		"ETag":        {`{"keys":["` + own + `"],"etag":"1"}`, 400, InvalidRequest, "etag", `there is no field "etag"`},
		"OneForeign":  {fields{"keys": []any{own, foreign}}.String(), 403, Forbidden, "keys", "keys[1] belongs to another user"},
		"OneOdd":      {fields{"keys": []any{own, "cat.png"}}.String(), 400, InvalidKey, "keys", "keys[1] is not a key that this deployment returned; keys look like uploads/<sub>/<id>/<name>"},
		"FolderAsKey": {fields{"keys": []any{"uploads/" + testSub + "/"}}.String(), 400, InvalidKey, "keys", "keys[0] is not a key that this deployment returned; keys look like uploads/<sub>/<id>/<name>"},
	} {
		t.Run(name, func(t *testing.T) {
			r := refused(t, h, deletionsBody(c.body), c.status, c.code, c.field)
			if r.Error.Message != c.message || r.Error.Problems != nil {
				t.Errorf("message %q, problems %v; want %q", r.Error.Message, r.Error.Problems, c.message)
			}
		})
	}
	if log := j.String(); strings.Contains(log, `"keys":`) || strings.Contains(log, "X-Amz-") {
		t.Errorf("the log of refusals: %s", log)
	}
}

// Each wrong key is named, and the first decides the status.
func TestProblemsOfDeletions(t *testing.T) {
	t.Parallel()
	h, _ := newTestFor(t, "/deletions", withKinds)
	foreign := strings.Replace(ownTestKey("cat.png"), testSub, otherSub, 1)
	r := refused(t, h, deletionsEvent(ownTestKey("a.png"), foreign, "x", keyOfKind("movie", "a"), foreign, ownTestKey("a.png")), 403, Forbidden, "keys")
	var got []string
	for _, p := range r.Error.Problems {
		name, _, _ := strings.Cut(p.Message, " ")
		got = append(got, p.Code+" "+name)
	}
	if want := "Forbidden keys[1],InvalidKey keys[2],InvalidKey keys[3],Forbidden keys[4],InvalidRequest keys[5]"; strings.Join(got, ",") != want {
		t.Errorf("problems %v, want %s", got, want)
	}
	r = refused(t, h, deletionsEvent(slices.Repeat([]any{foreign}, 100)...), 403, Forbidden, "keys")
	if len(r.Error.Problems) != 20 {
		t.Errorf("%d problems", len(r.Error.Problems))
	}
}
