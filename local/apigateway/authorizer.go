package apigateway

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"signpost/internal/cfn"
)

// authorizer decides whether the caller of a method may call it.
type authorizer interface {
	// authorizationType is the AuthorizationType of the methods that it is for.
	authorizationType() string

	// authorize returns what the function is told of the caller, as requestContext.authorizer, or
	// the refusal.
	authorize(c *call) (caller map[string]any, refused *refusal)
}

// authorizerProperties are those of an AWS::ApiGateway::Authorizer.
type authorizerProperties struct {
	Type                         string
	IdentitySource               string
	ProviderARNs                 []string
	IdentityValidationExpression string
	AuthorizerResultTtlInSeconds *int
}

func (a *API) loadAuthorizers(t *cfn.Template) error {
	a.authorizers = map[string]authorizer{}
	for _, r := range t.OfType("AWS::ApiGateway::Authorizer") {
		var err error
		if a.authorizers[r.ID], err = a.newAuthorizer(t, r); err != nil {
			return fmt.Errorf("authorizer %s: %w", r.ID, err)
		}
	}
	return nil
}

func (a *API) newAuthorizer(t *cfn.Template, r *cfn.Resource) (authorizer, error) {
	// The URI has functions of CloudFormation that take an ARN apart. What counts here is only the
	// function that it refers to.
	uri := r.Properties["AuthorizerUri"]
	rest := &cfn.Resource{ID: r.ID, Type: r.Type, Properties: maps.Clone(r.Properties)}
	delete(rest.Properties, "AuthorizerUri")
	var p authorizerProperties
	if err := t.Decode(rest, &p); err != nil {
		return nil, err
	}
	if p.IdentitySource != "method.request.header.Authorization" {
		return nil, fmt.Errorf("the local run doesn't support the identity source %q: use method.request.header.Authorization", p.IdentitySource)
	}
	switch p.Type {
	case "COGNITO_USER_POOLS":
		if a.backends.Verify == nil {
			return nil, fmt.Errorf("the local run has no user pool for an authorizer of type %s: the template must have one of its own", p.Type)
		}
		return &cognitoAuthorizer{pools: p.ProviderARNs, verify: a.backends.Verify}, nil
	case "TOKEN":
		function, err := a.authorizerFunction(uri)
		if err != nil {
			return nil, err
		}
		return newTokenAuthorizer(p, function, a.arn)
	}
	return nil, fmt.Errorf("the local run doesn't support authorizers of type %q", p.Type)
}

// authorizerFunction returns the function that an authorizer's URI refers to.
func (a *API) authorizerFunction(uri any) (Authorizer, error) {
	ids := cfn.LogicalIDs(uri)
	for id, f := range a.backends.Authorizers {
		if ids[id] {
			return f, nil
		}
	}
	return nil, fmt.Errorf("there is no function for its URI, which refers to %s", strings.Join(slices.Sorted(maps.Keys(ids)), ", "))
}

// authorizerOf returns the authorizer that a method names, nil if it needs none.
func (a *API) authorizerOf(m *method) (authorizer, error) {
	switch m.AuthorizationType {
	case "NONE":
		return nil, nil
	case "COGNITO_USER_POOLS", "CUSTOM":
	default:
		return nil, fmt.Errorf("the local run doesn't support the authorization type %q", m.AuthorizationType)
	}
	found := a.authorizers[m.AuthorizerId]
	if found == nil {
		return nil, fmt.Errorf("the template has no AWS::ApiGateway::Authorizer %s", m.AuthorizerId)
	}
	if found.authorizationType() != m.AuthorizationType {
		return nil, fmt.Errorf("the authorization type is %s, but the authorizer %s is for %s", m.AuthorizationType, m.AuthorizerId, found.authorizationType())
	}
	return found, nil
}
