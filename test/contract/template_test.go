package contract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// template is what of a golden template decides what the API answers.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties struct {
			PathPart           string
			ParentID           resourceRef `json:"ParentId"`
			ResourceID         resourceRef `json:"ResourceId"`
			HTTPMethod         string      `json:"HttpMethod"`
			AuthorizationType  string
			Integration        struct{ IntegrationResponses []fixedAnswer }
			ResponseType       string
			StatusCode         string
			ResponseParameters map[string]string
			ResponseTemplates  map[string]string
			Schema             json.RawMessage
		}
	}
}

// fixedAnswer is what API Gateway answers by itself.
type fixedAnswer struct {
	StatusCode         string
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
}

// resourceRef is {"Ref": "id"}; the API's root is an Fn::GetAtt and leaves it empty.
type resourceRef struct{ Ref string }

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
		var tmpl template
		if err := json.Unmarshal(text, &tmpl); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(file)] = tmpl
	}
	return all
}

// path is the whole path of a resource.
func (tmpl template) path(id string) string {
	r, ok := tmpl.Resources[id]
	if !ok {
		return ""
	}
	return tmpl.path(r.Properties.ParentID.Ref) + "/" + r.Properties.PathPart
}

// methods gives the template's methods by "POST /uploads", and whether each is
// behind the authorizer. ANY is no route: it answers what is none.
func (tmpl template) methods() map[string]bool {
	methods := map[string]bool{}
	for _, r := range tmpl.Resources {
		if r.Type == "AWS::ApiGateway::Method" && r.Properties.HTTPMethod != "ANY" {
			methods[r.Properties.HTTPMethod+" "+tmpl.path(r.Properties.ResourceID.Ref)] = r.Properties.AuthorizationType == "COGNITO_USER_POOLS"
		}
	}
	return methods
}
