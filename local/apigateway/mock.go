package apigateway

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// integrationResponse is one answer of a MOCK integration.
type integrationResponse struct {
	StatusCode         string
	ResponseParameters map[string]string
	ResponseTemplates  map[string]string
	SelectionPattern   string

	cors corsTemplate
	body string
}

var mockStatus = regexp.MustCompile(`["']?statusCode["']?\s*:\s*(\d{3})`)

// checkMock parses the integration's templates and refuses those that can't be served.
func (m *method) checkMock() error {
	if len(m.Integration.IntegrationResponses) != 1 || m.Integration.IntegrationResponses[0].SelectionPattern != "" {
		return errors.New("the local run serves only mock integrations with one response, without a selection pattern")
	}
	for contentType, template := range m.Integration.RequestTemplates {
		if !mockStatus.MatchString(template) {
			return fmt.Errorf("the mock integration's request template for %s sets no statusCode", contentType)
		}
	}
	r := &m.Integration.IntegrationResponses[0]
	if _, err := strconv.Atoi(r.StatusCode); err != nil {
		return fmt.Errorf("the mock integration's status %q is not a number", r.StatusCode)
	}
	for name, value := range r.ResponseParameters {
		if _, ok := literal(value); !ok {
			return fmt.Errorf("the local run can't map %s to %s", value, name)
		}
	}
	template := r.ResponseTemplates["application/json"]
	if strings.HasPrefix(template, "{") { // a body with variables
		r.body = template
		return checkVariables(template)
	}
	var err error
	r.cors, err = parseCORSTemplate(template)
	return err
}

// mock answers without a backend, with the headers and the template of the integration response.
func (a *API) mock(c *call) answer {
	integration := c.method.Integration
	if integration.RequestTemplates[c.contentType()] == "" {
		if integration.PassthroughBehavior != "" && integration.PassthroughBehavior != "WHEN_NO_MATCH" {
			return a.refuse(c, unsupportedType) // "Integration passthrough behaviors"
		}
		if !mockStatus.Match(c.body) { // passed through, it replaces the template (aws/aws-cdk#16323)
			return a.refuse(c, configurationError)
		}
	}
	response := integration.IntegrationResponses[0]
	header := http.Header{"Content-Type": {"application/json"}}
	for name, value := range response.ResponseParameters {
		text, _ := literal(value)
		header.Set(strings.TrimPrefix(name, "method.response.header."), text)
	}
	if origin := response.cors.allowedOrigin(c.param); origin != "" {
		header.Set("Access-Control-Allow-Origin", origin)
	}
	status, _ := strconv.Atoi(response.StatusCode)
	return answer{status: status, header: header, body: substitute(response.body, refusal{}.variables(c))}
}
