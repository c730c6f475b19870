package contract_test

import (
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/lambda/api"
	"signpost/lambda/config"
	"signpost/lambda/s3sign"
	"signpost/test/contract"
	"signpost/test/inputs"
)

const contractFile = "../../openapi.yaml"

// openAPI is the contract. Tests that change it load their own.
var openAPI *contract.Contract

func TestMain(m *testing.M) {
	var err error
	if openAPI, err = contract.Load(contractFile); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	flag.Set("rapid.checks", "200") // a command line's own comes after it
	os.Exit(m.Run())
}

func TestInputs(t *testing.T) { inputs.Note(t, "../..") }

const (
	sub       = "0f9a8b7c-6d5e-4f3a-2b1c-0d9e8f7a6b5c"
	client    = "3n4b5urk1ft4fl3mg5e62d9ado"
	origin    = "https://app.example.com"
	requestID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	maxSize   = 53_687_091_200_000 // bytes: S3's own limit, so that only the contract's own bounds show
)

// deployment is every function, as a deployment that allows everything has them.
type deployment struct {
	upload *api.Handler
	files  map[string]*api.Handler // the others, by path
}

// settings are what the functions are started with.
type settings struct {
	config.Upload
	s3sign.Runtime
}

func newDeployment(t testing.TB, change ...func(*settings)) deployment {
	t.Helper()
	cfg := settings{
		Upload: config.Upload{
			Shared: config.Shared{
				Bucket: "signpost-uploads", KeyPrefix: "uploads/", URLLifetime: 10 * time.Minute,
				AllowedOrigins: []string{origin}, ClientIDs: []string{client}, TokenUse: "id", MetricsNamespace: "Signpost",
				Kinds: []config.Kind{
					{Name: "avatar", AllowedTypes: []string{"image/png", "image/jpeg"}, MaxSize: 5 << 20, URLLifetime: time.Minute, RequiredMetadata: []string{"consent"}},
					{Name: "note"},
				},
			},
			MaxSize: maxSize, MultipartThreshold: 100 << 20, ResumableUploads: true, AllowedTypes: []string{"a/*", "image/*", "text/*"},
		},
		Runtime: s3sign.Runtime{
			Region:      "eu-west-1",
			Credentials: aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	signer, err := s3sign.New(cfg.Bucket, cfg.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	upload, err := api.NewUploadHandler(cfg.Upload, signer, log)
	if err != nil {
		t.Fatal(err)
	}
	d := deployment{upload, map[string]*api.Handler{}}
	for path, build := range map[string]func(config.Files, api.Signer, *slog.Logger) (*api.Handler, error){
		"/downloads": api.NewDownloadHandler, "/listings": api.NewListHandler, "/deletions": api.NewDeleteHandler, "/scans": api.NewScanHandler,
	} {
		if d.files[path], err = build(config.Files{Shared: cfg.Shared}, signer, log); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// request is one as API Gateway passes it on, its token verified.
func request(method, path string) events.APIGatewayProxyRequest {
	return events.APIGatewayProxyRequest{
		Resource: path, Path: path, HTTPMethod: method,
		Headers: map[string]string{"Origin": origin, "Content-Type": "application/json"},
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID:  requestID,
			Authorizer: map[string]any{"claims": map[string]any{"sub": sub, "aud": client, "token_use": "id"}},
		},
	}
}

func withBody(method, path, body string) events.APIGatewayProxyRequest {
	e := request(method, path)
	e.Body = body
	return e
}

func withQuery(path string, query url.Values) events.APIGatewayProxyRequest {
	e := request("GET", path)
	e.MultiValueQueryStringParameters = query
	return e
}

// answer is what a function answered.
type answer struct {
	status  int
	body    string
	refusal refusalDetails
}

type refusalDetails struct{ Code, Message, Field string }

// refusalBody is the body of a refusal.
type refusalBody struct{ Error refusalDetails }

func (a answer) ok() bool { return a.status < 300 }

// send hands a request to the function that has its route, and holds the answer to the contract.
func (d deployment) send(t testing.TB, e events.APIGatewayProxyRequest) answer {
	t.Helper()
	handler, ok := d.files[e.Resource]
	if !ok {
		handler = d.upload
	}
	resp, err := handler.Handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for name, value := range resp.Headers {
		header.Set(name, value)
	}
	if err := openAPI.CheckAnswer(e.HTTPMethod, e.Resource, resp.StatusCode, header, []byte(resp.Body)); err != nil {
		t.Errorf("%v", err)
	}
	a := answer{status: resp.StatusCode, body: strings.TrimSpace(resp.Body)}
	if !a.ok() {
		var body refusalBody
		if err := json.Unmarshal([]byte(resp.Body), &body); err != nil {
			t.Fatalf("%v: %s", err, resp.Body)
		}
		a.refusal = body.Error
	}
	return a
}
