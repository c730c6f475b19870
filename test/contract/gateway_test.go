package contract_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// gatewayRefusals returns API Gateway's own errors, for every route that can get them, and checks
// each against the contract.
func gatewayRefusals(t *testing.T) map[refusalKind]bool {
	t.Helper()
	kinds := map[refusalKind]bool{}
	for file, tmpl := range goldens(t) {
		for _, r := range tmpl.Resources {
			if r.Type != "AWS::ApiGateway::GatewayResponse" {
				continue
			}
			body := strings.ReplaceAll(r.Properties.ResponseTemplates["application/json"], "$context.requestId", requestID)
			for route := range goldens(t)["local-scan.json"].methods() {
				method, path, _ := strings.Cut(route, " ")
				if method == http.MethodOptions || !canRefuse(r.Properties.ResponseType, method) {
					continue
				}
				status, entry := statusOf(t, r.Properties.ResponseType, r.Properties.StatusCode)
				if err := openAPI.CheckAnswer(method, path, status, fixedHeader(r.Properties.ResponseParameters), []byte(body)); err != nil {
					t.Errorf("%s, %s: %v", file, r.Properties.ResponseType, err)
				}
				kinds[refusalKind{route, entry, codeOf(t, body)}] = true
			}
		}
	}
	return kinds
}

// TestUnknownRoutes checks that an unknown route gets the same 404 as a route that the deployment
// leaves out.
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
				if err := openAPI.CheckAnswer("GET", documentPath, status, fixedHeader(a.ResponseParameters), []byte(body)); err != nil {
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

// canRefuse reports whether API Gateway can answer a method with a response type. It validates a
// body only if the method has a model.
func canRefuse(kind, method string) bool {
	return kind != "BAD_REQUEST_BODY" || method == http.MethodPost
}

// statusOf returns a gateway response's status, and the entry of the contract that describes it.
// DEFAULT_4XX keeps the status that API Gateway chose.
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
