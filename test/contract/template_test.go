package contract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/internal/cfn"
)

// template is the part of a golden template that decides what API Gateway answers.
type template struct {
	Resources map[string]resource // those of API Gateway, by logical id
}

type resource struct {
	Type       string
	Properties struct {
		PathPart           string
		ParentID           string `json:"ParentId"`   // a logical id, or that of the API and ".RootResourceId"
		ResourceID         string `json:"ResourceId"` // like ParentID
		HTTPMethod         string `json:"HttpMethod"`
		AuthorizationType  string
		Integration        struct{ IntegrationResponses []fixedAnswer }
		ResponseType       string
		StatusCode         string
		ResponseParameters map[string]string
		ResponseTemplates  map[string]string
		Schema             json.RawMessage
	}
}

// fixedAnswer is an answer that API Gateway gives without the function.
type fixedAnswer struct {
	StatusCode         string
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
}

func goldens(t *testing.T) map[string]template {
	t.Helper()
	files, err := filepath.Glob("../template/testdata/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d golden templates, %v", len(files), err)
	}
	all := map[string]template{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(file)] = read(t, text)
	}
	return all
}

func read(t *testing.T, text []byte) template {
	t.Helper()
	parsed, err := cfn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	parsed.Reference = func(name string) (string, bool) { return name, true }
	tmpl := template{map[string]resource{}}
	for id, r := range parsed.Resources {
		// The URI of an authorizer is made of the parts of a function's ARN, which only a deployment
		// has.
		if !strings.HasPrefix(r.Type, "AWS::ApiGateway::") || r.Type == "AWS::ApiGateway::Authorizer" {
			continue
		}
		found := resource{Type: r.Type}
		if err := parsed.Decode(r, &found.Properties); err != nil {
			t.Fatal(err)
		}
		tmpl.Resources[id] = found
	}
	return tmpl
}

// path returns the whole path of a resource. The API's root is not a resource of the template.
func (tmpl template) path(id string) string {
	r, ok := tmpl.Resources[id]
	if !ok {
		return ""
	}
	return tmpl.path(r.Properties.ParentID) + "/" + r.Properties.PathPart
}

// methods gives the template's methods by "POST /uploads", and whether each is behind the
// authorizer. ANY isn't a route: it answers requests for unknown routes.
func (tmpl template) methods() map[string]bool {
	methods := map[string]bool{}
	for _, r := range tmpl.Resources {
		if r.Type == "AWS::ApiGateway::Method" && r.Properties.HTTPMethod != "ANY" {
			methods[r.Properties.HTTPMethod+" "+tmpl.path(r.Properties.ResourceID)] = r.Properties.AuthorizationType == "COGNITO_USER_POOLS" || r.Properties.AuthorizationType == "CUSTOM"
		}
	}
	return methods
}
