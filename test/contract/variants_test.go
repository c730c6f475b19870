package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// variant is a value that differs from a valid one in one place. It may still be valid.
type variant struct {
	what  string // for messages: ".parts[0].partNumber: 10001"
	field string // the member of the body that differs, "" for the body itself
	value any
}

// vary returns values that differ from value in every way that the schema limits.
func vary(schema *openapi3.Schema, value any) []variant {
	schema = notNull(schema)
	var vs []variant
	add := func(what string, v any) { vs = append(vs, variant{what: what, value: v}) }
	for _, other := range []any{nil, true, json.Number("1"), json.Number("1.5"), "x", []any{}, map[string]any{}} {
		add(fmt.Sprintf(": %T %v", other, other), other)
	}
	switch value := value.(type) {
	case string:
		for _, s := range varyString(schema, value) {
			add(fmt.Sprintf(": %.60q of %d", s, len([]rune(s))), s)
		}
	case json.Number:
		for _, n := range varyInteger(schema) {
			add(": "+n, json.Number(n))
		}
	case bool:
		add(": the other", !value)
	case []any:
		vs = append(vs, varyArray(schema, value)...)
	case map[string]any:
		vs = append(vs, varyObject(schema, value)...)
	}
	return vs
}

func varyString(schema *openapi3.Schema, s string) []string {
	vs := []string{"", s, s + "\n", " " + s, s + " ", s + "\x00", s + "é", s + "\u2003", s + "*", "*" + s, "\u00a0" + s, s + "  " + s, strings.ToUpper(s), strings.ToLower(s), s + s}
	if len(s) > 0 {
		vs = append(vs, s[1:], s[:len(s)-1])
	}
	for _, length := range []uint64{schema.MinLength - min(1, schema.MinLength), schema.MinLength} {
		vs = append(vs, strings.Repeat("a", int(length)))
	}
	if schema.MaxLength != nil {
		for _, c := range []string{"a", "é", "😀"} { // one, two and four bytes of UTF-8; one, one and two units of UTF-16
			vs = append(vs, strings.Repeat(c, int(*schema.MaxLength)), strings.Repeat(c, int(*schema.MaxLength)+1))
		}
		if room := int(*schema.MaxLength) - len(s); room > 0 { // since the strings above may not match the pattern
			vs = append(vs, s+strings.Repeat("a", room), s+strings.Repeat("a", room+1))
		}
	}
	for _, e := range schema.Enum {
		if text, ok := e.(string); ok {
			vs = append(vs, text, strings.ToUpper(text))
		}
	}
	return vs
}

func varyInteger(schema *openapi3.Schema) []string {
	vs := []string{"-1", "0", "1", "0.5", "9007199254740993", "9223372036854775808", "18446744073709551616", "-9223372036854775809"}
	if schema.Min != nil {
		vs = append(vs, fmt.Sprintf("%.0f", *schema.Min), fmt.Sprintf("%.0f", *schema.Min-1))
	}
	if schema.Max != nil {
		vs = append(vs, fmt.Sprintf("%.0f", *schema.Max), fmt.Sprintf("%.0f", *schema.Max+1))
	}
	return vs
}

func varyArray(schema *openapi3.Schema, value []any) []variant {
	var vs []variant
	if schema.MaxItems != nil && len(value) > 0 {
		for _, n := range []int{int(*schema.MaxItems), int(*schema.MaxItems) + 1} {
			long := make([]any, n)
			for i := range long {
				long[i] = numbered(value[0], i+1)
			}
			vs = append(vs, variant{what: fmt.Sprintf(": %d items", n), value: long})
		}
	}
	if len(value) > 0 {
		for _, v := range vary(schema.Items.Value, value[0]) {
			other := slices.Clone(value)
			other[0] = v.value
			vs = append(vs, variant{what: "[0]" + v.what, value: other})
		}
	}
	return vs
}

// numbered sets an object's numbers to n, or ends a string in n, so that the items of an array
// differ.
func numbered(item any, n int) any {
	if s, ok := item.(string); ok {
		return s + fmt.Sprint(n)
	}
	object, ok := item.(map[string]any)
	if !ok {
		return item
	}
	object = maps.Clone(object)
	for name, v := range object {
		if _, ok := v.(json.Number); ok {
			object[name] = json.Number(fmt.Sprint(n))
		}
	}
	return object
}

func varyObject(schema *openapi3.Schema, value map[string]any) []variant {
	var vs []variant
	with := func(what, name string, v any) {
		object := maps.Clone(value)
		object[name] = v
		vs = append(vs, variant{what: what, field: name, value: object})
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name].Value
		given, ok := value[name]
		if ok {
			object := maps.Clone(value)
			delete(object, name)
			vs = append(vs, variant{what: "." + name + ": left out", field: name, value: object})
		} else {
			given = sample(property)
			with("."+name+": a sample", name, given)
		}
		for _, v := range vary(property, given) {
			with("."+name+v.what, name, v.value)
		}
		with("."+strings.ToUpper(name)+": one more", strings.ToUpper(name), given)
	}
	with(".surplus: one more", "surplus", json.Number("1"))
	if entry := schema.AdditionalProperties.Schema; entry != nil {
		vs = append(vs, varyMap(schema, entry.Value)...)
	}
	return vs
}

// varyMap varies an object whose members the schema doesn't name.
func varyMap(schema, entry *openapi3.Schema) []variant {
	var vs []variant
	if schema.MaxProps != nil {
		for _, n := range []int{int(*schema.MaxProps), int(*schema.MaxProps) + 1} {
			object := map[string]any{}
			for i := range n {
				object[fmt.Sprintf("name%d", i)] = "x"
			}
			vs = append(vs, variant{what: fmt.Sprintf(": %d members", n), value: object})
		}
	}
	for _, name := range []string{"", "a", "A.b_c-9", "a b", "é", "a:b", "a\n", strings.Repeat("a", 128), strings.Repeat("a", 129)} {
		vs = append(vs, variant{what: fmt.Sprintf(": the name %.20q", name), value: map[string]any{name: "x"}})
	}
	for _, v := range vary(entry, "one two") {
		vs = append(vs, variant{what: ".a" + v.what, value: map[string]any{"a": v.value}})
	}
	return vs
}

// notNull returns the schema of the values other than null, for a property that is anyOf a schema
// and null.
func notNull(schema *openapi3.Schema) *openapi3.Schema {
	for _, choice := range schema.AnyOf {
		if !choice.Value.Type.Is("null") {
			return choice.Value
		}
	}
	return schema
}

// sample returns a valid value of a property, from the document itself.
func sample(schema *openapi3.Schema) any {
	switch {
	case len(schema.Examples) > 0:
		return exact(schema.Examples[0])
	case schema.Default != nil:
		return exact(schema.Default)
	case schema.Type.Includes("integer") && schema.Min != nil:
		return json.Number(fmt.Sprintf("%.0f", *schema.Min))
	}
	panic(fmt.Sprintf("the contract gives no example of %+v", schema))
}

// exact converts a value to the types of encoding/json, and keeps numbers as they are written.
func exact(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		panic(err)
	}
	return out
}
