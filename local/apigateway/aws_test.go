package apigateway

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// These tests check behavior of API Gateway that is easily missed. The sources are in the comments
// of the code.

const firstResource = `"Resources": {`

// catchAll adds a {rest+} that answers unknown routes with 404, from a MOCK integration with the
// passthrough behavior.
func catchAll(passthrough string) string {
	return firstResource + `
"Folder": {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "folder"}},
"Below": {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": {"Ref": "Folder"}, "PathPart": "below"}},
"Rest": {"Type": "AWS::ApiGateway::Resource", "Properties": {"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "{rest+}"}},
"AnyRest": {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "ANY", "ResourceId": {"Ref": "Rest"}, "AuthorizationType": "NONE",
  "Integration": {"Type": "MOCK", "PassthroughBehavior": "` + passthrough + `", "RequestTemplates": {"application/json": "{\"statusCode\":404}"},
  "IntegrationResponses": [{"StatusCode": "404", "ResponseTemplates": {"application/json": "{\"unknown\":\"$context.requestId\"}"}}]}}},
"PutBelow": {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "PUT", "ResourceId": {"Ref": "Below"}, "AuthorizationType": "NONE",
  "Integration": {"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\":200}"},
  "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": "{\"below\":true}"}}]}}},`
}

func TestUnknownRouteIsReadAsASignature(t *testing.T) {
	server, err := newAPI(t, `"ResponseType": "DEFAULT_4XX", `, `"ResponseType": "DEFAULT_5XX", `)
	if err != nil {
		t.Fatal(err)
	}
	const aws = "AWS4-HMAC-SHA256 "
	for name, c := range map[string]struct{ authorization, errorType, message string }{
		"ErrBearer":      {"Bearer ey.J.x", "IncompleteSignatureException", "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '"},
		"ErrToken":       {"ey.J.x", "IncompleteSignatureException", "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		"ErrNoSignature": {aws + "Credential=A/b, SignedHeaders=host", "IncompleteSignatureException", "Authorization header requires 'Signature' parameter."},
		"ErrSpace":       {aws + "Credential= A/b, SignedHeaders=host, Signature=c", "IncompleteSignatureException", "missing equal-sign"},
	} {
		t.Run(name, func(t *testing.T) {
			status, header, body := send(t, server, "GET", "/v1/nothing", c.authorization, "")
			if status != 403 || header.Get("x-amzn-ErrorType") != c.errorType || !strings.Contains(body, c.message) {
				t.Errorf("got %d %s %s", status, header.Get("x-amzn-ErrorType"), body)
			}
		})
	}
	t.Run("ErrComplete", func(t *testing.T) {
		status, header, body := send(t, server, "GET", "/v1/nothing", aws+"Credential=A/b, SignedHeaders=host, Signature=c", "", withHeader("X-Amz-Date", "20260101T000000Z"))
		if status != 403 || header.Get("x-amzn-ErrorType") != "AccessDeniedException" {
			t.Errorf("got %d %s %s", status, header.Get("x-amzn-ErrorType"), body)
		}
	})
	t.Run("ErrNoHeader", func(t *testing.T) {
		status, header, _ := send(t, server, "GET", "/v1/nothing", "", "")
		if status != 404 || header.Get("x-amzn-ErrorType") != "MissingAuthenticationTokenException" {
			t.Errorf("got %d %s", status, header.Get("x-amzn-ErrorType"))
		}
	})
}

func TestProxyResource(t *testing.T) {
	server, err := newAPI(t, firstResource, catchAll("NEVER"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		method, path, token string
		status              int
		want                string
	}{
		"OKOwnMethod":         {"POST", "/v1/things", "ok-ada", 201, "ada"},
		"OKOwnOptions":        {"OPTIONS", "/v1/things", "", 204, ""},
		"OKBelow":             {"PUT", "/v1/folder/below", "", 200, "below"},
		"ErrOtherMethod":      {"PUT", "/v1/things", "ok-ada", 404, "unknown"},
		"ErrUnknown":          {"GET", "/v1/nothing", "Bearer ok-ada", 404, "unknown"},
		"ErrUnknownDeep":      {"GET", "/v1/a/b/c", "", 404, "unknown"},
		"ErrUnknownOptions":   {"OPTIONS", "/v1/nothing", "", 404, "unknown"},
		"ErrBeyond":           {"POST", "/v1/things/x", "ok-ada", 404, "unknown"},
		"ErrFolder":           {"GET", "/v1/folder", "ok-ada", 404, "unknown"},
		"ErrBelowOtherMethod": {"GET", "/v1/folder/below/", "ok-ada", 404, "unknown"},
		"ErrSignature":        {"GET", "/v1/nothing", "AWS4-HMAC-SHA256 Credential=A/b", 404, "unknown"},
		"ErrRoot":             {"GET", "/v1", "", 404, "no route"}, // {proxy+} stands for at least one segment
		"ErrRootSlash":        {"GET", "/v1/", "", 404, "no route"},
		"ErrRareMethod":       {"LINK", "/v1/nothing", "", 404, "no route"}, // ANY stands for seven methods
	} {
		t.Run(name, func(t *testing.T) {
			if status, _, body := send(t, server, c.method, c.path, c.token, "{}"); status != c.status || !strings.Contains(body, c.want) {
				t.Errorf("got %d %q, want %d %q", status, body, c.status, c.want)
			}
		})
	}
}

func TestMockAndContentType(t *testing.T) {
	for _, c := range []struct {
		passthrough, contentType, body string
		status                         int
	}{
		{"NEVER", "application/json; charset=utf-8", "x", 404},
		{"NEVER", "", "x", 404},
		{"NEVER", "text/plain", "x", 415},
		{"WHEN_NO_TEMPLATES", "text/plain", "x", 415},
		{"WHEN_NO_MATCH", "text/plain", "x", 500},
		{"WHEN_NO_MATCH", "text/plain", `{"statusCode":200}`, 404},
	} {
		t.Run(c.passthrough+" "+c.contentType+" "+c.body, func(t *testing.T) {
			server, err := newAPI(t, firstResource, catchAll(c.passthrough))
			if err != nil {
				t.Fatal(err)
			}
			status, header, body := send(t, server, "POST", "/v1/nothing", "", c.body, withHeader("Content-Type", c.contentType))
			if status != c.status || header.Get("Content-Type") != "application/json" {
				t.Errorf("got %d %s %s, want %d", status, header.Get("Content-Type"), body, c.status)
			}
		})
	}
}

// A browser's header "origin" is not method.request.header.Origin.
func TestMappedHeader(t *testing.T) {
	for mapped, want := range map[string]string{"Origin": "", "origin": "https://a.example", "User-Agent": "Go-http-client/1.1"} {
		server, err := newAPI(t, "method.request.header.Origin", "method.request.header."+mapped)
		if err != nil {
			t.Fatal(err)
		}
		status, header, _ := send(t, server, "POST", "/v1/things", "", "{}")
		if got := header.Get("Access-Control-Allow-Origin"); status != 401 || got != want {
			t.Errorf("method.request.header.%s: got %d %q, want %q", mapped, status, got, want)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	server, err := newAPI(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, first, body := send(t, server, "POST", "/v1/things", "ok-echo", "{}", withHeader("X-Amzn-Requestid", "chosen"))
	if e := eventOf(t, body).RequestContext; e.RequestID != "chosen" || first.Get("x-amzn-RequestId") != "chosen" {
		t.Errorf("the caller's id became %q, and %q in the answer", e.RequestID, first.Get("x-amzn-RequestId"))
	}
	if e := eventOf(t, body).RequestContext; e.ExtendedRequestID == "" || e.ExtendedRequestID != first.Get("x-amz-apigw-id") {
		t.Errorf("the extended id is %q, and %q in the answer", e.ExtendedRequestID, first.Get("x-amz-apigw-id"))
	}
	_, second, _ := send(t, server, "POST", "/v1/things", "ok-ada", "{}", withHeader("x-amz-apigw-id", first.Get("x-amz-apigw-id")))
	if id := second.Get("x-amz-apigw-id"); id == first.Get("x-amz-apigw-id") || len(id) != 16 {
		t.Errorf("the second extended id is %q", id)
	}
	if id := second.Get("x-amzn-RequestId"); id == "chosen" || len(id) != 36 {
		t.Errorf("the second id is %q", id)
	}
	if _, refused, body := send(t, server, "GET", "/v1/nothing", "", "", withHeader("x-amzn-RequestId", "mine")); refused.Get("x-amzn-RequestId") != "mine" || !strings.Contains(body, `"mine"`) {
		t.Errorf("a refusal has the id %q: %s", refused.Get("x-amzn-RequestId"), body)
	}
}

func eventOf(t *testing.T, body string) (e events.APIGatewayProxyRequest) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("no event: %v: %s", err, body)
	}
	return e
}

func TestEvent(t *testing.T) {
	server, err := newAPI(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	echo := func(path, body string, edits ...func(*http.Request)) events.APIGatewayProxyRequest {
		t.Helper()
		status, _, answer := send(t, server, "POST", path, "ok-echo", body, edits...)
		if status != 200 {
			t.Fatalf("got %d %s", status, answer)
		}
		return eventOf(t, answer)
	}
	t.Run("Headers", func(t *testing.T) {
		e := echo("/v1/things", "{}", withHeader("tEsT-HEADeR", "x"), withHeader("X-Forwarded-For", "192.0.2.1"), withHeader("Max-Forwards", "1"))
		want := []string{"Authorization", "Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "accept-encoding", "content-type", "origin", "test-header"}
		if got := slices.Sorted(maps.Keys(e.Headers)); !slices.Equal(got, want) {
			t.Errorf("the names are %q, want %q", got, want)
		}
		if got := e.Headers["X-Forwarded-For"]; got != "192.0.2.1, 127.0.0.1" {
			t.Errorf("X-Forwarded-For is %q", got)
		}
	})
	t.Run("SeveralValues", func(t *testing.T) {
		e := echo("/v1/things?a=1&a=2", "{}", func(r *http.Request) { r.Header["X"] = []string{"1", "2"} })
		if e.Headers["x"] != "2" || len(e.MultiValueHeaders["x"]) != 2 || e.QueryStringParameters["a"] != "2" || len(e.MultiValueQueryStringParameters["a"]) != 2 {
			t.Errorf("got %q %q %q %q", e.Headers["x"], e.MultiValueHeaders["x"], e.QueryStringParameters, e.MultiValueQueryStringParameters)
		}
	})
	for query, want := range map[string]map[string]string{
		"":                         nil,
		"a=1;b=2":                  {"a": "1", "b": "2"},
		"a=x%3By":                  {"a": "x;y"},
		"a":                        {"a": ""},
		"a=&b":                     {"a": "", "b": ""},
		"plus=test+alias@mail.com": {"plus": "test alias@mail.com"},
		"a=%E2%82%AC&a%20b=%2B":    {"a": "€", "a b": "+"},
		"a=%FF":                    {"a": "\uFFFD"},
	} {
		t.Run("Query "+query, func(t *testing.T) {
			if got := echo("/v1/things?"+query, "{}").QueryStringParameters; !maps.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	t.Run("BodyNotUTF8", func(t *testing.T) {
		if got := echo("/v1/things", "{\"a\":\"\xff\"}").Body; got != "{\"a\":\"\uFFFD\"}" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("MethodOverride", func(t *testing.T) {
		status, _, body := send(t, server, "GET", "/v1/things", "ok-echo", "{}", withHeader("X-HTTP-Method-Override", "POST"))
		if status != 200 || eventOf(t, body).HTTPMethod != "POST" {
			t.Errorf("got %d %s", status, body)
		}
	})
}

func TestAnswerHeaders(t *testing.T) {
	server, err := newAPI(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, header, _ := send(t, server, "POST", "/v1/things", "ok-headers", "{}")
	if header.Get("WWW-Authenticate") != "" || header.Get("x-amzn-Remapped-WWW-Authenticate") != "Basic" || header.Get("Date") == "" {
		t.Errorf("WWW-Authenticate came as %v", header)
	}
	if got := header.Values("X-Both"); !slices.Equal(got, []string{"1", "2"}) || header.Get("Content-Type") != "application/json" {
		t.Errorf("X-Both is %q, Content-Type %q", got, header.Get("Content-Type"))
	}
}

// Bodies of a type without a model are not validated.
func TestTypeWithoutModel(t *testing.T) {
	server, err := newAPI(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for contentType, want := range map[string]int{"text/plain": 201, "application/json; charset=utf-8": 400, "": 400} {
		if status, _, body := send(t, server, "POST", "/v1/things", "ok-ada", "[", withHeader("Content-Type", contentType)); status != want {
			t.Errorf("%q: got %d %s, want %d", contentType, status, body, want)
		}
	}
}

// "Changing the status code of this fallback gateway response changes the status codes of all"
// ("Gateway response types for API Gateway").
func TestStatusOfADefault(t *testing.T) {
	server, err := newAPI(t, `"ResponseType": "DEFAULT_4XX", `, `"ResponseType": "DEFAULT_5XX", "StatusCode": "500", `)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := send(t, server, "POST", "/v1/things", "ok-broken", "{}"); status != 500 || body != "default" {
		t.Errorf("got %d %s", status, body)
	}
}
