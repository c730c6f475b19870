// Package authorizer verifies the tokens of OpenID Connect issuers for API Gateway. It is the
// Lambda authorizer of a deployment whose callers an issuer other than its own Cognito user pool
// signs in.
//
//	a, err := authorizer.FromEnvironment(os.Getenv, &http.Client{}, log)
//	a.FetchKeys(ctx)
//	lambda.Start(a.Authorize)
//
// A token passes these, in this order:
//
//  1. token.go reads it without believing it: its form, and which issuer it names.
//  2. keys.go finds the key of that issuer that it says it is signed with. discovery.go fetches an
//     issuer's keys, and key.go says which of them can sign what.
//  3. issuer.go verifies the signature, when and for whom the token is, and says who calls.
//  4. policy.go answers API Gateway.
package authorizer

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"signpost/lambda/config"
)

// Authorizer verifies tokens. It may be used by several goroutines.
type Authorizer struct {
	issuers    map[string]*issuer // by the claim iss
	kindClaims config.RequiredClaims
	log        *slog.Logger
}

// FromEnvironment makes the authorizer from a function's environment. The error lists every problem
// with it, one on each line.
func FromEnvironment(getenv func(string) string, client *http.Client, log *slog.Logger) (*Authorizer, error) {
	cfg, err := config.AuthorizerFromEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	return New(cfg, client, log)
}

// New makes an authorizer. The client fetches the issuers' keys; its own rule about redirects
// doesn't matter, since none is followed.
func New(cfg config.Authorizer, client *http.Client, log *slog.Logger) (*Authorizer, error) {
	return newAuthorizer(cfg, client, log, wallClock)
}

// wallClock returns the time without Go's monotonic reading. That one stands still while Lambda
// freezes the function between requests, so that old keys would look new
// (hashicorp/vault-lambda-extension#150).
func wallClock() time.Time { return time.Now().Round(0) }

func newAuthorizer(cfg config.Authorizer, client *http.Client, log *slog.Logger, now func() time.Time) (*Authorizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := checkAnswerSize(cfg.KindClaims); err != nil {
		return nil, err
	}
	a := &Authorizer{issuers: map[string]*issuer{}, kindClaims: cfg.KindClaims, log: log}
	for _, i := range cfg.Issuers {
		a.issuers[i.URL] = newIssuer(i, newKeys(i.URL, client, log, now), now)
	}
	return a, nil
}

// FetchKeys fetches the keys of all issuers, so that the first request needn't wait for them. What
// fails is logged, and fetched again when a token needs it.
func (a *Authorizer) FetchKeys(ctx context.Context) {
	var all sync.WaitGroup
	for _, i := range a.issuers {
		all.Go(func() { i.keys.prefetch(ctx) })
	}
	all.Wait()
}

// errUnauthorized has the text by which API Gateway knows that it must answer 401. Every other
// error is a 500 ("Use API Gateway Lambda authorizers", Amazon API Gateway Developer Guide;
// auth0-samples/jwt-rsa-aws-custom-authorizer#6). Lambda counts both among the function's errors
// (awslabs/aws-apigateway-lambda-authorizer-blueprints#21).
var errUnauthorized = errors.New("Unauthorized")

// Authorize answers whether the caller with a token may call. A good token is allowed on every
// method of the stage. The error is "Unauthorized" for a token that isn't good, and another one if
// that can't be found out, since the issuer's keys can't be had. A good token without a claim that
// its issuer's tokens must have is denied.
func (a *Authorizer) Authorize(ctx context.Context, r events.APIGatewayCustomAuthorizerRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
	var none events.APIGatewayCustomAuthorizerResponse
	methods, err := everyMethod(r.MethodArn)
	if err != nil {
		a.logRefusal(ctx, codeInternal, "", err)
		return none, err
	}
	text := withoutScheme(r.AuthorizationToken)
	claimed, err := readToken(text)
	if err != nil {
		a.logRefusal(ctx, codeUnauthorized, "", err)
		return none, errUnauthorized
	}
	i := a.issuers[claimed.issuer]
	if i == nil {
		a.logRefusal(ctx, codeUnauthorized, "", refusal("its issuer is not one of this deployment's"))
		return none, errUnauthorized
	}
	claims, err := i.verify(ctx, text)
	if why := refusal(""); errors.As(err, &why) {
		a.logRefusal(ctx, codeUnauthorized, i.URL, why)
		return none, errUnauthorized
	} else if err != nil {
		a.logRefusal(ctx, codeInternal, i.URL, err)
		return none, err
	}
	principal := i.principal(claims)
	caller, err := i.caller(claims)
	if err != nil {
		a.logRefusal(ctx, codeForbidden, i.URL, err)
		return answer(principal, "Deny", methods), nil
	}
	caller.Claims = a.kindClaims.Matching(claims)
	allowed := answer(principal, "Allow", methods)
	allowed.Context = caller.Context()
	return allowed, nil
}

// refusal is why a token is refused. It names no value of the token, since it is logged.
type refusal string

func (r refusal) Error() string { return string(r) }

// The codes of refusals in the log, which are those that callers get (package api has them too).
const (
	codeUnauthorized = "Unauthorized"
	codeForbidden    = "Forbidden"
	codeInternal     = "Internal"
)

// logRefusal writes the one line about a refused token. The issuer is "" unless it is one of the
// deployment's. The request's id is $context.authorizer.requestId in API Gateway's access log
// ("Variables for access logging for API Gateway", Amazon API Gateway Developer Guide).
func (a *Authorizer) logRefusal(ctx context.Context, code, issuer string, why error) {
	level, attrs := slog.LevelInfo, []slog.Attr{slog.String("code", code)}
	if code == codeInternal {
		level = slog.LevelError
	}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append(attrs, slog.String("requestId", invocation.AwsRequestID))
	}
	if issuer != "" {
		attrs = append(attrs, slog.String("issuer", issuer))
	}
	a.log.LogAttrs(ctx, level, "token refused", append(attrs, slog.String("reason", why.Error()))...)
}
