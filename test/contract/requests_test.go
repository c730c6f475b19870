package contract_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"signpost/lambda/api"
)

const (
	plainKey = "uploads/" + sub + "/01M86HHGDWQJC39CRDB285KZF6/cat.png"
	kindKey  = "uploads/note/" + sub + "/01M86HHGDWQJC39CRDB285KZF6/cat.png"
	partsKey = "uploads/" + sub + "/01M86HHGDWQJC39CRDB285KZF6-j13ibxvcw/holiday.mp4"        // of maxSize bytes, so of 10,000 parts
	sumsKey  = "uploads/" + sub + "/01M86HHGDWQJC39CRDB285KZF6-j13ibxvcw-sha256/holiday.mp4" // with part checksums
	someSum  = "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="
)

// bodies are valid bodies, which the tests vary.
var bodies = []struct{ path, body string }{
	{"/uploads", `{"filename": "cat.png", "contentType": "image/png", "size": 12345}`},
	{"/uploads", `{"filename": "cat.png", "contentType": "text/plain; charset=utf-8", "size": 12345, "metadata": {"album": "2026"}}`},
	{"/uploads", `{"filename": "ada.png", "contentType": "image/png", "size": 12345, "kind": "avatar", "metadata": {"consent": "yes"}}`},
	{"/uploads/batch", `{"files": [{"filename": "cat.png", "contentType": "image/png", "size": 12345}]}`},
	{"/uploads/parts", `{"key": "` + partsKey + `", "uploadId": "VXBsb2Fk", "parts": [{"partNumber": 1}]}`},
	{"/uploads/parts", `{"key": "` + sumsKey + `", "uploadId": "VXBsb2Fk", "parts": [{"partNumber": 1, "sha256": "` + someSum + `"}]}`},
	{"/downloads", `{"key": "` + plainKey + `"}`},
	{"/downloads", `{"key": "` + kindKey + `"}`},
	{"/downloads", `{"key": "` + partsKey + `", "disposition": "inline"}`},
	{"/listings", `{}`},
	{"/listings", `{"kind": "note", "after": "` + kindKey + `", "limit": 1}`},
	{"/deletions", `{"keys": ["` + plainKey + `"]}`},
	{"/deletions", `{"keys": ["` + kindKey + `"]}`},
	{"/scans", `{"key": "` + plainKey + `"}`},
	{"/scans", `{"key": "` + kindKey + `"}`},
}

var ownKey = regexp.MustCompile(`"uploads/(?:note/)?` + sub + `/[^/]+/[^/]+"`)

// inexpressible lists what the functions refuse although the schema accepts it, since JSON Schema
// can't express the rule. TestBodies checks that each of them occurs, and nothing else to be
// refused that the schema accepts.
var inexpressible = map[string]func(path string, a answer, body string) bool{
	"metadata's bytes, names and values together": func(_ string, a answer, _ string) bool {
		return a.refusal.Field == "metadata" && strings.Contains(a.refusal.Message, "at most 2048 are allowed")
	},
	"a part's sha256 is there exactly if it was declared": func(_ string, a answer, _ string) bool {
		return a.refusal.Code == "InvalidPart" && strings.Contains(a.refusal.Message, "partChecksums")
	},
	"the deployment's own prefix and kinds, and the caller's own sub": func(_ string, a answer, body string) bool {
		return !ownKey.MatchString(body) && (a.refusal.Code == "InvalidKey" || a.refusal.Code == "Forbidden") && slices.Contains([]string{"key", "keys", "after"}, a.refusal.Field)
	},
	"a page begins after a key of the kind to list": func(_ string, a answer, _ string) bool {
		return a.refusal.Code == "InvalidKey" && a.refusal.Field == "after" && strings.Contains(a.refusal.Message, "of another kind")
	},
	"the deployment's own kinds": func(_ string, a answer, _ string) bool {
		return a.refusal.Code == "InvalidRequest" && a.refusal.Field == "kind" && strings.Contains(a.refusal.Message, "is unknown; allowed: avatar, note")
	},
	"the kind's own size": func(_ string, a answer, _ string) bool {
		return a.refusal.Code == "SizeTooLarge" && strings.Contains(a.refusal.Message, "for avatar")
	},
	"the metadata that the kind requires": func(_ string, a answer, _ string) bool {
		return a.refusal.Field == "metadata" && strings.Contains(a.refusal.Message, `metadata lacks consent; every file of the kind "avatar"`)
	},
	"the deployment's own types": func(_ string, a answer, _ string) bool {
		return a.refusal.Code == "TypeNotAllowed" && a.refusal.Field == "contentType"
	},
	"no parameter of a media type twice": func(_ string, a answer, _ string) bool {
		return a.refusal.Field == "contentType" && strings.Contains(a.refusal.Message, "gives a parameter twice")
	},
	"a file is saved under its own extension": func(_ string, a answer, _ string) bool {
		return a.refusal.Field == "filename" && strings.Contains(a.refusal.Message, "must end in")
	},
	"what is shown inline is known by its extension": func(_ string, a answer, _ string) bool {
		return a.refusal.Field == "disposition" && strings.Contains(a.refusal.Message, "can be shown inline")
	},
}

