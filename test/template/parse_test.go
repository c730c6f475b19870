package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// template is a CloudFormation template as far as the checks look at it.
type template struct {
	Resources map[string]*resource
	Outputs   map[string]map[string]any
}

type resource struct {
	id                                        string
	Type, DeletionPolicy, UpdateReplacePolicy string
	DependsOn                                 any // a name or a list of names
	Properties                                map[string]any
}

func parse(t testing.TB, text []byte) *template {
	t.Helper()
	var parsed template
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	for id, resource := range parsed.Resources {
		resource.id = id
		if resource.Properties == nil {
			resource.Properties = map[string]any{}
		}
	}
	return &parsed
}

// of returns the resources of a type, "AWS::S3::Bucket", by their ids.
func (t *template) of(kind string) []*resource {
	var found []*resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == kind {
			found = append(found, t.Resources[id])
		}
	}
	return found
}

// uploadBucket is the bucket that the function is told to use.
func (t *template) uploadBucket() *resource {
	for _, function := range t.of("AWS::Lambda::Function") {
		if bucket := t.Resources[reference(function.env()["UPLOAD_BUCKET"])]; bucket != nil {
			return bucket
		}
	}
	return &resource{id: "(no upload bucket)", Properties: map[string]any{}}
}

// env is a function's environment.
func (r *resource) env() map[string]any {
	variables, _ := at(r.Properties, "Environment", "Variables").(map[string]any)
	return variables
}

// at walks into maps by name and into lists by index; nil where there is no such thing.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// list is a value that may stand alone or in a list, as a list.
func list(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	default:
		return []any{value}
	}
}

// texts is list, each value rendered.
func texts(value any) []string {
	var rendered []string
	for _, one := range list(value) {
		rendered = append(rendered, render(one))
	}
	return rendered
}

// reference is the logical id that value refers to, by Ref or by its Arn; "" for anything else.
func reference(value any) string {
	if id, ok := at(value, "Ref").(string); ok {
		return id
	}
	if attribute := at(value, "Fn::GetAtt"); at(attribute, 1) == "Arn" {
		id, _ := at(attribute, 0).(string)
		return id
	}
	return ""
}

// references adds to found the ids of all that value refers to.
func references(value any, found map[string]bool) {
	if id := reference(value); id != "" {
		found[id] = true
		return
	}
	switch value := value.(type) {
	case map[string]any:
		if id, ok := at(value, "Fn::GetAtt", 0).(string); ok {
			found[id] = true
		}
		for _, inner := range value {
			references(inner, found)
		}
	case []any:
		for _, inner := range value {
			references(inner, found)
		}
	}
}

// render writes a value with its references as ${Id} and ${Id.Arn}, joined where it joins.
func render(value any) string {
	object, isObject := value.(map[string]any)
	if !isObject || len(object) != 1 {
		if text, ok := value.(string); ok {
			return text
		}
		text, _ := json.Marshal(value)
		return string(text)
	}
	if id, ok := object["Ref"].(string); ok {
		return "${" + id + "}"
	}
	if attribute, ok := object["Fn::GetAtt"].([]any); ok {
		return fmt.Sprintf("${%v.%v}", at(attribute, 0), at(attribute, 1))
	}
	if join, ok := object["Fn::Join"].([]any); ok {
		return strings.Join(texts(at(join, 1)), render(at(join, 0)))
	}
	text, _ := json.Marshal(value)
	return string(text)
}

// statement is one statement of a policy document, its references rendered.
type statement struct {
	Sid, Effect, Principal string
	Actions, Resources     []string
	Condition              string // as JSON, references rendered or not: compared as a whole
	odd                    []string
}

// statements reads a policy document; odd names the elements that a check would otherwise not see.
func statements(document any) []statement {
	var read []statement
	for _, value := range list(at(document, "Statement")) {
		condition, _ := json.Marshal(at(value, "Condition"))
		one := statement{
			Sid:       render(at(value, "Sid")),
			Effect:    render(at(value, "Effect")),
			Principal: render(at(value, "Principal")),
			Actions:   texts(at(value, "Action")),
			Resources: texts(at(value, "Resource")),
			Condition: string(condition),
		}
		slices.Sort(one.Actions) // their order depends on the app's feature flags
		for _, element := range []string{"NotAction", "NotResource", "NotPrincipal"} {
			if at(value, element) != nil {
				one.odd = append(one.odd, element)
			}
		}
		read = append(read, one)
	}
	return read
}

// complaints is what a check finds wrong.
type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }

// equal complains unless got is want, both as JSON.
func (c *complaints) equal(what string, got, want any) {
	gotText, _ := json.Marshal(got)
	wantText, _ := json.Marshal(want)
	if string(gotText) != string(wantText) {
		c.add("%s is %s, want %s", what, gotText, wantText)
	}
}
