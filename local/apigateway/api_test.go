package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"signpost/internal/cfn"
)

// newAPI serves testdata/template.json with one change to its text. The function answers with the
// caller's sub, or does what the switch says for the sub.
func newAPI(t *testing.T, old, new string) (*httptest.Server, error) {
	t.Helper()
	raw, err := os.ReadFile("testdata/template.json")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), old) {
		t.Fatalf("the template has no %q to change", old)
	}
	template, err := cfn.Parse([]byte(strings.Replace(string(raw), old, new, 1)))
	if err != nil {
		t.Fatal(err)
	}
	template.Reference = func(name string) (string, bool) { return name, true }
	api, err := New(template, Backends{
		Functions: map[string]Function{"Function": func(_ context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
			sub := e.RequestContext.Authorizer["claims"].(map[string]any)["sub"].(string)
			switch sub {
			case "broken":
				return events.APIGatewayProxyResponse{}, errors.New("broken")
			case "silent":
				return events.APIGatewayProxyResponse{}, nil
			case "verbose":
				return events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("x", maxPayload)}, nil
			case "binary":
				return events.APIGatewayProxyResponse{StatusCode: 200, Body: "aGVsbG8=", IsBase64Encoded: true}, nil
			case "headers":
				return events.APIGatewayProxyResponse{
					StatusCode:        200,
					Headers:           map[string]string{"WWW-Authenticate": "Basic", "x-both": "single"},
					MultiValueHeaders: map[string][]string{"X-Both": {"1", "2"}},
				}, nil
			case "echo":
				event, err := json.Marshal(e)
				return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(event)}, err
			}
			return events.APIGatewayProxyResponse{StatusCode: 201, Body: sub + " " + e.Path + " " + e.Resource}, nil
		}},
		Verify: func(_ context.Context, token string, pools, scopes []string) (map[string]any, error) {
			if strings.HasPrefix(token, "ok-") && slices.Equal(pools, []string{"Pool.Arn"}) && len(scopes) == 0 {
				return map[string]any{"sub": strings.TrimPrefix(token, "ok-")}, nil
			}
			return nil, errors.New("not a token")
		},
	}, nil)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return server, nil
}

func send(t *testing.T, server *httptest.Server, method, path, token, body string, edits ...func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "https://a.example")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	for _, edit := range edits {
		edit(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(raw)
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestAPI(t *testing.T) {
	server, err := newAPI(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, path, token, body string
		status                    int
		want                      string
	}{
		"OK":                  {"POST", "/v1/things", "ok-ada", `{}`, 201, "ada /things /things"},
		"OKBearer":            {"POST", "/v1/things", "Bearer ok-ada", `{}`, 201, "ada /things /things"},
		"OKTrailingSlash":     {"POST", "/v1/things/", "ok-ada", `{}`, 201, "ada /things/ /things"},
		"OKOptions":           {"OPTIONS", "/v1/things", "", "", 204, ""},
		"OKSlashesFirst":      {"POST", "/v1///things", "ok-ada", `{}`, 201, "ada /things /things"},
		"ErrTwoSlashes":       {"POST", "/v1/things//", "", `{}`, 404, "no route"},
		"ErrOtherStage":       {"POST", "/v2/things", "ok-ada", `{}`, 403, `{"message":"Forbidden"}`},
		"ErrLongerStage":      {"POST", "/v1x/things", "ok-ada", `{}`, 403, `{"message":"Forbidden"}`},
		"ErrNoStage":          {"POST", "/things", "ok-ada", `{}`, 403, `{"message":"Forbidden"}`},
		"ErrOtherMethod":      {"PUT", "/v1/things", "", `{}`, 404, "no route"},
		"ErrEscapedPath":      {"POST", "/v1/%74hings", "", `{}`, 404, "no route"},
		"ErrNoToken":          {"POST", "/v1/things", "", `{}`, 401, "who"},
		"ErrBadToken":         {"POST", "/v1/things", "nope", `{}`, 401, "who"},
		"ErrBearerAlone":      {"POST", "/v1/things", "Bearer", `{}`, 401, "who"},
		"ErrBodyNotJSON":      {"POST", "/v1/things", "ok-ada", `{`, 400, "default"},
		"ErrBodyNotAnObject":  {"POST", "/v1/things", "ok-ada", `[]`, 400, "default"},
		"ErrBodyMissing":      {"POST", "/v1/things", "ok-ada", ``, 400, "default"},
		"ErrFunction":         {"POST", "/v1/things", "ok-broken", `{}`, 502, `{"message":"Internal server error"}`},
		"ErrFunctionSilent":   {"POST", "/v1/things", "ok-silent", `{}`, 502, `{"message":"Internal server error"}`},
		"ErrFunctionVerbose":  {"POST", "/v1/things", "ok-verbose", `{}`, 502, `{"message":"Internal server error"}`},
		"OKBase64AsItIs":      {"POST", "/v1/things", "ok-binary", `{}`, 200, "aGVsbG8="},
		"ErrTokenBeforeBody":  {"POST", "/v1/things", "", `{`, 401, "who"},
		"ErrBodyOverTheLimit": {"POST", "/v1/things", "ok-ada", strings.Repeat(" ", maxBody+1), 413, "HTTP content length exceeded 10485760 bytes."},
		"ErrBodyOverLambdas":  {"POST", "/v1/things", "ok-ada", "{}" + strings.Repeat(" ", maxPayload), 413, `{"message": "Request Too Long"}`},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, body := send(t, server, c.method, c.path, c.token, c.body)
			if status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("got %d %q, want %d %q", status, body, c.status, c.want)
			}
			if id := header.Get("x-amzn-RequestId"); status == 404 && !strings.Contains(body, id) {
				t.Errorf("the body %q doesn't hold the request id %s", body, id)
			}
		})
	}
}

func TestThrottling(t *testing.T) {
	server, err := newAPI(t, `"ThrottlingBurstLimit": 1000`, `"ThrottlingBurstLimit": 2`)
	if err != nil {
		t.Fatal(err)
	}
	var last int
	for range 3 {
		last, _, _ = send(t, server, "POST", "/v1/things", "ok-ada", `{}`)
	}
	if last != 429 {
		t.Errorf("the third request got %d, want 429", last)
	}
}

func TestNewRefusesWhatItCannotServe(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"Authorization":   {`"AuthorizationType": "COGNITO_USER_POOLS"`, `"AuthorizationType": "AWS_IAM"`, "AWS_IAM"},
		"Authorizer":      {`"Type": "COGNITO_USER_POOLS", "Id`, `"Type": "REQUEST", "Id`, "REQUEST"},
		"Integration":     {`"AWS_PROXY"`, `"HTTP"`, "HTTP"},
		"Function":        {`["Function", "Arn"]`, `["Other", "Arn"]`, "Other"},
		"ContextVariable": {"$context.requestId", "$context.apiId", "$context.apiId"},
		"PathParameter":   {`"PathPart": "things"`, `"PathPart": "{thing}"`, "{thing}"},
		"MockStatus":      {`{ statusCode: 200 }`, `{}`, "statusCode"},
		"Template":        {`\n#if`, `\n#foreach`, "#foreach"},
		"Identity":        {"method.request.header.Authorization", "method.request.header.Cookie", "Cookie"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newAPI(t, c.old, c.new); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that names %s", err, c.want)
			}
		})
	}
}
