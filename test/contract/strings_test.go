package contract_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// TestStrings tries strings of the characters that matter to each field. The pattern in
// openapi.yaml and the function must accept the same ones.
func TestStrings(t *testing.T) {
	d := newDeployment(t)
	const key = "uploads/" + sub + "/01M86HHGDWQJC39CRDB285KZF6"
	property := func(schema, name string) *openapi3.Schema {
		return openAPI.Doc.Components.Schemas[schema].Value.Properties[name].Value
	}
	metadata := openAPI.Doc.Components.Schemas["Metadata"].Value
	typed := func(message, _ string) bool { // well-formed, but with a parameter twice or of a type that the deployment doesn't accept
		return strings.Contains(message, "a parameter twice") || strings.Contains(message, "allowed: ")
	}
	for _, field := range []struct {
		name    string
		schema  *openapi3.Schema
		strings *rapid.Generator[string]
		path    string
		body    func(s string) map[string]any
		excuse  func(message, s string) bool // for rules that a pattern can't express; nil if there are none
	}{
		{"contentType", property("UploadRequest", "contentType"), behind("a/Image", `"`, "a", "/", "*", ";", ";", " ", "\t", "=", "b", `\`, "é", "\x7f", "; a=b", `; c="d  e"`, `; f="\ g"`, ";c=d,e"),
			"/uploads", func(s string) map[string]any { return plan("contentType", s) }, typed},
		{"metadata value", metadata.AdditionalProperties.Schema.Value, pieces("a", " ", " ", "\t", "\n", "é", "\u00a0", "\u2003", "\u2028", "\u0085", "\x7f", "😀"),
			"/uploads", func(s string) map[string]any { return plan("metadata", map[string]any{"a": s}) }, nil},
		{"metadata name", metadata.PropertyNames.Value, pieces("a", "B", "-", "_", ".", " ", ":", "é", "\n"),
			"/uploads", func(s string) map[string]any { return plan("metadata", map[string]any{s: "x"}) }, nil},
		{"sha256", property("UploadRequest", "sha256"), rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9+/]{43}=`), rapid.StringMatching(`[A-Za-z0-9+/_-]{40,43}[A-Za-z0-9+/]=?=?`)),
			"/uploads", func(s string) map[string]any { return plan("sha256", s) }, nil},
		{"filename", property("UploadRequest", "filename"), rapid.StringN(-1, 300, -1),
			"/uploads", func(s string) map[string]any { return plan("filename", s) }, nil},
		{"uploadId", property("PartsRequest", "uploadId"), rapid.OneOf(pieces("a", "~", "!", " ", "\x7f", "é"), rapid.Map(rapid.IntRange(1020, 1028), func(n int) string { return strings.Repeat("~", n) })),
			"/uploads/parts", func(s string) map[string]any {
				return map[string]any{"key": partsKey, "uploadId": s, "parts": []any{}}
			}, nil},
		{"key", property("PartsRequest", "key"), behind(key+"-kt5jpc", "/a", "/a", "-", "1", "z", "A", "-sha256", "/", "a", ".", "_", "é", "\n"),
			"/uploads/parts", func(s string) map[string]any {
				return map[string]any{"key": s, "uploadId": "x", "parts": []any{}}
			}, oddSize},
		{"key", property("DownloadRequest", "key"), behind(key, "/a", "/a", "-kt5jpc/a", "-kt5jpc-sha256/a", "-", "1", "A", "/", "a", ".", "_", "é", "\n"),
			"/downloads", func(s string) map[string]any { return map[string]any{"key": s} }, oddSize},
	} {
		t.Run(strings.TrimPrefix(field.path, "/")+" "+field.name, func(t *testing.T) {
			taken := 0
			rapid.Check(t, func(rt *rapid.T) {
				s := field.strings.Draw(rt, "s")
				text, err := json.Marshal(field.body(s))
				if err != nil {
					rt.Fatal(err)
				}
				a := d.send(t, withBody("POST", field.path, string(text)))
				if a.ok() {
					taken++
				}
				excused := field.excuse != nil && field.excuse(a.refusal.Message, s)
				if conforms(field.schema, s) != a.ok() && !excused {
					rt.Fatalf("%s %q: openapi.yaml takes it: %v; the function: %s", field.name, s, conforms(field.schema, s), a.body)
				}
			})
			t.Logf("%d strings were accepted", taken)
			if taken == 0 {
				t.Error("no string was accepted")
			}
		})
	}
}

// oddSize excuses a key with a size that no file in parts can have. The pattern limits the number's
// digits, not its value.
func oddSize(_, key string) bool {
	found := regexp.MustCompile(`/01M[0-9A-Z]{23}-([0-9a-z]+)(-sha256)?/`).FindStringSubmatch(key)
	if found == nil {
		return false
	}
	size, err := strconv.ParseInt(found[1], 36, 64)
	return err != nil || size <= 5<<20 || size > maxSize
}

// pieces draws a string of up to 12 of the pieces.
func pieces(of ...string) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(of), 0, 12), func(s []string) string { return strings.Join(s, "") })
}

// behind draws pieces, and mostly puts them after the beginning of a valid string.
func behind(beginning string, of ...string) *rapid.Generator[string] {
	return rapid.Custom(func(rt *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(of), 0, 4).Draw(rt, "pieces"), "")
		if rapid.IntRange(0, 9).Draw(rt, "whole") > 0 {
			s = beginning + s
		}
		return s
	})
}

// plan is a body of POST /uploads that is valid except for one field.
func plan(field string, value any) map[string]any {
	body := map[string]any{"filename": "cat.png", "contentType": "image/png", "size": 1}
	body[field] = value
	return body
}
