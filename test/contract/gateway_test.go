package contract_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// gatewayRefusals are what API Gateway refuses by itself, of every route that it
// can refuse so. Each is held to the contract on the way.
func gatewayRefusals(t *testing.T) map[refusalKind]bool {
	t.Helper()
	kinds := map[refusalKind]bool{}
	for file, tmpl := range goldens(t) {
		for _, r := range tmpl.Resources {
			if r.Type != "AWS::ApiGateway::GatewayResponse" {
				continue
			}
			body := strings.ReplaceAll(r.Properties.ResponseTemplates["application/json"], "$context.requestId", requestID)
			for route := range goldens(t)["local.json"].methods() {
				method, path, _ := strings.Cut(route, " ")
				if method == http.MethodOptions || !canRefuse(r.Properties.ResponseType, method) {
					continue
				}
				status, entry := statusOf(t, r.Properties.ResponseType, r.Properties.StatusCode)
				if err := the.CheckAnswer(method, path, status, fixedHeader(r.Properties.ResponseParameters), []byte(body)); err != nil {
					t.Errorf("%s, %s: %v", file, r.Properties.ResponseType, err)
				}
				kinds[refusalKind{route, entry, codeOf(t, body)}] = true
			}
		}
	}
	return kinds
}

// TestUnknownRoutes: what is no route gets the 404 that the contract has for one that a deployment leaves out.
func TestUnknownRoutes(t *testing.T) {
	for file, tmpl := range goldens(t) {
		found := 0
		for _, r := range tmpl.Resources {
			if r.Type != "AWS::ApiGateway::Method" || r.Properties.HTTPMethod != "ANY" {
				continue
			}
			for _, a := range r.Properties.Integration.IntegrationResponses {
				found++
				status, _ := statusOf(t, "", a.StatusCode)
				body := strings.ReplaceAll(a.ResponseTemplates["application/json"], "$context.requestId", requestID)
				if err := the.CheckAnswer("GET", documentPath, status, fixedHeader(a.ResponseParameters), []byte(body)); err != nil {
					t.Errorf("%s: %v", file, err)
				}
				if code := codeOf(t, body); status != http.StatusNotFound || code != "NotFound" {
					t.Errorf("%s answers an unknown route with %d %s", file, status, code)
				}
			}
		}
		if found != 2 {
			t.Errorf("%s answers unknown routes in %d places, not at the root and below it", file, found)
		}
	}
}

// canRefuse: a body is only looked at where there is a model for it.
func canRefuse(kind, method string) bool {
	return kind != "BAD_REQUEST_BODY" || method == http.MethodPost
}

// statusOf reads a gateway response's status, and under which entry of the
// contract it stands. DEFAULT_4XX keeps whatever status API Gateway chose.
func statusOf(t *testing.T, kind, status string) (code int, entry string) {
	t.Helper()
	if kind == "DEFAULT_4XX" && status == "" {
		return http.StatusTeapot, "4XX"
	}
	code, err := strconv.Atoi(status)
	if err != nil {
		t.Fatalf("%s: the status %q", kind, status)
	}
	return code, status
}

func codeOf(t *testing.T, body string) string {
	t.Helper()
	var refusal struct{ Error struct{ Code string } }
	if err := json.Unmarshal([]byte(body), &refusal); err != nil || refusal.Error.Code == "" {
		t.Fatalf("no code in %s: %v", body, err)
	}
	return refusal.Error.Code
}
