package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"signpost/internal/cfn"
	"signpost/local/apigateway"
	"signpost/local/cognito"
	"signpost/local/s3"
)

// assemble makes the pool, the bucket, the functions and the API that the template describes.
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

	signers := map[string]s3.User{}
	for _, function := range s.template.OfType("AWS::Lambda::Function") {
		allow, err := rolePolicy(s.template, function)
		if err != nil {
			return err
		}
		signers[function.ID] = s3.User{Credentials: s.kept.credentials(function.ID), Allow: allow}
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

// createPool makes the user pool, its client and two users.
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

	l := &s.outputs.Local
	l.Username, l.SecondUsername = "ada@example.com", "grace@example.com"
	l.Password, l.SecondPassword = s.kept.password(l.Username), s.kept.password(l.SecondUsername)
	if err := s.cognito.CreateUser(ctx, pool, l.Username, l.Password); err != nil {
		return err
	}
	return s.cognito.CreateUser(ctx, pool, l.SecondUsername, l.SecondPassword)
}

// uploadBucket is the bucket that the stack's output names. A reference to a resource without a physical name yet
// resolves to its logical id.
func (s *stack) uploadBucket() (*cfn.Resource, error) {
	id, err := s.template.Output("UploadBucketName")
	if err != nil {
		return nil, err
	}
	for _, bucket := range s.template.OfType("AWS::S3::Bucket") {
		if bucket.ID == id {
			return bucket, nil
		}
	}
	return nil, fmt.Errorf("the output UploadBucketName names no bucket of the template, but %s", id)
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
	cfg := s3.Config{
		Dir:    s.s3Dir(),
		Port:   s.kept.Ports.S3,
		Region: region,
		Bucket: s.outputs.UploadBucketName,
		CORS:   properties.CorsConfiguration.CorsRules,
		Policy: policy,
		Log:    s.console.s3,
	}
	for _, signer := range signers {
		cfg.Users = append(cfg.Users, signer)
	}
	s.s3, err = s3.Start(ctx, cfg)
	return err
}

// bucketPolicy is the template's policy of the bucket.
func bucketPolicy(t *cfn.Template, bucket string) ([]s3.Statement, error) {
	for _, resource := range t.OfType("AWS::S3::BucketPolicy") {
		var properties struct {
			Bucket         string
			PolicyDocument struct{ Statement []s3.Statement }
		}
		if err := t.Decode(resource, &properties); err != nil {
			return nil, err
		}
		if properties.Bucket == bucket {
			return properties.PolicyDocument.Statement, nil
		}
	}
	return nil, nil
}

// rolePolicy is what the function's role may do in S3: the statements of its inline policies and of the policies
// attached to it. Its other statements (logs) have nothing to act on here.
func rolePolicy(t *cfn.Template, function *cfn.Resource) ([]s3.Statement, error) {
	type document struct{ Statement []s3.Statement }
	var properties struct{ Role string }
	if err := t.Decode(function, &properties); err != nil {
		return nil, err
	}
	roleID := strings.TrimSuffix(properties.Role, ".Arn")
	var statements []s3.Statement
	for _, resource := range t.OfType("AWS::IAM::Role") {
		var role struct {
			Policies []struct{ PolicyDocument document }
		}
		if resource.ID != roleID {
			continue
		}
		if err := t.Decode(resource, &role); err != nil {
			return nil, err
		}
		for _, policy := range role.Policies {
			statements = append(statements, policy.PolicyDocument.Statement...)
		}
	}
	for _, resource := range t.OfType("AWS::IAM::Policy") {
		var policy struct {
			Roles          []string
			PolicyDocument document
		}
		if err := t.Decode(resource, &policy); err != nil {
			return nil, err
		}
		if slices.Contains(policy.Roles, roleID) {
			statements = append(statements, policy.PolicyDocument.Statement...)
		}
	}
	return slices.DeleteFunc(statements, func(s s3.Statement) bool {
		return !slices.ContainsFunc(s.Action, func(a string) bool { return a == "*" || strings.HasPrefix(a, "s3:") })
	}), nil
}

func (s *stack) s3Dir() string       { return filepath.Join(s.dir, "s3") }
func (s *stack) functionLog() string { return filepath.Join(s.dir, "function.log") }

// filesDir is where the bucket's objects lie, as files named by their keys.
func (s *stack) filesDir() string {
	return filepath.Join(s.s3Dir(), "data", s.outputs.UploadBucketName)
}
