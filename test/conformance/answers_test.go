package conformance_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"signpost/test/contract"
)

// checkAnswer checks what all answers of the API, except to OPTIONS, have in common.
func checkAnswer(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	if r.Method == http.MethodOptions && a.status < 400 || a.status == http.StatusRequestEntityTooLarge && r.ContentLength > 6<<20 {
		return // a fixed answer: see TestPreflight and TestFarTooLong
	}
	if a.header.Get("x-amz-apigw-id") == "" {
		t.Errorf("the answer has no x-amz-apigw-id")
	}
	// Functions never answer 404: API Gateway writes that itself, with or without an error type.
	fromGateway := a.header.Get("X-Amzn-Errortype") != "" || a.status == http.StatusNotFound
	checkHeader(t, a, "Content-Type", "application/json")
	checkHeader(t, a, "Access-Control-Expose-Headers", "Retry-After,x-amzn-RequestId")
	checkHeader(t, a, "Access-Control-Allow-Credentials", "")
	if !slices.Contains(strings.Split(a.header.Get("Vary"), ", "), "Origin") {
		t.Errorf("Vary is %q; a cache could give one origin's answer to another", a.header.Values("Vary"))
	}
	switch origin := r.Header.Get("Origin"); {
	case fromGateway: // it can't choose between origins, and holds nothing private
		checkReaders(t, a)
	case slices.Contains(allowedOrigins(), origin):
		checkHeader(t, a, "Access-Control-Allow-Origin", origin)
	default:
		checkHeader(t, a, "Access-Control-Allow-Origin", "")
	}
	if a.header.Get("Cache-Control") != "no-store" && !strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/limits") { // see TestLimits
		t.Errorf("status %d: Cache-Control is %q", a.status, a.header.Get("Cache-Control"))
	}
	if r.Method == http.MethodHead {
		return // an answer to HEAD has no body to look at
	}
	if a.status >= 400 {
		checkError(t, a)
	}
	checkContract(t, r, a)
}

// checkReaders checks which pages may read what API Gateway answers by itself: all of them where
// the stack allows several origins, as a local run does, or else the one origin. A deployed stack's
// outputs don't say how many it allows.
func checkReaders(t *testing.T, a answer) {
	t.Helper()
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" && (mainRun != nil || got != target.origin()) {
		t.Errorf("status %d: Access-Control-Allow-Origin is %q", a.status, got)
	}
}

// openapi is the contract in machine-readable form.
var openapi = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load("../../openapi.yaml") })

// checkContract checks an answer against openapi.yaml.
func checkContract(t *testing.T, r *http.Request, a answer) {
	t.Helper()
	if r.Method == http.MethodOptions && a.status == http.StatusNotFound {
		return // a route that the deployment doesn't have: see hasRoute
	}
	c, err := openapi()
	if err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(target.ApiUrl)
	if err != nil {
		t.Fatal(err)
	}
	path := "/" + strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, base.Path), "/")
	if err := c.CheckAnswer(r.Method, path, a.status, a.header, a.body); err != nil {
		t.Error(err)
	}
}

// apiError is the error shape.
type apiError struct {
	problem
	RequestID string

	Problems []problem
}

type problem struct {
	Code, Message, Field string

	Limit   int64
	Allowed []string
}

func errorOf(t *testing.T, a answer) apiError {
	t.Helper()
	var body struct{ Error apiError }
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		t.Fatalf("status %d: the answer is not of the error shape: %v: %.300s", a.status, err, a.body)
	}
	return body.Error
}

// statusOf is the contract's table of codes.
var statusOf = map[string]int{
	"InvalidJSON": 400, "InvalidRequest": 400, "InvalidKey": 400, "InvalidPart": 400, "Unauthorized": 401, "Forbidden": 403, "NotFound": 404,
	"SizeTooLarge": 413, "BodyTooLarge": 413, "TypeNotAllowed": 415, "TooManyRequests": 429, "Internal": 500,
}

func checkError(t *testing.T, a answer) {
	t.Helper()
	e := errorOf(t, a)
	if statusOf[e.Code] != a.status {
		t.Errorf("code %q came with status %d", e.Code, a.status)
	}
	if e.Message == "" || len(e.Message) > 2000 {
		t.Errorf("the message has %d bytes: %.200q", len(e.Message), e.Message)
	}
	if id := a.header.Get("x-amzn-RequestId"); e.RequestID == "" || e.RequestID != id {
		t.Errorf("requestId is %q, x-amzn-RequestId is %q", e.RequestID, id)
	}
	if n := len(e.Problems); n == 1 || n > 0 && !reflect.DeepEqual(e.Problems[0], e.problem) {
		t.Errorf("problems must hold two or more, the first of them the error itself: %+v", e)
	}
}

// refused fails the test unless the answer is this error. An empty field means that the error names
// none.
func refused(t *testing.T, a answer, code, field string) apiError {
	t.Helper()
	if a.status < 400 {
		t.Fatalf("status %d, want %s: %.300s", a.status, code, withoutQuery(string(a.body)))
	}
	e := errorOf(t, a)
	if e.Code != code || e.Field != field {
		t.Errorf("refused with %s, field %q, want %s, field %q: %s", e.Code, e.Field, code, field, e.Message)
	}
	return e
}

func checkHeader(t *testing.T, a answer, name, want string) {
	t.Helper()
	if got := strings.Join(a.header.Values(name), " | "); got != want {
		t.Errorf("status %d: %s is %q, want %q", a.status, name, got, want)
	}
}

var query = regexp.MustCompile(`\?X-Amz[^ "]*`)

// withoutQuery keeps signatures out of the test's own output.
func withoutQuery(text string) string { return query.ReplaceAllString(text, "?…") }

// s3Code is the code of an S3 error.
func s3Code(a answer) string {
	var e struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}
	if a.status < 400 || xml.Unmarshal(a.body, &e) != nil {
		return ""
	}
	return e.Code
}
