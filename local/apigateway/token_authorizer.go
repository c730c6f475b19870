package apigateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/internal/iam"
)

// Authorizer is the function of a Lambda authorizer of type TOKEN.
type Authorizer func(context.Context, events.APIGatewayCustomAuthorizerRequest) (events.APIGatewayCustomAuthorizerResponse, error)

// tokenAuthorizer asks a function whether the bearer of a token may call ("Use API Gateway Lambda
// authorizers"). It keeps the policies that the function answers with, and decides by them.
type tokenAuthorizer struct {
	ask     Authorizer
	pattern *regexp.Regexp // of the tokens that the function is asked about; nil is all
	arn     string         // of the API's stage
	answers authorizerCache
}

// defaultCacheLifetime and maxCacheLifetime are of an authorizer's answers ("Authorizer", Amazon
// API Gateway API Reference: authorizerResultTtlInSeconds).
const (
	defaultCacheLifetime = 300
	maxCacheLifetime     = 3600
)

func newTokenAuthorizer(p authorizerProperties, ask Authorizer, stageARN string) (*tokenAuthorizer, error) {
	a := &tokenAuthorizer{ask: ask, arn: stageARN}
	if p.IdentityValidationExpression != "" {
		// All of the token must match: the expression \w{5} accepts tokens of five letters only
		// ("Why do I get API Gateway 401 Unauthorized errors after I create a Lambda authorizer?",
		// AWS re:Post).
		var err error
		if a.pattern, err = regexp.Compile(`\A(?:` + p.IdentityValidationExpression + `)\z`); err != nil {
			return nil, fmt.Errorf("the local run can't match IdentityValidationExpression: %w", err)
		}
	}
	seconds := defaultCacheLifetime
	if p.AuthorizerResultTtlInSeconds != nil {
		seconds = *p.AuthorizerResultTtlInSeconds
	}
	if seconds < 0 || seconds > maxCacheLifetime {
		return nil, fmt.Errorf("AuthorizerResultTtlInSeconds is %d: it must be 0 to %d", seconds, maxCacheLifetime)
	}
	a.answers.lifetime = time.Duration(seconds) * time.Second
	return a, nil
}

func (*tokenAuthorizer) authorizationType() string { return "CUSTOM" }

// authorize refuses a request without a token, or with one that doesn't match, without asking the
// function. The policy, also one that was answered to another method, is applied to the method that
// is called now (serverless/serverless#6176, ministackorg/ministack#1367).
//
// The token is the header's value as it was sent, so "Bearer " is a part of it. No source says what
// several Authorization headers do. The identity source is a mapping expression, and those have the
// last value.
func (a *tokenAuthorizer) authorize(c *call) (map[string]any, *refusal) {
	token := c.param("Authorization")
	if token == "" || a.pattern != nil && !a.pattern.MatchString(token) {
		return nil, &unauthorized
	}
	methodARN := a.arn + "/" + c.verb + c.path // with the request's path (dherault/serverless-offline#273)
	answer, kept := a.answers.get(token)
	var latency time.Duration // 0 for an answer that was kept
	if !kept {
		began := time.Now()
		var refused *refusal
		if answer, refused = a.askFunction(c, token, methodARN); refused != nil {
			return nil, refused
		}
		latency = time.Since(began)
		a.answers.put(token, answer)
	}
	if refused := answer.decide(methodARN); refused != nil {
		return nil, refused
	}
	caller := maps.Clone(answer.context)
	caller["integrationLatency"] = latency.Milliseconds()
	return caller, nil
}

// askFunction calls the function, which a caller who leaves doesn't end. The error "Unauthorized",
// and no other text, is the caller's fault (aws/aws-lambda-go#81,
// auth0-samples/jwt-rsa-aws-custom-authorizer#6). No error is kept (data-dot-all/dataall#1792).
func (a *tokenAuthorizer) askFunction(c *call, token, methodARN string) (authorizerAnswer, *refusal) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), integrationTimeout)
	defer cancel()
	response, err := a.ask(ctx, events.APIGatewayCustomAuthorizerRequest{Type: "TOKEN", AuthorizationToken: token, MethodArn: methodARN})
	if err != nil && err.Error() == "Unauthorized" {
		return authorizerAnswer{}, &unauthorized
	}
	if err != nil || ctx.Err() != nil {
		return authorizerAnswer{}, &authorizerFailed
	}
	answer, err := readAuthorizerAnswer(response)
	if err != nil {
		return authorizerAnswer{}, &authorizerFailed
	}
	return answer, nil
}

// authorizerAnswer is what a function says of the bearer of a token.
type authorizerAnswer struct {
	policy  *iam.Document // nil allows nothing
	context map[string]any
}

// readAuthorizerAnswer checks a function's answer ("Output from an API Gateway Lambda authorizer").
func readAuthorizerAnswer(response events.APIGatewayCustomAuthorizerResponse) (answer authorizerAnswer, err error) {
	if response.PrincipalID == "" {
		return answer, errors.New("it has no principalId")
	}
	if answer.policy, err = readPolicy(response.PolicyDocument); err != nil {
		return answer, err
	}
	if answer.context, err = contextStrings(response.Context); err != nil {
		return answer, err
	}
	answer.context["principalId"] = response.PrincipalID
	return answer, nil
}

// readPolicy parses a policy. A statement about no resource says nothing (aws/chalice#971).
func readPolicy(document events.APIGatewayCustomAuthorizerPolicy) (*iam.Document, error) {
	said := document
	said.Statement = nil
	for _, statement := range document.Statement {
		if len(statement.Resource) > 0 {
			said.Statement = append(said.Statement, statement)
		}
	}
	if len(said.Statement) == 0 && len(document.Statement) > 0 {
		return nil, nil
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	policy, err := iam.ParseIdentity(text)
	return &policy, err
}

// contextStrings converts the values of a context to texts, as API Gateway hands them on. It has no
// form for an object or a list ("Output from an API Gateway Lambda authorizer";
// dherault/serverless-offline#1376 was compared with AWS).
func contextStrings(context map[string]any) (map[string]any, error) {
	text, err := json.Marshal(context)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var received map[string]any
	if err := decoder.Decode(&received); err != nil {
		return nil, err
	}
	texts := map[string]any{}
	for name, value := range received {
		switch value.(type) {
		case string, bool, json.Number:
			texts[name] = fmt.Sprint(value)
		default:
			return nil, fmt.Errorf("the context's %s is neither a text nor a number nor a boolean", name)
		}
	}
	return texts, nil
}

// invoker stands for whoever calls: a function's policy names nobody.
const invoker = "arn:aws:iam::000000000000:role/caller"

// decide applies the policy to a method.
func (answer authorizerAnswer) decide(methodARN string) *refusal {
	if answer.policy == nil {
		return &denied
	}
	decision, err := iam.Decide(iam.Request{
		Principal: iam.Principal{ARN: invoker, Policies: []iam.Document{*answer.policy}},
		Action:    "execute-api:Invoke", Resource: methodARN,
	}, iam.Target{AccountID: "000000000000"})
	switch {
	case err != nil:
		return &authorizerFailed
	case decision.Allowed:
		return nil
	case len(decision.Statements) > 0:
		return &explicitlyDenied
	}
	return &denied
}
