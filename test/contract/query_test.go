package contract_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

const (
	documentPath = "/api/documents/signed"
	limitsPath   = "/limits"
)

// TestQuery does for the query what TestBodies does for the bodies.
func TestQuery(t *testing.T) {
	d := newDeployment(t)
	right := url.Values{"key": {"cat.png"}, "contentType": {"text/plain; charset=utf-8"}, "size": {"12345"}, "kind": {"note"}}
	try := func(what, field string, wellFormed bool, query url.Values) {
		t.Helper()
		a := d.send(t, withQuery(documentPath, query))
		switch name := documentPath + "?" + what; {
		case !wellFormed:
			checkRefused(t, name, field, a)
		case !a.ok() && excuseOf(documentPath, a, "") == "":
			t.Errorf("%s: openapi.yaml takes it, the function refuses it: %s", name, a.body)
		}
	}
	with := func(name string, values ...string) url.Values {
		query := url.Values{}
		for n, v := range right {
			query[n] = v
		}
		query[name] = values
		if values == nil {
			delete(query, name)
		}
		return query
	}
	try("", "", true, right)
	try("surplus=1", "surplus", false, with("surplus", "1"))
	for _, ref := range openAPI.Operation("GET", documentPath).Parameters {
		p := ref.Value
		try(p.Name+" left out", p.Name, !p.Required, with(p.Name))
		try(p.Name+" twice", p.Name, false, with(p.Name, right.Get(p.Name), right.Get(p.Name)))
		try(strings.ToUpper(p.Name), strings.ToUpper(p.Name), false, with(strings.ToUpper(p.Name), "1"))
		values := varyString(p.Schema.Value, right.Get(p.Name))
		if p.Schema.Value.Type.Is("integer") {
			values = append(values, varyInteger(p.Schema.Value)...)
			values = append(values, "+5", "05", "1e3", "12.0", "0x10", "NaN")
		}
		for _, v := range values {
			try(fmt.Sprintf("%s=%.40q of %d", p.Name, v, len([]rune(v))), p.Name, parameterConforms(p.Schema.Value, v), with(p.Name, v))
		}
	}
}

// parameterConforms reports whether a parameter conforms to its schema. The contract requires
// integers in decimal digits only.
func parameterConforms(schema *openapi3.Schema, text string) bool {
	if !schema.Type.Is("integer") {
		return conforms(schema, text)
	}
	plain := json.Valid([]byte(text)) && strings.Trim(text, "-0123456789") == "" && text != ""
	return plain && conforms(schema, json.Number(text))
}
