package main

import (
	"fmt"
	"log/slog"
	"os"

	"signpost/internal/cfn"
	"signpost/lambda/api"
	"signpost/lambda/function"
	"signpost/local/apigateway"
	"signpost/local/s3"
)

// mains are what the functions' main packages run, by the name that the template gives each as its
// Handler.
var mains = map[string]function.Builder{
	"upload":   function.Upload,
	"download": function.Download,
	"list":     function.List,
	"delete":   function.Delete,
	"scan":     function.Scan,
}

// functions builds the handler of each Lambda function, with the environment in the template and
// the credentials of the function's own role.
func (s *stack) functions(signers map[string]s3.User) (map[string]apigateway.Function, error) {
	file, err := os.OpenFile(s.functionLog(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewJSONHandler(file, nil))
	functions := map[string]apigateway.Function{}
	for _, resource := range s.template.OfType("AWS::Lambda::Function") {
		handler, err := s.function(resource, signers[resource.ID], log)
		if err != nil {
			return nil, fmt.Errorf("function %s: %w", resource.ID, err)
		}
		functions[resource.ID] = handler.Handle
	}
	return functions, nil
}

func (s *stack) function(resource *cfn.Resource, signer s3.User, log *slog.Logger) (*api.Handler, error) {
	var properties struct {
		Handler     string
		Environment struct{ Variables map[string]string }
	}
	if err := s.template.Decode(resource, &properties); err != nil {
		return nil, err
	}
	main, ok := mains[properties.Handler]
	if !ok {
		return nil, fmt.Errorf("the local run has no function for the handler %q", properties.Handler)
	}
	// These are set by Lambda itself ("Working with Lambda environment variables", AWS Lambda
	// Developer Guide).
	reserved := map[string]string{
		"AWS_REGION":            region,
		"AWS_ACCESS_KEY_ID":     signer.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY": signer.Credentials.SecretAccessKey,
		"AWS_SESSION_TOKEN":     signer.Credentials.SessionToken,
	}
	getenv := func(name string) string {
		if value, ok := properties.Environment.Variables[name]; ok {
			return value
		}
		return reserved[name]
	}
	return main(getenv, s.s3.URL, log)
}
