package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
)

const (
	testSub      = "0f9a8b7c-6d5e-4f3a-2b1c-0d9e8f7a6b5c"
	testClient   = "3n4b5urk1ft4fl3mg5e62d9ado"
	testOrigin   = "https://app.example.com"
	testJWT      = "eyJraWQiOiJ0ZXN0In0.eyJzdWIiOiJ0ZXN0In0.c2lnbmF0dXJlLXBhcnQ"
	testSession  = "IQoJb3JpZ2luX2VjEXAMPLEsessionTOKEN//////////wEaCWV1LXdlc3QtMQ=="
	testMaxSize  = 5 << 30
	testLifetime = 10 * time.Minute
)

var testNow = time.Date(2026, 8, 18, 10, 0, 0, 123e6, time.UTC)

// deployment is what a function is started with, for tests to change.
type deployment struct {
	config.Upload
	s3sign.Runtime
}

// testDeployment is a deployment on AWS. The keys are AWS's documented examples.
func testDeployment() deployment {
	return deployment{
		Upload: config.Upload{
			Shared: config.Shared{
				Bucket:           "signpost-uploads",
				KeyPrefix:        "uploads/",
				URLLifetime:      testLifetime,
				AllowedOrigins:   []string{testOrigin, "https://other.example.com"},
				ClientIDs:        []string{"anotherclient", testClient},
				TokenUse:         "id",
				MetricsNamespace: "Signpost",
			},
			MaxSize:            testMaxSize,
			MultipartThreshold: testMaxSize,
			AllowedTypes:       []string{"image/*", "application/pdf", "text/plain", "video/mp4"},
		},
		Runtime: s3sign.Runtime{
			Region: "eu-west-1",
			Credentials: aws.Credentials{
				AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
				SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
				SessionToken:    testSession,
			},
		},
	}
}

// journal is a log that tests can read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// lines decodes the log, one map for each line.
func (j *journal) lines(t testing.TB) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for _, text := range strings.Split(strings.TrimSpace(j.String()), "\n") {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("log line is not JSON: %v\n%s", err, text)
		}
		lines = append(lines, line)
	}
	return lines
}

// newTestHandler makes the upload function's handler, with a stopped clock, for a deployment that
// change may alter.
func newTestHandler(t testing.TB, change ...func(*deployment)) (*Handler, *journal) {
	t.Helper()
	return makeTestHandler(t, change, func(d deployment, signer Signer, log *slog.Logger) (*Handler, error) {
		return NewUploadHandler(d.Upload, signer, log)
	})
}

// fileHandlers make the handlers of the functions that sign for stored files, by their resource.
var fileHandlers = map[string]func(config.Files, Signer, *slog.Logger) (*Handler, error){
	"/downloads": NewDownloadHandler,
	"/listings":  NewListHandler,
	"/deletions": NewDeleteHandler,
	"/scans":     NewScanHandler,
}

// newTestDownloads does the same for the download function.
func newTestDownloads(t testing.TB, change ...func(*deployment)) (*Handler, *journal) {
	t.Helper()
	return newTestFor(t, "/downloads", change...)
}

// newTestFor does the same for the function that has a resource.
func newTestFor(t testing.TB, resource string, change ...func(*deployment)) (*Handler, *journal) {
	t.Helper()
	build, ok := fileHandlers[resource]
	if !ok {
		return newTestHandler(t, change...)
	}
	return makeTestHandler(t, change, func(d deployment, signer Signer, log *slog.Logger) (*Handler, error) {
		return build(config.Files{Shared: d.Shared}, signer, log)
	})
}

func makeTestHandler(t testing.TB, change []func(*deployment), build func(deployment, Signer, *slog.Logger) (*Handler, error)) (*Handler, *journal) {
	t.Helper()
	d := testDeployment()
	for _, f := range change {
		f(&d)
	}
	signer, err := s3sign.New(d.Bucket, d.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	j := &journal{}
	h, err := build(d, signer, slog.New(slog.NewJSONHandler(j, nil)))
	if err != nil {
		t.Fatal(err)
	}
	h.now = func() time.Time { return testNow }
	return h, j
}

// event is a request as API Gateway passes it on, with a verified token.
func event(method, resource string) events.APIGatewayProxyRequest {
	return events.APIGatewayProxyRequest{
		Resource:   resource,
		Path:       resource,
		HTTPMethod: method,
		Headers: map[string]string{
			"Authorization": "Bearer " + testJWT,
			"Origin":        testOrigin,
			"Content-Type":  "application/json",
		},
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
			Authorizer: map[string]any{"claims": map[string]any{
				"sub": testSub, "aud": testClient, "token_use": "id", "email": "ada@example.com",
			}},
		},
	}
}

func postEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/uploads")
	e.Body = body
	return e
}

func getEvent(query map[string][]string) events.APIGatewayProxyRequest {
	e := event("GET", "/api/documents/signed")
	e.MultiValueQueryStringParameters = query
	e.QueryStringParameters = map[string]string{}
	for name, values := range query {
		if len(values) > 0 {
			e.QueryStringParameters[name] = values[len(values)-1] // as API Gateway fills it
		}
	}
	return e
}

func partsEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/uploads/parts")
	e.Body = body
	return e
}

func downloadEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/downloads")
	e.Body = body
	return e
}

func listingEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/listings")
	e.Body = body
	return e
}

// deletionsEvent asks to delete some keys.
func deletionsEvent(keys ...any) events.APIGatewayProxyRequest {
	return deletionsBody(fields{"keys": keys}.String())
}

func deletionsBody(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/deletions")
	e.Body = body
	return e
}

func scanEvent(body string) events.APIGatewayProxyRequest {
	e := event("POST", "/scans")
	e.Body = body
	return e
}

// fields are the members of a POST body. alter returns a copy with some of them set, or removed if
// the value is nil.
type fields map[string]any

// null is JSON's null, which alter does not remove.
var null = json.RawMessage("null")

func goodFields() fields {
	return fields{"filename": "holiday in Köln.png", "contentType": "image/png", "size": 12345}
}

func (f fields) alter(changes fields) fields {
	out := maps.Clone(f)
	for name, v := range changes {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

func (f fields) String() string {
	b, err := json.Marshal(map[string]any(f))
	if err != nil {
		panic(err)
	}
	return string(b)
}
