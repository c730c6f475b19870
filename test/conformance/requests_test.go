package conformance_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// answer is a response, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// client follows no redirect and adds no header, so that tests send exactly what they say.
var client = &http.Client{
	Timeout:       60 * time.Second,
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func exchange(r *http.Request) (answer, error) {
	rememberSecrets(r)
	response, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, body}, err
}

// edit changes a request before it is sent.
type edit func(*http.Request)

func setHeader(name, value string) edit { return func(r *http.Request) { r.Header.Set(name, value) } }

func dropHeader(name string) edit { return func(r *http.Request) { r.Header.Del(name) } }

func setMethod(method string) edit { return func(r *http.Request) { r.Method = method } }

func setBody(body string) edit {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		if body == "" {
			r.Body = http.NoBody
		}
	}
}

func asUser(u user) edit { return setHeader("Authorization", u.idToken) }

// pace keeps all tests together below the throttling of every stage (50 requests a second, bursts
// of 100), so that only the test of throttling is throttled.
var pace = rate.NewLimiter(45, 40)

// api sends a request to the API as ada from the allowed origin, changed by the edits, and checks
// what all answers have in common.
func api(t *testing.T, method, path string, edits ...edit) answer {
	t.Helper()
	r, err := http.NewRequest(method, target.ApiUrl+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", ada.idToken)
	r.Header.Set("Origin", target.origin())
	for _, e := range edits {
		e(r)
	}
	if err := pace.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	a, err := exchange(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	checkAnswer(t, r, a)
	return a
}

// fields are a JSON object's.
type fields map[string]any

// plan is the answer to a planned upload: a signed request to S3.
type plan struct {
	Key, Method, URL string
	Headers          map[string]string
	ExpiresIn        int
	ExpiresAt        time.Time

	Multipart *cutting // of a file that is sent in parts
}

// uploads sends POST /uploads with a valid body; the changed fields replace the defaults, and nil
// leaves a field out.
func uploads(t *testing.T, changed fields, edits ...edit) answer {
	t.Helper()
	body := fields{"filename": "cat.png", "contentType": "image/png", "size": 5}
	maps.Copy(body, changed)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return uploadsRaw(t, string(raw), edits...)
}

func uploadsRaw(t *testing.T, body string, edits ...edit) answer {
	t.Helper()
	return api(t, "POST", "uploads", append([]edit{setHeader("Content-Type", "application/json"), setBody(body)}, edits...)...)
}

// documents sends GET /api/documents/signed with this query.
func documents(t *testing.T, query string, edits ...edit) answer {
	t.Helper()
	return api(t, "GET", "api/documents/signed?"+query, edits...)
}

// planned fails the test unless the upload was planned.
func planned(t *testing.T, a answer, status int) plan {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.500s", a.status, status, withoutQuery(string(a.body)))
	}
	var p plan
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("%v: %.300s", err, a.body)
	}
	return p
}

// planUpload plans an upload of ada's.
func planUpload(t *testing.T, changed fields, edits ...edit) plan {
	t.Helper()
	return planned(t, uploads(t, changed, edits...), http.StatusCreated)
}

// request is the signed request as planned, with the Origin header that a browser adds.
func (p plan) request(t *testing.T, body string, edits ...edit) *http.Request {
	t.Helper()
	r, err := http.NewRequest(p.Method, p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range p.Headers {
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	r.Header.Set("Origin", target.origin())
	setBody(body)(r)
	for _, e := range edits {
		e(r)
	}
	return r
}

// s3 sends a request to S3.
func s3(t *testing.T, r *http.Request) answer {
	t.Helper()
	a, err := exchange(r)
	if err != nil {
		t.Fatalf("S3 gave no answer to %s: %v", r.Method, withoutQuery(err.Error()))
	}
	return a
}
