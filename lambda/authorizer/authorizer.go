// Package authorizer verifies the tokens of OpenID Connect issuers for API Gateway: it is the Lambda
// authorizer of a deployment whose callers an issuer other than a Cognito user pool signs in.
//
//	a, err := authorizer.FromEnvironment(os.Getenv, &http.Client{}, log)
//	a.FetchKeys(ctx)
//	lambda.Start(a.Authorize)
package authorizer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
)

// Authorizer verifies tokens. It may be used by several goroutines.
type Authorizer struct {
	cfg config.Authorizer
	log *slog.Logger
}

// FromEnvironment makes the authorizer from a function's environment. The error lists every problem,
// one on each line.
func FromEnvironment(getenv func(string) string, client *http.Client, log *slog.Logger) (*Authorizer, error) {
	cfg, err := config.AuthorizerFromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	return New(cfg, client, log)
}

// New makes an authorizer. The client fetches the issuers' keys.
func New(cfg config.Authorizer, client *http.Client, log *slog.Logger) (*Authorizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Authorizer{cfg: cfg, log: log}, nil
}

// FetchKeys fetches the keys of all issuers, so that the first request needn't wait for them.
func (a *Authorizer) FetchKeys(ctx context.Context) {}

// Authorize answers API Gateway's question whether the caller with a token may call.
func (a *Authorizer) Authorize(ctx context.Context, r events.APIGatewayCustomAuthorizerRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
	return events.APIGatewayCustomAuthorizerResponse{}, errors.New("Unauthorized")
}
