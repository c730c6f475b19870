package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"signpost/internal/cfn"
	"signpost/internal/iam"
)

// bucketPolicy returns the template's policy of the bucket, or an empty one.
func bucketPolicy(t *cfn.Template, bucket string) (iam.Document, error) {
	for _, resource := range t.OfType("AWS::S3::BucketPolicy") {
		var properties struct {
			Bucket         string
			PolicyDocument json.RawMessage
		}
		if err := t.Decode(resource, &properties); err != nil {
			return iam.Document{}, err
		}
		if properties.Bucket == bucket {
			document, err := iam.ParseResource(properties.PolicyDocument)
			if err != nil {
				return iam.Document{}, fmt.Errorf("%s: %w", resource.ID, err)
			}
			return document, nil
		}
	}
	return iam.Document{}, nil
}

// identityPolicy is a policy document of a role, with the statements unparsed.
type identityPolicy struct {
	Version   string
	Statement []map[string]any
}

// rolePolicies returns what the policies of a function's role, inline or attached, say about S3.
func rolePolicies(t *cfn.Template, function *cfn.Resource) ([]iam.Document, error) {
	roleID := cfn.LogicalID(function.Properties["Role"])
	var policies []identityPolicy
	if role := t.Resources[roleID]; role != nil {
		var properties struct {
			Policies []struct{ PolicyDocument identityPolicy }
		}
		if err := t.Decode(role, &properties); err != nil {
			return nil, err
		}
		for _, policy := range properties.Policies {
			policies = append(policies, policy.PolicyDocument)
		}
	}
	for _, resource := range t.OfType("AWS::IAM::Policy") {
		var policy struct {
			Roles          []string
			PolicyDocument identityPolicy
		}
		if err := t.Decode(resource, &policy); err != nil {
			return nil, err
		}
		if slices.Contains(policy.Roles, roleID) {
			policies = append(policies, policy.PolicyDocument)
		}
	}
	var documents []iam.Document
	for _, policy := range policies {
		document, err := policy.aboutS3()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", roleID, err)
		}
		documents = append(documents, document)
	}
	return documents, nil
}

// aboutS3 parses the statements that concern S3. The others have no effect here, and name resources
// that don't exist here, such as log groups.
func (p identityPolicy) aboutS3() (iam.Document, error) {
	p.Statement = slices.DeleteFunc(p.Statement, func(statement map[string]any) bool {
		actions, isList := statement["Action"].([]any)
		if !isList {
			actions = []any{statement["Action"]}
		}
		return statement["NotAction"] == nil && !slices.ContainsFunc(actions, func(action any) bool {
			return action == "*" || strings.HasPrefix(strings.ToLower(fmt.Sprint(action)), "s3:")
		})
	})
	if len(p.Statement) == 0 {
		return iam.Document{}, nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return iam.Document{}, err
	}
	return iam.ParseIdentity(text)
}
