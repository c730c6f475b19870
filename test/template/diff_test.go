package template_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"signpost/test/template/synth"
)

// difference says what the second template has that the first hasn't, and the other way round: a
// line for each value, by its path, with references written as render writes them.
func difference(t *testing.T, before, after []byte) string {
	t.Helper()
	var out strings.Builder
	diff(&out, "", simple(t, before), simple(t, after))
	return out.String()
}

// simple reads a template, leaves out what follows from the rest (the deployment's id is a hash of
// it), and writes references short.
func simple(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(synth.WithoutDeploymentID(t, text), &value); err != nil {
		t.Fatal(err)
	}
	return short(value)
}

func short(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if text := render(value); !strings.HasPrefix(text, "{") || strings.HasPrefix(text, "${") {
			return text
		}
		for key, inner := range value {
			value[key] = short(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = short(inner)
		}
	}
	return value
}

func diff(out *strings.Builder, path string, before, after any) {
	if reflect.DeepEqual(before, after) {
		return
	}
	was, wasObject := before.(map[string]any)
	is, isObject := after.(map[string]any)
	if wasObject && isObject {
		keys := slices.Collect(maps.Keys(was))
		for key := range is {
			if _, ok := was[key]; !ok {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			one, had := was[key]
			other, has := is[key]
			switch inner := strings.TrimPrefix(path+"."+key, "."); {
			case had && has:
				diff(out, inner, one, other)
			case had:
				writeValue(out, "-", inner, one)
			default:
				writeValue(out, "+", inner, other)
			}
		}
		return
	}
	wasList, first := before.([]any)
	isList, second := after.([]any)
	if first && second {
		diffLists(out, path, wasList, isList)
		return
	}
	writeValue(out, "-", path, before)
	writeValue(out, "+", path, after)
}

// diffLists leaves out what two lists begin and end with.
func diffLists(out *strings.Builder, path string, before, after []any) {
	start := 0
	for start < len(before) && start < len(after) && reflect.DeepEqual(before[start], after[start]) {
		start++
	}
	end := 0
	for end < len(before)-start && end < len(after)-start && reflect.DeepEqual(before[len(before)-1-end], after[len(after)-1-end]) {
		end++
	}
	before, after = before[start:len(before)-end], after[start:len(after)-end]
	if len(before) == 1 && len(after) == 1 {
		diff(out, fmt.Sprintf("%s[%d]", path, start), before[0], after[0])
		return
	}
	for i, value := range before {
		writeValue(out, "-", fmt.Sprintf("%s[%d]", path, start+i), value)
	}
	for i, value := range after {
		writeValue(out, "+", fmt.Sprintf("%s[%d]", path, start+i), value)
	}
}

// writeValue writes one value, on the path's line where there is room.
func writeValue(out *strings.Builder, sign, path string, value any) {
	if resource, ok := value.(map[string]any); ok && sign == "-" && resource["Type"] != nil {
		value = resource["Type"] // what it held is in the stage's golden file
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value); text.Len() > 100 {
		text.Reset()
		encoder.SetIndent("    ", "  ")
		encoder.Encode(value)
	}
	written := strings.TrimRight(text.String(), "\n")
	if strings.Contains(written, "\n") {
		written = "\n    " + written
	} else {
		written = " " + written
	}
	fmt.Fprintf(out, "%s %s:%s\n", sign, path, written)
}
