package contract_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestRoutes compares the templates' routes with the contract's. The stage local-scan has all of them,
// and the others lack only routes that the contract makes optional.
func TestRoutes(t *testing.T) {
	documented, optional := map[string]bool{}, map[string]bool{}
	for path, item := range openAPI.Doc.Paths.Map() {
		for method, operation := range item.Operations() {
			documented[method+" "+path] = operation.Security == nil || len(*operation.Security) > 0
			if operation.Extensions["x-exists-when"] != nil {
				optional[method+" "+path], optional["OPTIONS "+path] = true, true
			}
		}
		documented["OPTIONS "+path] = false
	}
	for file, tmpl := range goldens(t) {
		methods := tmpl.methods()
		if file == "local-scan.json" {
			if diff := cmp.Diff(methods, documented); diff != "" {
				t.Errorf("%s and openapi.yaml differ in their routes, or in what is behind a token (-template +openapi.yaml):\n%s", file, diff)
			}
			continue
		}
		for route, behindToken := range methods {
			if want, ok := documented[route]; !ok || want != behindToken {
				t.Errorf("%s: %s, behind a token: %v; openapi.yaml has it: %v, %v", file, route, behindToken, ok, want)
			}
		}
		for route := range documented {
			if _, ok := methods[route]; !ok && !optional[route] {
				t.Errorf("%s lacks %s, which openapi.yaml doesn't make optional (x-exists-when)", file, route)
			}
		}
	}
}

// TestModels checks that API Gateway's own validation of a body refuses nothing that the contract
// accepts.
func TestModels(t *testing.T) {
	models := 0
	for file, tmpl := range goldens(t) {
		for id, r := range tmpl.Resources {
			if r.Type != "AWS::ApiGateway::Model" {
				continue
			}
			models++
			schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(r.Properties.Schema)))
			if err != nil {
				t.Fatal(err)
			}
			compiler := jsonschema.NewCompiler()
			if err := compiler.AddResource("model.json", schema); err != nil {
				t.Fatal(err)
			}
			model, err := compiler.Compile("model.json")
			if err != nil {
				t.Fatal(err)
			}
			for _, base := range bodies {
				for _, v := range vary(bodySchema(base.path), exact(json.RawMessage(base.body))) {
					if conforms(bodySchema(base.path), v.value) && model.Validate(v.value) != nil {
						t.Errorf("%s: the model %s refuses what openapi.yaml takes: %s%s", file, id, base.path, v.what)
					}
				}
			}
		}
	}
	if models == 0 {
		t.Error("no template has a model")
	}
}

// TestPreflight checks the templates' fixed responses to OPTIONS against the contract.
func TestPreflight(t *testing.T) {
	for name := range openAPI.Doc.Components.Responses["Preflight"].Value.Headers {
		if !strings.Contains(openAPI.Doc.Info.Description, "| `"+name+"` |") {
			t.Errorf("the description of preflights leaves out %s", name)
		}
	}
	for file, tmpl := range goldens(t) {
		found := 0
		for _, r := range tmpl.Resources {
			if r.Type != "AWS::ApiGateway::Method" || r.Properties.HTTPMethod != http.MethodOptions {
				continue
			}
			path := tmpl.path(r.Properties.ResourceID)
			for _, a := range r.Properties.Integration.IntegrationResponses {
				found++
				status, err := strconv.Atoi(a.StatusCode)
				if err != nil {
					t.Fatal(err)
				}
				if err := openAPI.CheckAnswer(http.MethodOptions, path, status, fixedHeader(a.ResponseParameters), nil); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s answers no OPTIONS", file)
		}
	}
}

// fixedHeader reads mappings such as "gatewayresponse.header.Vary": "'Origin'".
func fixedHeader(parameters map[string]string) http.Header {
	header := http.Header{"Content-Type": {"application/json"}}
	for name, value := range parameters {
		_, name, _ = strings.Cut(name, ".header.")
		header.Set(name, strings.Trim(value, "'"))
	}
	return header
}
