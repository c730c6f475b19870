package contract_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	gocmp "github.com/google/go-cmp/cmp"

	"signpost/lambda/api"
)

// refusalKind is one line of the contract's list of errors. Status is as the contract has it:
// "404", or "4XX".
type refusalKind struct{ operation, status, code string }

// documentedRefusals are those of all operations.
func documentedRefusals(t *testing.T) map[refusalKind]bool {
	t.Helper()
	kinds := map[refusalKind]bool{}
	for path, item := range openAPI.Doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status, response := range operation.Responses.Map() {
				if status < "300" {
					continue
				}
				// The codes are beside a $ref to the shape of every error, and the loader adds such
				// siblings as an allOf.
				codes := response.Value.Content["application/json"].Schema.Value.AllOf[0].Value.Properties["error"].Value.Properties["code"].Value.Enum
				if len(codes) == 0 {
					t.Errorf("%s %s, %s: no codes", method, path, status)
				}
				for _, code := range codes {
					kinds[refusalKind{method + " " + path, status, code.(string)}] = true
				}
			}
		}
	}
	return kinds
}

// TestCodes compares the list of codes with the function's own and API Gateway's, and each code's
// statuses with the function's table.
func TestCodes(t *testing.T) {
	want := map[string]bool{}
	for _, code := range functionCodes(t) {
		want[code] = true
	}
	for _, r := range goldens(t)["local-scan.json"].Resources {
		if r.Type == "AWS::ApiGateway::GatewayResponse" {
			want[codeOf(t, r.Properties.ResponseTemplates["application/json"])] = true
		}
	}
	documented := map[string]bool{}
	for _, code := range openAPI.Doc.Components.Schemas["ErrorCode"].Value.Enum {
		documented[code.(string)] = true
	}
	if diff := gocmp.Diff(want, documented); diff != "" {
		t.Errorf("the codes that are answered and openapi.yaml's differ (-answered +openapi.yaml):\n%s", diff)
	}
	for kind := range documentedRefusals(t) {
		if kind.code == "TooManyRequests" || kind.status == "4XX" {
			continue // API Gateway's alone
		}
		if status := strconv.Itoa(api.Code(kind.code).Status()); status != kind.status {
			t.Errorf("%s: openapi.yaml has %s under %s, the function answers it with %s", kind.operation, kind.code, kind.status, status)
		}
	}
}

// functionCodes finds the constants of type Code in the package's source.
func functionCodes(t *testing.T) []string {
	t.Helper()
	var codes []string
	inspectAPI(t, func(n ast.Node) {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" {
			return
		}
		for _, value := range spec.Values {
			if literal, ok := value.(*ast.BasicLit); ok {
				code, err := strconv.Unquote(literal.Value)
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, code)
			}
		}
	})
	if len(codes) < 5 {
		t.Fatalf("found the codes %v", codes)
	}
	return codes
}

