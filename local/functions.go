package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"signpost/internal/cfn"
	"signpost/lambda/authorizer"
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

// authorize is the handler of the function that verifies tokens for API Gateway.
const authorize = "authorize"

// backends builds the handler of each Lambda function, with the environment in the template and the
// credentials of the function's own role. They all write to one log.
func (s *stack) backends(ctx context.Context, signers map[string]s3.User) (apigateway.Backends, error) {
	backends := apigateway.Backends{Functions: map[string]apigateway.Function{}, Authorizers: map[string]apigateway.Authorizer{}}
	if s.cognito != nil {
		backends.Verify = s.cognito.Verify
	}
	file, err := os.OpenFile(s.functionLog(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return backends, err
	}
	log := slog.New(slog.NewJSONHandler(file, nil))
	for _, resource := range s.template.OfType("AWS::Lambda::Function") {
		if err := s.addFunction(ctx, backends, resource, signers[resource.ID], log); err != nil {
			return backends, fmt.Errorf("function %s: %w", resource.ID, err)
		}
	}
	return backends, nil
}

func (s *stack) addFunction(ctx context.Context, to apigateway.Backends, resource *cfn.Resource, signer s3.User, log *slog.Logger) error {
	var properties struct {
		Handler     string
		Environment struct{ Variables map[string]string }
	}
	if err := s.template.Decode(resource, &properties); err != nil {
		return err
	}
	getenv := environment(properties.Environment.Variables, signer)
	if properties.Handler == authorize {
		a, err := authorizer.FromEnvironment(getenv, s.issuerClient(), log)
		if err != nil {
			return err
		}
		a.FetchKeys(ctx) // as the function does when it starts
		to.Authorizers[resource.ID] = a.Authorize
		return nil
	}
	main, ok := mains[properties.Handler]
	if !ok {
		return fmt.Errorf("the local run has no function for the handler %q", properties.Handler)
	}
	handler, err := main(getenv, s.s3.URL, log)
	if err != nil {
		return err
	}
	to.Functions[resource.ID] = handler.Handle
	return nil
}

// environment returns a function's environment: the variables in the template and those that Lambda
// itself sets ("Working with Lambda environment variables", AWS Lambda Developer Guide).
func environment(variables map[string]string, signer s3.User) (getenv func(name string) string) {
	reserved := map[string]string{
		"AWS_REGION":            region,
		"AWS_ACCESS_KEY_ID":     signer.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY": signer.Credentials.SecretAccessKey,
		"AWS_SESSION_TOKEN":     signer.Credentials.SessionToken,
	}
	return func(name string) string {
		if value, ok := variables[name]; ok {
			return value
		}
		return reserved[name]
	}
}
