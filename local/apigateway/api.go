// Package apigateway serves a synthesized REST API on this machine: the resources, methods,
// authorizer, request models, throttling, OPTIONS answers and gateway responses of the template,
// and nothing else.
//
//	api, err := apigateway.New(template, apigateway.Backends{Functions: functions, Verify: verify}, log)
//	http.Serve(listener, api)       // under "/<stage>/", as on AWS
//
// It checks in API Gateway's order: route, throttling, authorizer, request validation, integration.
// It has Cognito authorizers and Lambda authorizers of type TOKEN, AWS_PROXY integrations, which
// call a Go function with the signature of a Lambda handler, and MOCK integrations. New refuses a
// template that asks for anything else.
//
// Comments name the pages of the API Gateway Developer Guide that describe the behavior. Where the
// guide says nothing, they name public reports, or tests of emulators that were also run against
// AWS, by repository.
package apigateway

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/time/rate"

	"signpost/internal/cfn"
)

// Function is a Lambda handler behind an AWS_PROXY integration.
type Function func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// Verify checks a bearer token of one of the user pools and returns its claims. It must be an ID
// token or, if the method has scopes, an access token with one of them.
type Verify func(ctx context.Context, token string, poolARNs, scopes []string) (claims map[string]any, err error)

// Backends are what the API calls: the functions behind integrations and those of Lambda
// authorizers, by logical id, and the Cognito authorizer's check, nil if there is no user pool.
type Backends struct {
	Functions   map[string]Function
	Authorizers map[string]Authorizer
	Verify      Verify
}

// API is the REST API, an http.Handler.
type API struct {
	stage       string
	arn         string                // of the stage: "arn:aws:execute-api:us-east-1:111122223333:Api/v1"
	authorizers map[string]authorizer // by logical id, since methods share an authorizer and its cache
	routes      routes
	responses   map[string]gatewayResponse // by response type
	throttles   map[string]*rate.Limiter   // by "METHOD path", and "*" for the stage
	backends    Backends
	log         func(Request)
}

type method struct {
	HttpMethod          string
	ResourceId          string
	AuthorizationType   string
	AuthorizationScopes []string
	AuthorizerId        string
	RequestModels       map[string]string
	RequestParameters   map[string]bool
	RequestValidatorId  string
	Integration         integration

	path       string
	authorizer authorizer // nil if everybody may call
	validator  validator
	models     map[string]*jsonschema.Schema // by content type
	handler    Function
}

type integration struct {
	Type                 string
	Uri                  string
	PassthroughBehavior  string
	RequestTemplates     map[string]string
	IntegrationResponses []integrationResponse
}

type validator struct {
	ValidateRequestBody       bool
	ValidateRequestParameters bool
}

// New reads the REST API of the template. References to functions, authorizers and resources must
// resolve to logical ids.
func New(t *cfn.Template, backends Backends, log func(Request)) (*API, error) {
	api := &API{backends: backends, log: log, routes: routes{}}
	for _, load := range []func(*cfn.Template) error{api.loadStage, api.loadARN, api.loadAuthorizers, api.loadMethods, api.loadResponses} {
		if err := load(t); err != nil {
			return nil, fmt.Errorf("apigateway: %w", err)
		}
	}
	return api, nil
}

// Stage is the API's stage name, the first segment of every path.
func (a *API) Stage() string { return a.stage }

func (a *API) loadMethods(t *cfn.Template) error {
	paths, err := resourcePaths(t)
	if err != nil {
		return err
	}
	for _, r := range t.OfType("AWS::ApiGateway::Method") {
		m := &method{}
		if err := t.Decode(r, m); err != nil {
			return err
		}
		path, ok := paths[m.ResourceId]
		if !ok {
			return fmt.Errorf("%s belongs to the unknown resource %s", r.ID, m.ResourceId)
		}
		m.path = path
		if err := a.complete(t, m); err != nil {
			return fmt.Errorf("%s %s: %w", m.HttpMethod, path, err)
		}
		if err := a.routes.add(m); err != nil {
			return err
		}
	}
	return nil
}

// complete loads the method's authorizer, validator, models and function.
func (a *API) complete(t *cfn.Template, m *method) error {
	var err error
	if m.authorizer, err = a.authorizerOf(m); err != nil {
		return err
	}
	if m.RequestValidatorId != "" {
		if err := decode(t, "AWS::ApiGateway::RequestValidator", m.RequestValidatorId, &m.validator); err != nil {
			return err
		}
	}
	if m.models, err = compileModels(t, m.RequestModels); err != nil {
		return err
	}
	switch m.Integration.Type {
	case "MOCK":
		return m.checkMock()
	case "AWS_PROXY":
		m.handler, err = a.function(m.Integration.Uri)
		return err
	}
	return fmt.Errorf("the local run doesn't support the integration type %s", m.Integration.Type)
}

// function returns the function in an integration's URI: ".../functions/<logical
// id>.Arn/invocations".
func (a *API) function(uri string) (Function, error) {
	for id, f := range a.backends.Functions {
		if strings.Contains(uri, "/functions/"+id+".Arn/invocations") {
			return f, nil
		}
	}
	return nil, fmt.Errorf("there is no function for the integration %s", uri)
}

// decode decodes the properties of the resource with the logical id.
func decode(t *cfn.Template, resourceType, id string, v any) error {
	if r := t.Resources[id]; r != nil && r.Type == resourceType {
		return t.Decode(r, v)
	}
	return fmt.Errorf("the template has no %s %s", resourceType, id)
}

// loadARN resolves the ARN of the stage, with which policies name its methods. The API's id in it is
// what the template's reference to the API resolves to.
func (a *API) loadARN(t *cfn.Template) error {
	api, err := t.Only("AWS::ApiGateway::RestApi")
	if err != nil {
		return err
	}
	resolved, err := t.Resolve(map[string]any{"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${" + api.ID + "}"})
	if err != nil {
		return err
	}
	a.arn = fmt.Sprint(resolved) + "/" + a.stage
	return nil
}

func (a *API) loadStage(t *cfn.Template) error {
	stage, err := t.Only("AWS::ApiGateway::Stage")
	if err != nil {
		return err
	}
	var p struct {
		StageName      string
		MethodSettings []struct {
			HttpMethod, ResourcePath                  string
			ThrottlingRateLimit, ThrottlingBurstLimit *float64
		}
	}
	if err := t.Decode(stage, &p); err != nil {
		return err
	}
	a.stage = p.StageName
	a.throttles = map[string]*rate.Limiter{}
	for _, s := range p.MethodSettings {
		if s.ThrottlingRateLimit == nil || s.ThrottlingBurstLimit == nil {
			continue
		}
		key := "*"
		if s.HttpMethod != "*" {
			key = s.HttpMethod + " " + strings.ReplaceAll(strings.TrimPrefix(s.ResourcePath, "/"), "~1", "/")
		}
		a.throttles[key] = rate.NewLimiter(rate.Limit(*s.ThrottlingRateLimit), int(*s.ThrottlingBurstLimit))
	}
	return nil
}