// TestBodies compares the functions with the schemas of their bodies: they refuse a body that
// doesn't conform, naming the field, and accept one that does.
func TestBodies(t *testing.T) {
	d := newDeployment(t)
	met := map[string]bool{}
	right, wrong := 0, 0
	for _, base := range bodies {
		schema := bodySchema(base.path)
		var value any = exact(json.RawMessage(base.body))
		if a := d.send(t, withBody("POST", base.path, base.body)); !a.ok() || !conforms(schema, value) {
			t.Fatalf("the body is not valid: %s %s: %s", base.path, base.body, a.body)
		}
		for _, v := range vary(schema, value) {
			text, err := json.Marshal(v.value)
			if err != nil {
				t.Fatal(err)
			}
			a, ofFile := firstFile(t, d.send(t, withBody("POST", base.path, string(text))))
			if ofFile { // names a field of the file
				v.field = a.refusal.Field
			}
			name := fmt.Sprintf("%s, body%s", base.path, v.what)
			if !conforms(schema, v.value) {
				wrong++
				checkRefused(t, name, v.field, a)
				continue
			}
			right++
			if a.ok() {
				continue
			}
			if excuse := excuseOf(base.path, a, string(text)); excuse != "" {
				met[excuse] = true
				continue
			}
			t.Errorf("%s: openapi.yaml takes it, the function refuses it: %s", name, a.body)
		}
	}
	for excuse := range inexpressible {
		if !met[excuse] {
			t.Errorf("nothing was refused for %q: can the schema express it now?", excuse)
		}
	}
	if right < 100 || wrong < 300 {
		t.Errorf("only %d right and %d wrong bodies were tried", right, wrong)
	}
	t.Logf("%d right bodies, %d wrong ones", right, wrong)
}

// firstFile returns the answer about the first file of a batch, if that is an error, and whether it
// is.
func firstFile(t *testing.T, a answer) (answer, bool) {
	t.Helper()
	var batch struct{ Files []refusalBody }
	if !a.ok() || json.Unmarshal([]byte(a.body), &batch) != nil || len(batch.Files) == 0 || batch.Files[0].Error.Code == "" {
		return a, false
	}
	a.refusal = batch.Files[0].Error
	a.status = api.Code(a.refusal.Code).Status()
	return a, true
}

// checkRefused checks that the error names the field; "" stands for the body.
func checkRefused(t *testing.T, name, field string, a answer) {
	t.Helper()
	switch {
	case a.ok():
		t.Errorf("%s: openapi.yaml refuses it, the function accepts it", name)
	case a.status >= 500:
		t.Errorf("%s: %s", name, a.body)
	case field == "" && !(a.refusal.Code == "InvalidJSON" || a.refusal.Code == "InvalidRequest"):
		t.Errorf("%s: refused with %s", name, a.body)
	case a.refusal.Field != field && field != "":
		t.Errorf("%s: the refusal names the field %q, want %q: %s", name, a.refusal.Field, field, a.body)
	}
}

func excuseOf(path string, a answer, body string) string {
	for excuse, fits := range inexpressible {
		if fits(path, a, body) {
			return excuse
		}
	}
	return ""
}

func bodySchema(path string) *openapi3.Schema {
	return openAPI.Operation("POST", path).RequestBody.Value.Content["application/json"].Schema.Value
}

// conforms reports whether a value conforms to a schema.
func conforms(schema *openapi3.Schema, value any) bool {
	return compiled(schema).Validate(value) == nil
}

var compiledSchemas sync.Map // *jsonschema.Schema by *openapi3.Schema; kin-openapi would compile the schema for each value

func compiled(schema *openapi3.Schema) *jsonschema.Schema {
	if known, ok := compiledSchemas.Load(schema); ok {
		return known.(*jsonschema.Schema)
	}
	document := exact(schema).(map[string]any)
	document["components"] = exact(map[string]any{"schemas": openAPI.Doc.Components.Schemas}) // for its references
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource("contract.json", document); err != nil {
		panic(err)
	}
	known := compiler.MustCompile("contract.json")
	compiledSchemas.Store(schema, known)
	return known
}
