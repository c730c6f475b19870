// Package cloudformation reads a synthesized CloudFormation template: its resources by type, and the values of
// its intrinsic functions once the caller has said what the physical names are.
//
//	t, err := cloudformation.Load("cdk.out/Signpost-local.template.json")
//	bucket := t.OfType("AWS::S3::Bucket")[0]
//	t.Set(bucket.ID, "signpost-local-uploads")          // what {"Ref": …} gives
//	err = bucket.Decode(&properties)                     // Ref, Fn::GetAtt, Fn::Join, Fn::Sub resolved
//
// It deploys nothing and knows no resource type. An intrinsic function that it does not know is an error, never a
// guess.
package cloudformation

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Template is one parsed template, with the physical values given so far.
type Template struct {
	resources map[string]*Resource
	outputs   map[string]output
	values    map[string]string
}

// Resource is one entry of the template's Resources.
type Resource struct {
	ID         string         `json:"-"`
	Type       string         `json:"Type"`
	Properties map[string]any `json:"Properties"`

	template *Template
}

type output struct {
	Value any `json:"Value"`
}

// Load reads the template at path. The pseudo parameters have local values: account 000000000000, partition aws.
func Load(path, stackName, region string) (*Template, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cloudformation: %w", err)
	}
	var file struct {
		Resources map[string]*Resource
		Outputs   map[string]output
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("cloudformation: %s is not a template: %w", path, err)
	}
	if len(file.Resources) == 0 {
		return nil, fmt.Errorf("cloudformation: %s has no Resources", path)
	}
	t := &Template{resources: file.Resources, outputs: file.Outputs, values: map[string]string{
		"AWS::AccountId": "000000000000",
		"AWS::Partition": "aws",
		"AWS::Region":    region,
		"AWS::StackName": stackName,
		"AWS::URLSuffix": "amazonaws.com",
	}}
	for id, r := range t.resources {
		r.ID, r.template = id, t
	}
	return t, nil
}

// Types lists the resource types in the template, sorted, each once.
func (t *Template) Types() []string {
	seen := map[string]bool{}
	for _, r := range t.resources {
		seen[r.Type] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// OfType lists the resources of one type, sorted by logical id.
func (t *Template) OfType(resourceType string) []*Resource {
	var found []*Resource
	for _, id := range slices.Sorted(maps.Keys(t.resources)) {
		if t.resources[id].Type == resourceType {
			found = append(found, t.resources[id])
		}
	}
	return found
}

// Only gives the one resource of a type, or an error that says how many there are.
func (t *Template) Only(resourceType string) (*Resource, error) {
	found := t.OfType(resourceType)
	if len(found) != 1 {
		return nil, fmt.Errorf("cloudformation: the template has %d resources of type %s; the local run needs exactly one", len(found), resourceType)
	}
	return found[0], nil
}

// Set gives {"Ref": name} its value, or {"Fn::GetAtt": [id, attribute]} where name is "id.attribute".
// Anything not set resolves to its own name ("Api" or "Function.Arn"), so that references between resources can be
// followed without inventing identifiers.
func (t *Template) Set(name, value string) { t.values[name] = value }

// Output resolves one of the template's outputs.
func (t *Template) Output(name string) (string, error) {
	o, ok := t.outputs[name]
	if !ok {
		return "", fmt.Errorf("cloudformation: the template has no output %s; it has %s", name, strings.Join(slices.Sorted(maps.Keys(t.outputs)), ", "))
	}
	v, err := t.resolve(o.Value)
	if err != nil {
		return "", fmt.Errorf("output %s: %w", name, err)
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("cloudformation: output %s is not a string", name)
	}
	return s, nil
}

// Outputs lists the names of the template's outputs, sorted.
func (t *Template) Outputs() []string { return slices.Sorted(maps.Keys(t.outputs)) }

// Decode resolves the resource's properties and unmarshals them into v, a pointer to a struct that names the
// properties it wants.
func (r *Resource) Decode(v any) error {
	resolved, err := r.template.resolve(r.Properties)
	if err != nil {
		return fmt.Errorf("%s (%s): %w", r.ID, r.Type, err)
	}
	raw, err := json.Marshal(resolved)
	if err != nil {
		return fmt.Errorf("cloudformation: %s: %w", r.ID, err)
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("cloudformation: %s (%s): %w", r.ID, r.Type, err)
	}
	return nil
}
