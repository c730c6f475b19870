package apigateway

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"signpost/local/cloudformation"
)

// gatewayResponse is how the API words a refusal of its own.
type gatewayResponse struct {
	ResponseType       string
	StatusCode         string
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
}

// defaultStatus is API Gateway's own status for each refusal that it can make here
// ("Gateway response types for API Gateway", API Gateway Developer Guide).
var defaultStatus = map[string]int{
	"BAD_REQUEST_BODY":             400,
	"BAD_REQUEST_PARAMETERS":       400,
	"UNAUTHORIZED":                 401,
	"MISSING_AUTHENTICATION_TOKEN": 403,
	"REQUEST_TOO_LARGE":            413,
	"THROTTLED":                    429,
	"INTEGRATION_FAILURE":          504,
}

func (a *API) loadResponses(t *cloudformation.Template) error {
	a.responses = map[string]gatewayResponse{}
	for _, r := range t.OfType("AWS::ApiGateway::GatewayResponse") {
		var g gatewayResponse
		if err := r.Decode(&g); err != nil {
			return err
		}
		if err := g.check(); err != nil {
			return fmt.Errorf("gateway response %s: %w", g.ResponseType, err)
		}
		a.responses[g.ResponseType] = g
	}
	return nil
}

// templateVariable is all that a gateway response's template may hold: it is not Velocity.
var templateVariable = regexp.MustCompile(`\$context\.[A-Za-z.]+`)

func (g gatewayResponse) check() error {
	for _, template := range g.ResponseTemplates {
		for _, variable := range templateVariable.FindAllString(template, -1) {
			if variable != "$context.requestId" {
				return fmt.Errorf("the local run has no %s", variable)
			}
		}
	}
	for name, value := range g.ResponseParameters {
		if !strings.HasPrefix(name, "gatewayresponse.header.") {
			return fmt.Errorf("the local run cannot set %s", name)
		}
		if _, ok := literal(value); !ok && !strings.HasPrefix(value, "method.request.header.") {
			return fmt.Errorf("the local run cannot take %s from %s", name, value)
		}
	}
	return nil
}

// refuse words a refusal as the template says, falling back to DEFAULT_4XX or DEFAULT_5XX, as API Gateway does.
func (a *API) refuse(c *call, responseType string) answer {
	status := defaultStatus[responseType]
	response, ok := a.responses[responseType]
	if !ok {
		response, ok = a.responses[fmt.Sprintf("DEFAULT_%dXX", status/100)]
	}
	if !ok {
		return answer{status, http.Header{"Content-Type": {"application/json"}}, []byte(`{"message":"` + http.StatusText(status) + `"}`)}
	}
	if code, err := strconv.Atoi(response.StatusCode); err == nil {
		status = code
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Amzn-Errortype": {responseType}}
	for name, value := range response.ResponseParameters {
		name = strings.TrimPrefix(name, "gatewayresponse.header.")
		if text, ok := literal(value); ok {
			header.Set(name, text)
		} else if sent := c.Header.Get(strings.TrimPrefix(value, "method.request.header.")); sent != "" {
			header.Set(name, sent)
		}
	}
	body := templateVariable.ReplaceAllString(response.ResponseTemplates["application/json"], c.id)
	return answer{status, header, []byte(body)}
}

// literal reads a static value: text between single quotes.
func literal(value string) (string, bool) {
	if len(value) >= 2 && value[0] == '\'' && value[len(value)-1] == '\'' {
		return value[1 : len(value)-1], true
	}
	return "", false
}
