package contract_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/lambda/config"
)

// TestExamples sends what the contract shows as requests, and compares what it shows as answers
// with the functions' own, field by field.
func TestExamples(t *testing.T) {
	d := newDeployment(t, func(cfg *settings) { cfg.AllowedTypes = []string{"image/*", "video/mp4"} })
	answers := map[string]string{} // by path and the request example's name
	for path, item := range openAPI.Doc.Paths.Map() {
		if item.Post == nil {
			continue
		}
		for name, example := range item.Post.RequestBody.Value.Content["application/json"].Examples {
			body, err := json.Marshal(example.Value.Value)
			if err != nil {
				t.Fatal(err)
			}
			a := d.send(t, withBody("POST", path, string(body)))
			if !a.ok() {
				t.Errorf("POST %s, example %s: %s", path, name, a.body)
			}
			answers[path+" "+name] = a.body
		}
	}
	a := d.send(t, withQuery(documentPath, map[string][]string{"key": {"cat.png"}}))
	answers[documentPath] = a.body

	for _, pair := range []struct{ request, method, path, status, answer string }{
		{"/uploads least", "POST", "/uploads", "201", "put"},
		{"/uploads ofAKind", "POST", "/uploads", "201", "ofAKind"},
		{"/uploads inParts", "POST", "/uploads", "201", "inParts"},
		{"/uploads/batch two", "POST", "/uploads/batch", "200", ""},
		{"/uploads/parts finish", "POST", "/uploads/parts", "200", ""},
		{"/downloads save", "POST", "/downloads", "200", ""},
		{"/listings first", "POST", "/listings", "200", ""},
		{"/listings next", "POST", "/listings", "200", ""},
		{"/deletions two", "POST", "/deletions", "200", ""},
		{"/scans one", "POST", "/scans", "200", ""},
		{documentPath, "GET", documentPath, "200", ""},
	} {
		content := openAPI.Operation(pair.method, pair.path).Responses.Value(pair.status).Value.Content["application/json"]
		shown := content.Example
		if pair.answer != "" {
			shown = content.Examples[pair.answer].Value.Value
		}
		if diff := cmp.Diff(outline(exact(json.RawMessage(answers[pair.request]))), outline(exact(shown))); diff != "" {
			t.Errorf("%s %s: the example %s is not what is answered (-answered +shown):\n%s", pair.method, pair.path, pair.answer, diff)
		}
	}
}

// TestLimitsExample compares the example word for word, since pages are written after it.
func TestLimitsExample(t *testing.T) {
	d := newDeployment(t, func(cfg *settings) {
		cfg.MaxSize, cfg.MultipartThreshold, cfg.AllowedTypes = config.DefaultMaxSize, config.DefaultMultipartThreshold, config.DefaultAllowedTypes()
		cfg.Kinds, cfg.Downloads = cfg.Kinds[:1], true
	})
	shown := openAPI.Operation("GET", limitsPath).Responses.Value("200").Value.Content["application/json"].Example
	if diff := cmp.Diff(exact(json.RawMessage(d.send(t, request("GET", limitsPath)).body)), exact(shown)); diff != "" {
		t.Errorf("the example of the limits is not what is answered (-answered +shown):\n%s", diff)
	}
}

// outline is the names in a value, and what kind each has. Lists are left out: the examples show a
// part where their request asks for none.
func outline(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return strings.TrimPrefix(kindOf(v), "json.")
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		out[name] = outline(object[name])
	}
	return out
}

func kindOf(v any) string {
	switch v.(type) {
	case json.Number:
		return "number"
	case string:
		return "text"
	case []any:
		return "list"
	}
	return "other"
}