// inspectAPI visits the source of package api.
func inspectAPI(t *testing.T, visit func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("../../lambda/api/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source: %v", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}

// TestRefusals provokes every refusal, and compares what was met with what the contract promises of
// each route. API Gateway's own are the template's.
func TestRefusals(t *testing.T) {
	met := gatewayRefusals(t)
	for _, p := range provocations() {
		d := newDeployment(t, func(cfg *settings) {
			if p.change != nil {
				p.change(cfg)
			}
		})
		a := d.send(t, p.event)
		if a.refusal.Code != p.code {
			t.Errorf("%s %s: %d %s; want %s", p.event.HTTPMethod, p.event.Resource, a.status, cmp.Or(a.body, "no body"), p.code)
		}
		met[refusalKind{p.event.HTTPMethod + " " + p.event.Resource, strconv.Itoa(a.status), a.refusal.Code}] = true
	}
	if diff := gocmp.Diff(met, documentedRefusals(t)); diff != "" {
		t.Errorf("the refusals that are made and openapi.yaml's differ (-made +openapi.yaml):\n%s", diff)
	}
}

// provocation is a request that is refused with a code, by a deployment changed to do so.
type provocation struct {
	code   string
	event  events.APIGatewayProxyRequest
	change func(*settings)
}

func provocations() []provocation {
	small := func(cfg *settings) { cfg.MaxSize = 100<<20 + 1 }
	single := func(cfg *settings) { cfg.MaxSize = cfg.MultipartThreshold }
	pictures := func(cfg *settings) { cfg.AllowedTypes = []string{"image/*"} }
	large := `{"filename": "a", "contentType": "image/png", "size": 200000000}`
	text := `{"filename": "a", "contentType": "text/plain", "size": 1}`
	parts := func(key, list string) string { return `{"key": "` + key + `", "uploadId": "x", "parts": ` + list + `}` }
	foreign := strings.Replace(plainKey, sub, "somebody-else", 1)
	list := []provocation{
		{"SizeTooLarge", withBody("POST", "/uploads", large), small},
		{"TypeNotAllowed", withBody("POST", "/uploads", text), pictures},
		{"NotFound", withBody("POST", "/uploads/parts", parts(partsKey, "[]")), single},
		{"InvalidKey", withBody("POST", "/uploads/parts", parts(plainKey, "[]")), nil},
		{"InvalidPart", withBody("POST", "/uploads/parts", parts(partsKey, `[{"partNumber": 10001}]`)), nil},
		{"SizeTooLarge", withBody("POST", "/uploads/parts", parts(partsKey, "[]")), small},
		{"Forbidden", withBody("POST", "/uploads/parts", parts(strings.Replace(partsKey, sub, "x", 1), "[]")), nil},
		{"InvalidKey", withBody("POST", "/downloads", `{"key": "elsewhere/a"}`), nil},
		{"Forbidden", withBody("POST", "/downloads", `{"key": "`+foreign+`"}`), nil},
		{"InvalidKey", withBody("POST", "/listings", `{"after": "`+kindKey+`"}`), nil},
		{"InvalidKey", withBody("POST", "/deletions", `{"keys": ["elsewhere/a"]}`), nil},
		{"InvalidKey", withBody("POST", "/scans", `{"key": "elsewhere/a"}`), nil},
		{"InvalidRequest", withQuery(documentPath, nil), nil},
		{"SizeTooLarge", withQuery(documentPath, map[string][]string{"key": {"a.png"}, "size": {"200000000"}}), small},
		{"TypeNotAllowed", withQuery(documentPath, map[string][]string{"key": {"a.txt"}}), pictures},
	}
	limits := request("GET", limitsPath)
	unknown := limits
	unknown.RequestContext.Authorizer = nil
	list = append(list,
		provocation{"Unauthorized", unknown, nil},
		provocation{"Forbidden", limits, func(cfg *settings) { cfg.RequiredGroup = "editors" }},
		provocation{"InvalidRequest", withQuery(limitsPath, map[string][]string{"kind": {"avatar"}}), nil},
	)
	rights := map[string]events.APIGatewayProxyRequest{documentPath: withQuery(documentPath, map[string][]string{"key": {"a.png"}})}
	for _, base := range bodies {
		rights[base.path] = withBody("POST", base.path, base.body)
	}
	for path, right := range rights {
		unknown := right
		unknown.RequestContext.Authorizer = nil
		list = append(list,
			provocation{"Unauthorized", unknown, nil},
			provocation{"Forbidden", right, func(cfg *settings) { cfg.RequiredGroup = "editors" }},
			provocation{"Internal", right, func(cfg *settings) {
				cfg.Credentials.CanExpire, cfg.Credentials.Expires = true, time.Now().Add(-time.Minute)
			}},
		)
		if path == documentPath {
			continue
		}
		form := right
		form.Headers = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		list = append(list,
			provocation{"InvalidJSON", withBody("POST", path, "["), nil},
			provocation{"InvalidRequest", withBody("POST", path, `{"surplus": 1}`), nil},
			provocation{"BodyTooLarge", withBody("POST", path, strings.Repeat(" ", 10_000_000)), nil},
			provocation{"TypeNotAllowed", form, nil},
		)
	}
	return list
}
