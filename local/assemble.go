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
	"signpost/local/s3"
)

// assemble creates the pool, the bucket, the functions and the API that the template describes.
func (s *stack) assemble(ctx context.Context, page, api net.Listener) error {
	if err := s.createUserPool(ctx); err != nil {
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
	backends, err := s.backends(ctx, signers)
	if err != nil {
		return err
	}
	if s.gateway, err = apigateway.New(s.template, backends, s.console.api); err != nil {
		return err
	}
	s.outputs.Region = region
	s.outputs.ApiUrl = "http://" + api.Addr().String() + "/" + s.gateway.Stage() + "/"
	s.outputs.Local.PageUrl = pageURL(page)
	s.outputs.Local.S3Endpoint = s.s3.URL
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
	if s.cognito != nil {
		s.cognito.AllowOrigins(origins)
	}
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
