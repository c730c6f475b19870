// Package cfn reads a synthesized CloudFormation template: its resources by type, its outputs, and
// the values of its intrinsic functions.
//
//	template, err := cfn.Parse(text)
//	values := cfn.PseudoParameters("111122223333", "eu-west-1", "Signpost-dev")
//	values["Bucket"], values["Bucket.Arn"] = "uploads", "arn:aws:s3:::uploads"
//	template.Reference = func(name string) (string, bool) { value, ok := values[name]; return value, ok }
//	err = template.Decode(template.OfType("AWS::S3::Bucket")[0], &properties)
//
// It deploys nothing and knows no resource type: the caller says what each reference stands for. An
// intrinsic function that it doesn't know is an error, never a guess.
package cfn

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Template is a parsed template. Tests may change it.
type Template struct {
	Resources map[string]*Resource // by logical id
	Outputs   map[string]map[string]any

	// Reference returns the value of a reference: of {"Ref": "Bucket"} by the name "Bucket", of
	// {"Fn::GetAtt": ["Bucket", "Arn"]} by the name "Bucket.Arn". A reference that it doesn't know
	// is an error. If it is nil, every reference is an error.
	Reference func(name string) (value string, known bool) `json:"-"`
}

// Resource is one entry of the template's Resources.
type Resource struct {
	ID         string `json:"-"` // its logical id
	Type       string
	Properties map[string]any // never nil

	DependsOn                           any `json:",omitempty"` // a logical id or a list of them
	DeletionPolicy, UpdateReplacePolicy string
}

// Parse reads a template in JSON.
func Parse(text []byte) (*Template, error) {
	var t Template
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("not a CloudFormation template in JSON: %w", err)
	}
	if len(t.Resources) == 0 {
		return nil, errors.New("not a CloudFormation template: it has no Resources")
	}
	for id, r := range t.Resources {
		if r == nil {
			return nil, fmt.Errorf("the resource %s is null", id)
		}
		r.ID = id
		if r.Properties == nil {
			r.Properties = map[string]any{}
		}
	}
	return &t, nil
}

// PseudoParameters returns the values of CloudFormation's own parameters in the partition aws
// ("Pseudo parameters reference", AWS CloudFormation User Guide). AWS::NoValue is not one of them,
// because it has no value.
func PseudoParameters(accountID, region, stackName string) map[string]string {
	return map[string]string{
		"AWS::AccountId": accountID,
		"AWS::Partition": "aws",
		"AWS::Region":    region,
		"AWS::StackName": stackName,
		"AWS::URLSuffix": "amazonaws.com",
	}
}

// Types returns the types of the template's resources, sorted, each once.
func (t *Template) Types() []string {
	types := map[string]bool{}
	for _, r := range t.Resources {
		types[r.Type] = true
	}
	return slices.Sorted(maps.Keys(types))
}

// OfType returns the resources of one type, such as "AWS::S3::Bucket", sorted by logical id.
func (t *Template) OfType(resourceType string) []*Resource {
	var found []*Resource
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		if t.Resources[id].Type == resourceType {
			found = append(found, t.Resources[id])
		}
	}
	return found
}

// Only returns the one resource of a type. The error says how many there are.
func (t *Template) Only(resourceType string) (*Resource, error) {
	found := t.OfType(resourceType)
	if len(found) != 1 {
		return nil, fmt.Errorf("the template has %d resources of type %s, not exactly one", len(found), resourceType)
	}
	return found[0], nil
}

// Output resolves the value of one of the template's outputs.
func (t *Template) Output(name string) (string, error) {
	output, ok := t.Outputs[name]
	if !ok {
		return "", fmt.Errorf("the template has no output %s, only %s", name, strings.Join(slices.Sorted(maps.Keys(t.Outputs)), ", "))
	}
	value, err := t.Resolve(output["Value"])
	if err != nil {
		return "", fmt.Errorf("output %s: %w", name, err)
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("output %s is not a string", name)
	}
	return text, nil
}

// Resolve returns a copy of value in which every intrinsic function is replaced by its result.
func (t *Template) Resolve(value any) (any, error) { return Resolve(value, t.Reference) }

// Decode resolves the resource's properties and unmarshals them into properties, a pointer to a
// struct that names the ones it wants.
func (t *Template) Decode(r *Resource, properties any) error {
	resolved, err := t.Resolve(r.Properties)
	if err != nil {
		return fmt.Errorf("%s (%s): %w", r.ID, r.Type, err)
	}
	text, err := json.Marshal(resolved)
	if err == nil {
		err = json.Unmarshal(text, properties)
	}
	if err != nil {
		return fmt.Errorf("%s (%s): %w", r.ID, r.Type, err)
	}
	return nil
}
