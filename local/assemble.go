package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"signpost/internal/cfn"
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
		if signers[function.ID], err = s.roleOf(function); err != nil {
			return err
		}
	}
	if err := s.startWebhook(); err != nil {
		return err
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

// uploadBucket returns the bucket that the output UploadBucketName names. It has no name yet, so
// the reference resolves to its logical id.
func (s *stack) uploadBucket() (*cfn.Resource, error) {
	id, err := s.template.Output("UploadBucketName")
	if err != nil {
		return nil, err
	}
	bucket := s.template.Resources[id]
	if bucket == nil || bucket.Type != "AWS::S3::Bucket" {
		return nil, fmt.Errorf("the output UploadBucketName doesn't name a bucket of the template, but %s", id)
	}
	return bucket, nil
}

func (s *stack) startS3(ctx context.Context, bucket *cfn.Resource, signers map[string]s3.User) error {
	var properties struct {
		CorsConfiguration       struct{ CorsRules []s3.CORSRule }
		VersioningConfiguration struct{ Status string }
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
	plan, err := s.malwarePlan(s.outputs.UploadBucketName)
	if err != nil {
		return err
	}
	users := slices.Collect(maps.Values(signers))
	if plan != nil {
		users = append(users, plan.role)
	}
	s.s3, err = s3.Start(ctx, s3.Config{
		Dir:    s.s3Dir(),
		Port:   s.state.Ports.S3,
		Region: region,
		Bucket: s.outputs.UploadBucketName,
		CORS:   properties.CorsConfiguration.CorsRules,
		Policy: policy,
		Users:  users,
		Log:    s.console.s3,

		Versioned: properties.VersioningConfiguration.Status == "Enabled",
		OnStored:  s.stored,
	})
	if err == nil && plan != nil {
		s.startScanner(plan)
	}
	return err
}
