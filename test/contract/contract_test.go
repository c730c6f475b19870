package contract_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/test/contract"
)

// TestLoadFindsFaults makes one mistake in the document at a time.
func TestLoadFindsFaults(t *testing.T) {
	text, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][2]string{
		"an example of the wrong type":     {"contentType: image/png, size: 12345}", "contentType: image/png, size: '12345'}"},
		"an example with an unknown field": {"{key: uploads/", "{name: x, key: uploads/"},
		"an error example's unknown field": {"          field: filename\n", "          fields: filename\n"},
		"an answer's example incomplete":   {"multipart: {partSize: 16056320, partCount: 78}", "multipart: {partSize: 16056320}"},
		"a reference to nothing":           {"'#/components/schemas/DownloadRequest'", "'#/components/schemas/Nothing'"},
		"an unknown JSON Schema keyword":   {"      maxProperties: 10\n", "      maxPropertys: 10\n"},
		"an invalid pattern":               {"pattern: '^[!-~]+$'", "pattern: '^[!-~+$'"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(string(text), edit[0], edit[1], 1)
			if broken == string(text) {
				t.Fatalf("openapi.yaml has no %q", edit[0])
			}
			file := filepath.Join(t.TempDir(), "openapi.yaml")
			if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := contract.Load(file); err == nil {
				t.Error("Load found nothing wrong")
			}
		})
	}
}

// TestCheckAnswerFindsFaults changes a valid response in one place at a time.
func TestCheckAnswerFindsFaults(t *testing.T) {
	type answer struct {
		method, path string
		status       int
		header       http.Header
		body         string
	}
	right := func() answer {
		return answer{"POST", "/downloads", 200, http.Header{
			"Content-Type": {"application/json"}, "Cache-Control": {"no-store"}, "Vary": {"Origin"},
			"Access-Control-Expose-Headers": {"Retry-After,x-amzn-RequestId"},
		}, `{"method":"GET","url":"https://a/b","headers":{},"expiresIn":600,"expiresAt":"2026-08-18T10:10:00Z"}`}
	}
	refusal := `{"error":{"code":"Forbidden","message":"m","requestId":"r"}}`
	check := func(a answer) error {
		return openAPI.CheckAnswer(a.method, a.path, a.status, a.header, []byte(a.body))
	}
	if err := check(right()); err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(*answer){
		"another status":          func(a *answer) { a.status = 202 },
		"no Cache-Control":        func(a *answer) { a.header.Del("Cache-Control") },
		"another Vary":            func(a *answer) { a.header.Set("Vary", "*") },
		"another Content-Type":    func(a *answer) { a.header.Set("Content-Type", "text/html") },
		"one field more":          func(a *answer) { a.body = strings.Replace(a.body, "{", `{"more":1,`, 1) },
		"one field less":          func(a *answer) { a.body = strings.Replace(a.body, `"headers":{},`, "", 1) },
		"another type":            func(a *answer) { a.body = strings.Replace(a.body, "600", `"600"`, 1) },
		"another method":          func(a *answer) { a.body = strings.Replace(a.body, "GET", "PUT", 1) },
		"a time with an offset":   func(a *answer) { a.body = strings.Replace(a.body, "Z", "+00:00", 1) },
		"no JSON":                 func(a *answer) { a.body = "null" },
		"a code of another":       func(a *answer) { a.status, a.body = 404, refusal },
		"a refusal with more":     func(a *answer) { a.status, a.body = 403, strings.Replace(refusal, `"code"`, `"more":1,"code"`, 1) },
		"a refusal to keep":       func(a *answer) { a.status, a.body = 403, refusal; a.header.Del("Cache-Control") },
		"a refusal without an id": func(a *answer) { a.status, a.body = 403, strings.Replace(refusal, `,"requestId":"r"`, "", 1) },
		"no such path":            func(a *answer) { a.path = "/elsewhere" },
		"no such method":          func(a *answer) { a.method = "DELETE" },
	} {
		a := right()
		alter(&a)
		if check(a) == nil {
			t.Errorf("%s: CheckAnswer found nothing wrong", name)
		}
	}
	a := answer{"POST", "/downloads", 403, right().header, refusal}
	if err := check(a); err != nil {
		t.Errorf("a refusal: %v", err)
	}
	a = answer{"GET", "/elsewhere", 404, right().header, strings.Replace(refusal, "Forbidden", "NotFound", 1)}
	if err := check(a); err != nil {
		t.Errorf("a route that there isn't: %v", err)
	}
}
