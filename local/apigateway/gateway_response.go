package apigateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"signpost/internal/cfn"
)

// gatewayResponse says how the API answers when it refuses a request itself.
type gatewayResponse struct {
	ResponseType       string
	StatusCode         string
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
}

// refusal is an error with which API Gateway answers a request itself.
type refusal struct {
	responseType string // "Gateway response types for API Gateway"
	status       int
	errorType    string // the header x-amzn-ErrorType
	message      string // $context.error.message
}

// The statuses are those of "Gateway response types for API Gateway". The guide doesn't have the
// error types and messages: they are from "How do I troubleshoot HTTP 403 errors from API Gateway?"
// (AWS re:Post), localstack/localstack's gateway_response.py and ministackorg/ministack#1746, which
// were compared with AWS. Those of a Lambda authorizer are from "How do I troubleshoot HTTP 403
// Forbidden errors when I use a Lambda authorizer with an API Gateway REST API?" (AWS re:Post),
// serverless/examples#305 and aws/aws-lambda-go#81. An authorizer that fails in whatever way gets
// AUTHORIZER_CONFIGURATION_ERROR: no report shows AUTHORIZER_FAILURE of a Lambda authorizer.
var (
	badBody            = refusal{"BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body"}
	unauthorized       = refusal{"UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized"}
	missingToken       = refusal{"MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException", missingTokenText}
	denied             = refusal{"ACCESS_DENIED", 403, "AccessDeniedException", "User is not authorized to access this resource"}
	explicitlyDenied   = refusal{"ACCESS_DENIED", 403, "AccessDeniedException", "User is not authorized to access this resource with an explicit deny"}
	unsupportedType    = refusal{"UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException", "Unsupported Media Type"}
	throttled          = refusal{"THROTTLED", 429, "TooManyRequestsException", "Too Many Requests"}
	configurationError = refusal{"API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error"}
	authorizerFailed   = refusal{"AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", ""}
	badAnswer          = refusal{"DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error"}
	noAnswer           = refusal{"INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out"}
)

const missingTokenText = "Missing Authentication Token"

// fixed returns a refusal that no gateway response changes.
func fixed(status int, errorType, contentType, body string) answer {
	header := http.Header{"Content-Type": {contentType}}
	if errorType != "" {
		header.Set("x-amzn-ErrorType", errorType)
	}
	return answer{status: status, header: header, body: []byte(body)}
}

func (a *API) loadResponses(t *cfn.Template) error {
	a.responses = map[string]gatewayResponse{}
	for _, r := range t.OfType("AWS::ApiGateway::GatewayResponse") {
		var g gatewayResponse
		if err := t.Decode(r, &g); err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return fmt.Errorf("gateway response %s: %w", g.ResponseType, err)
		}
		a.responses[g.ResponseType] = g
	}
	return nil
}

// templateVariable matches a variable in the template of a gateway response, which may contain
// nothing else of Velocity.
var templateVariable = regexp.MustCompile(`\$context\.[A-Za-z.]+`)

// variables returns the values of the variables that the local run supports.
func (r refusal) variables(c *call) map[string]string {
	quoted, _ := json.Marshal(r.message)
	if r.message == "" {
		quoted = []byte("null") // aws/aws-lambda-go#81
	}
	return map[string]string{
		"$context.requestId":           c.id,
		"$context.extendedRequestId":   c.extendedID,
		"$context.error.message":       r.message,
		"$context.error.messageString": string(quoted),
		"$context.error.responseType":  r.responseType,
	}
}

// checkVariables refuses a template with a variable that the local run doesn't support.
func checkVariables(template string) error {
	known := refusal{}.variables(&call{})
	for _, variable := range templateVariable.FindAllString(template, -1) {
		if _, ok := known[variable]; !ok {
			return fmt.Errorf("the local run doesn't support the variable %s", variable)
		}
	}
	return nil
}

func substitute(template string, variables map[string]string) []byte {
	return []byte(templateVariable.ReplaceAllStringFunc(template, func(name string) string { return variables[name] }))
}

func (g gatewayResponse) check() error {
	for _, template := range g.ResponseTemplates {
		if err := checkVariables(template); err != nil {
			return err
		}
	}
	for name, value := range g.ResponseParameters {
		if !strings.HasPrefix(name, "gatewayresponse.header.") {
			return fmt.Errorf("the local run can't set %s", name)
		}
		if _, ok := literal(value); !ok && !strings.HasPrefix(value, "method.request.header.") {
			return fmt.Errorf("the local run can't map %s to %s", value, name)
		}
	}
	return nil
}

// refuse answers with the template's response for the type of the refusal, or else with DEFAULT_4XX
// or DEFAULT_5XX, whose status, if it has one, replaces that of the refusal.
func (a *API) refuse(c *call, r refusal) answer {
	response, ok := a.responses[r.responseType]
	if !ok {
		response, ok = a.responses[fmt.Sprintf("DEFAULT_%dXX", r.status/100)]
	}
	if !ok {
		response.ResponseTemplates = map[string]string{"application/json": r.defaultTemplate()}
	}
	status := r.status
	if code, err := strconv.Atoi(response.StatusCode); err == nil {
		status = code
	}
	header := http.Header{"Content-Type": {"application/json"}}
	header.Set("x-amzn-ErrorType", r.errorType)
	for name, value := range response.ResponseParameters {
		name = strings.TrimPrefix(name, "gatewayresponse.header.")
		if text, ok := literal(value); ok {
			header.Set(name, text)
		} else if sent := c.param(strings.TrimPrefix(value, "method.request.header.")); sent != "" {
			header.Set(name, sent)
		}
	}
	body := substitute(response.ResponseTemplates["application/json"], r.variables(c))
	return answer{status: status, header: header, body: body}
}

// defaultTemplate is the body without a response in the template. The answer to a policy that
// doesn't allow has a capital letter (aws/chalice#971).
func (r refusal) defaultTemplate() string {
	if r == denied || r == explicitlyDenied {
		return `{"Message":$context.error.messageString}`
	}
	return `{"message":$context.error.messageString}`
}

// literal returns the text of a static value, which is in single quotes.
func literal(value string) (string, bool) {
	if len(value) >= 2 && value[0] == '\'' && value[len(value)-1] == '\'' {
		return value[1 : len(value)-1], true
	}
	return "", false
}
