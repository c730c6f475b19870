package apigateway

import (
	"bytes"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"signpost/internal/cfn"
)

// compileModels compiles the JSON schema of each request model, by content type.
func compileModels(t *cfn.Template, names map[string]string) (map[string]*jsonschema.Schema, error) {
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

// validate applies the method's request validator. It returns the refusal if it doesn't accept the
// request.
func (m *method) validate(c *call) (refusal, bool) {
	if missing := m.missingParameters(c); m.validator.ValidateRequestParameters && missing != nil {
		return refusal{"BAD_REQUEST_PARAMETERS", 400, "BadRequestException",
			"Missing required request parameters: [" + strings.Join(missing, ", ") + "]"}, false
	}
	return badBody, !m.validator.ValidateRequestBody || m.validBody(c)
}

func (m *method) missingParameters(c *call) (missing []string) {
	for name, required := range m.RequestParameters {
		if !required {
			continue
		}
		if key, ok := strings.CutPrefix(name, "method.request.querystring."); ok && c.query.Get(key) == "" {
			missing = append(missing, key)
		}
		if key, ok := strings.CutPrefix(name, "method.request.header."); ok && c.param(key) == "" {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}

// contentType returns the body's media type without parameters, which API Gateway ignores
// (aws/aws-cdk#16323). A body without a type is JSON ("Method request behavior for payloads without
// mapping templates").
func (c *call) contentType() string {
	contentType, _, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		return "application/json"
	}
	return contentType
}

// validBody checks the body against the model for its content type. Bodies of other types are not
// checked ("Request validation for REST APIs in API Gateway").
func (m *method) validBody(c *call) bool {
	schema := m.models[c.contentType()]
	if schema == nil {
		return true
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.body))
	return err == nil && schema.Validate(document) == nil
}
