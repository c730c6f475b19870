package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"signpost/internal/cfn"
	"signpost/internal/iam"
	"signpost/local/apigateway"
	"signpost/local/cognito"
	"signpost/local/s3"
)

// assemble creates the pool, the bucket, the functions and the API that the template describes.
func (s *stack) assemble(ctx context.Context, page, api net.Listener) error {
	if err := s.createPool(ctx); err != nil {
		return err
	}
	bucket, err := s.uploadBucket()
	if err != nil {
		return err
	}
	s.outputs.UploadBucketName = strings.ToLower(s.name) + "-uploads"
	s.names[bucket.ID] = s.outputs.UploadBucketName
	s.names[bucket.ID+".Arn"] = "arn:aws:s3:::" + s.outputs.UploadBucketName

	signers := map[string]s3.User{} // the functions' roles, by the function's logical id
	for _, function := range s.template.OfType("AWS::Lambda::Function") {
		policies, err := rolePolicies(s.template, function)
		if err != nil {
			return err
		}
		signers[function.ID] = s3.User{Credentials: s.state.credentials(function.ID), Policies: policies}
	}
	if err := s.startS3(ctx, bucket, signers); err != nil {
		return err
	}
	functions, err := s.functions(signers)
	if err != nil {
		return err
	}
	s.gateway, err = apigateway.New(s.template, apigateway.Backends{Functions: functions, Verify: s.cognito.Verify}, s.console.api)
	if err != nil {
		return err
	}
	s.outputs.Region = region
	s.outputs.ApiUrl = "http://" + api.Addr().String() + "/" + s.gateway.Stage() + "/"
	s.outputs.Local.PageUrl = pageURL(page)
	s.outputs.Local.S3Endpoint = s.s3.URL
	s.outputs.Local.CognitoEndpoint, s.outputs.Local.CognitoSocket = s.cognito.URL, s.cognito.Socket
	return nil
}

// createPool creates the user pool, its app client and the users.
func (s *stack) createPool(ctx context.Context) error {
	poolResource, err := s.template.Only("AWS::Cognito::UserPool")
	if err != nil {
		return err
	}
	clientResource, err := s.template.Only("AWS::Cognito::UserPoolClient")
	if err != nil {
		return err
	}
	var poolProperties, clientProperties cognito.Properties
	if err := s.template.Decode(poolResource, &poolProperties); err != nil {
		return err
	}
	if err := s.template.Decode(clientResource, &clientProperties); err != nil {
		return err
	}
	pool, err := s.cognito.CreatePool(ctx, s.name, poolProperties, clientProperties)
	if err != nil {
		return err
	}
	s.names[poolResource.ID] = pool.ID
	s.names[poolResource.ID+".Arn"] = pool.ARN
	s.names[clientResource.ID] = pool.ClientID
	s.outputs.UserPoolId, s.outputs.UserPoolClientId = pool.ID, pool.ClientID
	for _, username := range usernames {
		u := user{username, s.state.password(username)}
		if err := s.cognito.CreateUser(ctx, pool, u.Username, u.Password); err != nil {
			return err
		}
		s.outputs.Local.Users = append(s.outputs.Local.Users, u)
	}
	return nil
}

// uploadBucket returns the bucket that the output UploadBucketName names. It has no name yet, so the reference resolves to
// its logical id.
func (s *stack) uploadBucket() (*cfn.Resource, error) {
	id, err := s.template.Output("UploadBucketName")
	if err != nil {
		return nil, err
	}
	bucket := s.template.Resources[id]
	if bucket == nil || bucket.Type != "AWS::S3::Bucket" {
		return nil, fmt.Errorf("the output UploadBucketName does not name a bucket of the template, but %s", id)
	}
	return bucket, nil
}

func (s *stack) startS3(ctx context.Context, bucket *cfn.Resource, signers map[string]s3.User) error {
	var properties struct {
		CorsConfiguration struct{ CorsRules []s3.CORSRule }
	}
	if err := s.template.Decode(bucket, &properties); err != nil {
		return err
	}
	var origins []string
	for _, rule := range properties.CorsConfiguration.CorsRules {
		origins = append(origins, rule.AllowedOrigins...)
	}
	s.cognito.AllowOrigins(origins)
	policy, err := bucketPolicy(s.template, s.outputs.UploadBucketName)
	if err != nil {
		return err
	}
	s.s3, err = s3.Start(ctx, s3.Config{
		Dir:    s.s3Dir(),
		Port:   s.state.Ports.S3,
		Region: region,
		Bucket: s.outputs.UploadBucketName,
		CORS:   properties.CorsConfiguration.CorsRules,
		Policy: policy,
		Users:  slices.Collect(maps.Values(signers)),
		Log:    s.console.s3,
	})
	return err
}

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

// rolePolicies returns the policies of a function's role: its inline policies and those attached to it.
func rolePolicies(t *cfn.Template, function *cfn.Resource) ([]iam.Document, error) {
	var properties struct{ Role string }
	if err := t.Decode(function, &properties); err != nil {
		return nil, err
	}
	roleID := strings.TrimSuffix(properties.Role, ".Arn")
	var documents []json.RawMessage
	if role := t.Resources[roleID]; role != nil {
		var properties struct {
			Policies []struct{ PolicyDocument json.RawMessage }
		}
		if err := t.Decode(role, &properties); err != nil {
			return nil, err
		}
		for _, policy := range properties.Policies {
			documents = append(documents, policy.PolicyDocument)
		}
	}
	for _, resource := range t.OfType("AWS::IAM::Policy") {
		var policy struct {
			Roles          []string
			PolicyDocument json.RawMessage
		}
		if err := t.Decode(resource, &policy); err != nil {
			return nil, err
		}
		if slices.Contains(policy.Roles, roleID) {
			documents = append(documents, policy.PolicyDocument)
		}
	}
	var policies []iam.Document
	for _, text := range documents {
		policy, err := iam.ParseIdentity(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", roleID, err)
		}
		policies = append(policies, policy)
	}
	return policies, nil
}
