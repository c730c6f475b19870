package api

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	for _, e := range []events.APIGatewayProxyRequest{
		event("GET", "/uploads"), event("GET", "/uploads/batch"), event("POST", "/limits"), event("PUT", "/uploads"), event("POST", "/downloads"), event("POST", "/api/documents/signed"), event("POST", "/"), event("", ""), {},
	} {
		refused(t, h, e, 404, NotFound, "")
	}
}

func TestEveryAnswerCarriesCORS(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	anonymous := postEvent(goodFields().String())
	anonymous.RequestContext.Authorizer = nil
	answers := map[string]events.APIGatewayProxyRequest{
		"201": postEvent(goodFields().String()), "200": getEvent(map[string][]string{"key": {"a.png"}}),
		"400": postEvent("{"), "401": anonymous, "404": event("GET", "/nope"),
	}
	for name, e := range answers {
		for origin, want := range map[string]string{
			testOrigin: testOrigin, "https://other.example.com": "https://other.example.com",
			"https://evil.example.com": "", "https://app.example.com.evil.com": "", "HTTPS://app.example.com": "", "null": "", "*": "", "": "",
		} {
			e.Headers = maps.Clone(e.Headers)
			delete(e.Headers, "Origin")
			e.Headers["oRiGiN"] = origin
			got := handle(t, h, e).Headers
			if got["Access-Control-Allow-Origin"] != want {
				t.Errorf("%s: origin %q is answered with %q, want %q", name, origin, got["Access-Control-Allow-Origin"], want)
			}
			if _, there := got["Access-Control-Allow-Origin"]; there && want == "" {
				t.Errorf("%s: an empty Access-Control-Allow-Origin for %q", name, origin)
			}
			if got["Vary"] != "Origin" || got["Access-Control-Expose-Headers"] != "Retry-After,x-amzn-RequestId" ||
				got["Cache-Control"] != "no-store" || got["Content-Type"] != "application/json" {
				t.Errorf("%s: headers %v", name, got)
			}
			if _, there := got["Access-Control-Allow-Credentials"]; there {
				t.Errorf("%s: Access-Control-Allow-Credentials is set", name)
			}
		}
	}
}

// brokenSigner panics instead of signing.
type brokenSigner struct{ Signer }

func (brokenSigner) Sign(context.Context, s3sign.Operation, s3sign.Validity) (s3sign.SignedRequest, error) {
	panic("the pen is dry")
}

func TestPanicIsAnInternalError(t *testing.T) {
	t.Parallel()
	j := &journal{}
	d := testDeployment()
	signer, err := s3sign.New(d.Bucket, d.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewUploadHandler(d.Upload, brokenSigner{signer}, slog.New(slog.NewJSONHandler(j, nil)))
	if err != nil {
		t.Fatal(err)
	}
	r := refused(t, h, postEvent(goodFields().String()), 500, Internal, "")
	if strings.Contains(r.Error.Message, "pen") {
		t.Errorf("the caller gets the details: %s", r.Error.Message)
	}
	text, _ := j.lines(t)[0]["error"].(string)
	if !strings.Contains(text, "the pen is dry") || !strings.Contains(text, "api.(*uploads).plan") {
		t.Errorf("the log lacks the panic or its stack: %s", text)
	}
}

func TestHandleIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	var wg sync.WaitGroup
	keys := make([]string, 64)
	for i := range keys {
		wg.Go(func() {
			a := planned(t, h, postEvent(goodFields().String()))
			mustBeSigned(t, a.signedAnswer, 12345)
			keys[i] = a.Key
		})
	}
	wg.Wait()
	slices.Sort(keys)
	if len(slices.Compact(keys)) != 64 {
		t.Error("two uploads were given the same key")
	}
	if got := len(j.lines(t)); got != 64 {
		t.Errorf("%d log lines for 64 requests", got)
	}
}

func TestHandlerRefusesABadConfig(t *testing.T) {
	t.Parallel()
	cfg := testDeployment().Upload
	cfg.Bucket, cfg.MaxSize = "", 0
	_, uploadErr := NewUploadHandler(cfg, nil, slog.New(slog.DiscardHandler))
	if uploadErr == nil || !strings.Contains(uploadErr.Error(), "UPLOAD_BUCKET: ") || !strings.Contains(uploadErr.Error(), "MAX_SIZE_BYTES: ") {
		t.Errorf("uploads: %v", uploadErr)
	}
	for resource, build := range fileHandlers {
		if _, err := build(config.Files{Shared: cfg.Shared}, nil, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "UPLOAD_BUCKET: ") {
			t.Errorf("%s: %v", resource, err)
		}
	}
}
