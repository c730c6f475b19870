package api

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/s3sign/s3signtest"
)

// signedAnswer and the following are answers as a client reads them, independent of the package's
// own types.
type signedAnswer struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

type expiryAnswer struct {
	ExpiresIn int    `json:"expiresIn"`
	ExpiresAt string `json:"expiresAt"`
}

type plannedAnswer struct {
	Key string `json:"key"`
	signedAnswer
	Multipart *struct {
		PartSize  int64 `json:"partSize"`
		PartCount int64 `json:"partCount"`
	} `json:"multipart"`
	expiryAnswer
}

type downloadAnswer struct { // or of a listing, or a scan
	signedAnswer
	expiryAnswer
}

type deletionsAnswer struct {
	Deletions []struct {
		Key string `json:"key"`
		signedAnswer
	} `json:"deletions"`
	expiryAnswer
}

type partsAnswer struct {
	Parts []struct {
		PartNumber int64 `json:"partNumber"`
		Size       int64 `json:"size"`
		signedAnswer
	} `json:"parts"`
	List     *signedAnswer `json:"list"`
	Complete *signedAnswer `json:"complete"`
	Abort    *signedAnswer `json:"abort"`
	expiryAnswer
}

type factsAnswer struct {
	Limit   int64    `json:"limit"`
	Allowed []string `json:"allowed"`
}

type refusal struct {
	Error struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		Field     string `json:"field"`
		RequestID string `json:"requestId"`
		factsAnswer
		Problems []struct {
			Code, Message, Field string
			factsAnswer
		}
	} `json:"error"`
}

func handle(t testing.TB, h *Handler, e events.APIGatewayProxyRequest) events.APIGatewayProxyResponse {
	t.Helper()
	resp, err := h.Handle(t.Context(), e)
	if err != nil {
		t.Fatalf("Handle: error %v; want every failure as an answer", err)
	}
	return resp
}

// planned sends a request, and fails the test unless the answer is a plan.
func planned(t testing.TB, h *Handler, e events.APIGatewayProxyRequest) plannedAnswer {
	t.Helper()
	var a plannedAnswer
	answered(t, h, e, map[string]int{"POST": 201, "GET": 200}[e.HTTPMethod], &a)
	return a
}

// refused sends a request, and fails the test unless the answer is a refusal.
func refused(t testing.TB, h *Handler, e events.APIGatewayProxyRequest, status int, code Code, field string) refusal {
	t.Helper()
	resp := handle(t, h, e)
	if resp.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, status, resp.Body)
	}
	var r refusal
	decodeStrict(t, resp.Body, &r)
	if r.Error.Code != string(code) || r.Error.Field != field {
		t.Errorf("refused with %s, field %q; want %s, field %q\n%s", r.Error.Code, r.Error.Field, code, field, resp.Body)
	}
	if r.Error.Message == "" || r.Error.RequestID != e.RequestContext.RequestID {
		t.Errorf("the refusal lacks its message or request id: %s", resp.Body)
	}
	return r
}

// answered sends a request, checks the status, and decodes the answer into v.
func answered(t testing.TB, h *Handler, e events.APIGatewayProxyRequest, status int, v any) {
	t.Helper()
	resp := handle(t, h, e)
	if resp.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, status, resp.Body)
	}
	decodeStrict(t, resp.Body, v)
}

func decodeStrict(t testing.TB, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatalf("answer: %v\n%s", err, text)
	}
}

// mustBeSigned checks that S3 would accept the signature of a request with a body of size bytes.
func mustBeSigned(t testing.TB, a signedAnswer, size int) {
	t.Helper()
	r := s3signtest.Request{Method: a.Method, URL: a.URL, Headers: a.Headers, Size: size}
	if err := r.SignatureError(testDeployment().Credentials.SecretAccessKey); err != nil {
		t.Fatalf("S3 would refuse the signed request: %v", err)
	}
}

// keySuffix returns what follows the id in the key of an upload in parts.
func keySuffix(size int64, checksums bool) string {
	suffix := "-" + strconv.FormatInt(size, 36)
	if checksums {
		suffix += "-sha256"
	}
	return suffix
}
