package contract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxBytes reads x-max-bytes, for a limit that JSON Schema has no keyword for.
func maxBytes(t *testing.T, extensions map[string]any) int {
	t.Helper()
	n, ok := extensions["x-max-bytes"].(float64)
	if !ok {
		t.Fatalf("openapi.yaml: no number in x-max-bytes: %v", extensions)
	}
	return int(n)
}

func TestBodyIsBounded(t *testing.T) {
	d := newDeployment(t)
	for _, base := range bodies {
		limit := maxBytes(t, openAPI.Operation("POST", base.path).RequestBody.Value.Extensions)
		pad := strings.Repeat(" ", limit-len(base.body))
		if a := d.send(t, withBody("POST", base.path, base.body+pad)); !a.ok() {
			t.Errorf("%s, %d bytes: %s", base.path, limit, a.body)
		}
		if a := d.send(t, withBody("POST", base.path, base.body+pad+" ")); a.refusal.Code != "BodyTooLarge" {
			t.Errorf("%s, %d bytes: %s; want BodyTooLarge", base.path, limit+1, a.body)
		}
	}
}

func TestMetadataIsBounded(t *testing.T) {
	limit := maxBytes(t, openAPI.Doc.Components.Schemas["Metadata"].Value.Extensions)
	d := newDeployment(t)
	for length, want := range map[int]bool{limit: true, limit + 1: false} {
		body := fmt.Sprintf(`{"filename":"cat.png","contentType":"image/png","size":1,"metadata":{"a":%q,"bb":%q}}`,
			strings.Repeat("x", limit/2), strings.Repeat("x", length-limit/2-len("abb")))
		if a := d.send(t, withBody("POST", "/uploads", body)); a.ok() != want {
			t.Errorf("metadata of %d bytes: %s", length, a.body)
		}
	}
}

// TestEveryFieldHasABound checks that every schema of a request has its limits, since TestBodies
// tries only requests at and over the limits that it has.
func TestEveryFieldHasABound(t *testing.T) {
	found := 0
	var walk func(where string, s *openapi3.Schema)
	walk = func(where string, s *openapi3.Schema) {
		found++
		s = notNull(s)
		switch {
		case s.Type.Includes("string") && s.MaxLength == nil && len(s.Enum) == 0:
			t.Errorf("%s: no maxLength", where)
		case s.Type.Includes("integer") && (s.Min == nil || s.Max == nil):
			t.Errorf("%s: no minimum or no maximum", where)
		case s.Type.Includes("array"):
			if s.MaxItems == nil {
				t.Errorf("%s: no maxItems", where)
			}
			walk(where+"[]", s.Items.Value)
		case s.Type.Includes("object"):
			if entry := s.AdditionalProperties.Schema; entry != nil {
				if s.MaxProps == nil || s.PropertyNames == nil {
					t.Errorf("%s: no maxProperties or no propertyNames", where)
				}
				walk(where+".*", entry.Value)
			} else if has := s.AdditionalProperties.Has; has == nil || *has {
				t.Errorf("%s: takes any further field", where)
			}
			for name, property := range s.Properties {
				walk(where+"."+name, property.Value)
			}
		case s.Type == nil:
			t.Errorf("%s: no type", where)
		}
	}
	for _, base := range bodies {
		walk(base.path, bodySchema(base.path))
	}
	for _, p := range openAPI.Operation("GET", documentPath).Parameters {
		walk(documentPath+"?"+p.Value.Name, p.Value.Schema.Value)
	}
	if found < 20 {
		t.Errorf("only %d fields were looked at", found)
	}
}
