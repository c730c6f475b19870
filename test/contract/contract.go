// Package contract checks responses against openapi.yaml, the contract in machine-readable form.
//
//	c, err := contract.Load("../../openapi.yaml")
//	err = c.CheckAnswer("POST", "/uploads", 201, header, body)
//
// It is stricter than a client should be: a response may hold no field that the contract doesn't
// name, so a field that is added to the code must be added to the contract as well.
//
// The package's own tests compare the function, the templates and docs/api.html with the contract.
// Nothing that is deployed may import it.
package contract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Contract is a valid openapi.yaml. It may be used concurrently.
type Contract struct {
	// Doc is the document. Objects in its response schemas are closed: they take no properties but
	// those named.
	Doc *openapi3.T
}

// Load reads the file and validates it: the document against the OpenAPI specification, its
// examples against its schemas.
func Load(path string) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	for _, schema := range doc.Components.Schemas {
		inlineSiblings(doc, schema)
		closeObjects(schema)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return &Contract{Doc: doc}, nil
}

// inlineSiblings replaces each $ref that has keywords beside it by the schema that results from
// both. kin-openapi 0.152 would otherwise validate with the keywords of one such $ref for every
// $ref to the same schema.
func inlineSiblings(doc *openapi3.T, ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil {
		return
	}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok && ref.Value != doc.Components.Schemas[name].Value {
		ref.Ref = ""
	}
	for _, property := range ref.Value.Properties {
		inlineSiblings(doc, property)
	}
	inlineSiblings(doc, ref.Value.Items)
}

// closeObjects forbids further properties in an object that names its properties.
func closeObjects(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil {
		return
	}
	s := ref.Value
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
	for _, property := range s.Properties {
		closeObjects(property)
	}
	closeObjects(s.Items)
}

// Operation returns the contract's operation for a method and path, or nil if there is none.
//
// OPTIONS has no operation in the document, so that generated clients have none either. Its
// operation is made from the document's Preflight response and the path's own methods.
func (c *Contract) Operation(method, path string) *openapi3.Operation {
	item := c.Doc.Paths.Value(path)
	if item == nil {
		return nil
	}
	if method == http.MethodOptions {
		return c.preflight(item)
	}
	return item.GetOperation(method)
}

// preflight is the operation of OPTIONS on a path: no token, and one response, which allows just
// the path's methods.
func (c *Contract) preflight(item *openapi3.PathItem) *openapi3.Operation {
	documented := c.Doc.Components.Responses["Preflight"].Value
	methods := slices.Sorted(maps.Keys(item.Operations()))
	allowMethods := *documented.Headers["Access-Control-Allow-Methods"].Value
	allowMethods.Schema = openapi3.NewAllOfSchema(allowMethods.Schema.Value, openapi3.NewStringSchema().WithEnum(strings.Join(methods, ","))).NewRef()

	response := *documented
	response.Headers = maps.Clone(documented.Headers)
	response.Headers["Access-Control-Allow-Methods"] = &openapi3.HeaderRef{Value: &allowMethods}
	operation := openapi3.NewOperation()
	operation.Security = openapi3.NewSecurityRequirements()
	operation.Responses = openapi3.NewResponses(openapi3.WithStatus(http.StatusNoContent, &openapi3.ResponseRef{Value: &response}))
	return operation
}

// CheckAnswer returns an error if a response departs from the contract in its status, its headers
// or its body. path is without the stage and the query: "/uploads/parts". For a path or a method
// that the contract doesn't have, only its 404 is right.
func (c *Contract) CheckAnswer(method, path string, status int, header http.Header, body []byte) error {
	operation := c.Operation(method, path)
	if operation == nil {
		operation = openapi3.NewOperation()
		operation.AddResponse(http.StatusNotFound, c.Doc.Components.Responses["NotFound"].Value)
	}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: method},
			Route:   &routers.Route{Spec: c.Doc, Path: path, Method: method, Operation: operation},
		},
		Status:  status,
		Header:  header,
		Body:    io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		return fmt.Errorf("the response to %s %s, %d %s, departs from openapi.yaml: %w", method, path, status, body, err)
	}
	return nil
}
