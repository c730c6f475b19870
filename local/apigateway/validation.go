package apigateway

import (
	"bytes"
	"fmt"
	"mime"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"signpost/local/cloudformation"
)

// compileModels compiles the JSON schema of each request model, by content type.
func compileModels(t *cloudformation.Template, names map[string]string) (map[string]*jsonschema.Schema, error) {
	models := map[string]*jsonschema.Schema{}
	for contentType, name := range names {
		var model struct{ Schema any }
		if err := decode(t, "AWS::ApiGateway::Model", name, &model); err != nil {
			return nil, err
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource(name, model.Schema); err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
		schema, err := compiler.Compile(name)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
		models[contentType] = schema
	}
	return models, nil
}

// validate applies the method's request validator. It gives the gateway response type of a refusal, or "".
func (m *method) validate(c *call) string {
	if m.validator.ValidateRequestParameters && !m.hasParameters(c) {
		return "BAD_REQUEST_PARAMETERS"
	}
	if m.validator.ValidateRequestBody && !m.validBody(c) {
		return "BAD_REQUEST_BODY"
	}
	return ""
}

func (m *method) hasParameters(c *call) bool {
	for name, required := range m.RequestParameters {
		if !required {
			continue
		}
		if key, ok := strings.CutPrefix(name, "method.request.querystring."); ok && c.URL.Query().Get(key) == "" {
			return false
		}
		if key, ok := strings.CutPrefix(name, "method.request.header."); ok && c.Header.Get(key) == "" {
			return false
		}
	}
	return true
}

// validBody holds the body to the model for its content type. API Gateway takes a body without a content type for
// JSON, and does not validate one of a type that has no model.
func (m *method) validBody(c *call) bool {
	contentType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		contentType = "application/json"
	}
	schema := m.models[contentType]
	if schema == nil {
		return true
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.body))
	return err == nil && schema.Validate(document) == nil
}
