package apigateway

import (
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

	program velocity
}

var mockStatus = regexp.MustCompile(`["']?statusCode["']?\s*:\s*(\d{3})`)

// checkMock parses the integration's templates, so that what cannot be served is said at start.
func (m *method) checkMock() error {
	if len(m.Integration.IntegrationResponses) == 0 {
		return fmt.Errorf("the mock integration has no response")
	}
	if !mockStatus.MatchString(m.Integration.RequestTemplates["application/json"]) {
		return fmt.Errorf("the mock integration's request template sets no statusCode")
	}
	for i := range m.Integration.IntegrationResponses {
		r := &m.Integration.IntegrationResponses[i]
		if _, err := strconv.Atoi(r.StatusCode); err != nil {
			return fmt.Errorf("the mock integration's status %q is no number", r.StatusCode)
		}
		for name, value := range r.ResponseParameters {
			if _, ok := literal(value); !ok {
				return fmt.Errorf("the local run cannot take %s from %s", name, value)
			}
		}
		var err error
		if r.program, err = parseVelocity(r.ResponseTemplates["application/json"]); err != nil {
			return err
		}
	}
	return nil
}

// mock answers without a backend: the integration response's headers, then what its template overrides.
func (m *method) mock(c *call) answer {
	// The first response is the one without a selection pattern; CDK's OPTIONS answers have no other.
	response := m.Integration.IntegrationResponses[0]
	header := http.Header{}
	for name, value := range response.ResponseParameters {
		text, _ := literal(value)
		header.Set(strings.TrimPrefix(name, "method.response.header."), text)
	}
	for name, value := range response.program.run(c.Header) {
		header.Set(name, value)
	}
	status, _ := strconv.Atoi(response.StatusCode)
	return answer{status: status, header: header}
}
