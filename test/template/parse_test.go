package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"signpost/internal/cfn"
)

// template is a CloudFormation template, as far as the checks look at it, for them to change.
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
	read, err := cfn.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	parsed := template{Resources: map[string]*resource{}, Outputs: read.Outputs}
	for id, r := range read.Resources {
		parsed.Resources[id] = &resource{
			id: id, Type: r.Type, Properties: r.Properties,
			DependsOn: r.DependsOn, DeletionPolicy: r.DeletionPolicy, UpdateReplacePolicy: r.UpdateReplacePolicy,
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

// uploadBucket is the bucket in the function's environment.
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

func at(value any, path ...any) any { return cfn.At(value, path...) }

// list returns a value as a list, whether it is one or a single value.
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

func reference(value any) string { return cfn.LogicalID(value) }

// render writes a reference as ${Id} or ${Id.Arn} and joins what Fn::Join joins. Other values that
// are not strings are JSON.
func render(value any) string {
	object, _ := value.(map[string]any)
	if object["Ref"] != nil || object["Fn::GetAtt"] != nil || object["Fn::Join"] != nil {
		resolved, err := cfn.Resolve(value, func(name string) (string, bool) { return "${" + name + "}", true })
		if text, isText := resolved.(string); isText && err == nil {
			return text
		}
	}
	if text, isText := value.(string); isText {
		return text
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
