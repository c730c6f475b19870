// Package contract holds answers to openapi.yaml, the contract in
// machine-readable form.
//
//	c, err := contract.Load("../../openapi.yaml")
//	err = c.CheckAnswer("POST", "/uploads", 201, header, body)
//
// It is stricter than a client should be: an answer may hold no field that the
// contract doesn't name, so that a field that is added is added there too.
//
// The package's own tests hold the function, the templates and docs/api.html
// to the contract. Don't import it from what is deployed.
package contract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Contract is openapi.yaml, loaded and found to be valid. It may be used
// concurrently.
type Contract struct {
	// Doc is the document. In its answers' schemas, objects are closed.
	Doc *openapi3.T
}

// Load reads the file, checks it against the OpenAPI specification and its
// examples against its schemas.
func Load(path string) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	for _, schema := range doc.Components.Schemas {
		closeObjects(schema)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	return &Contract{Doc: doc}, nil
}

// closeObjects lets an object that names its properties have no others.
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

// Operation finds what the contract says of a method and path, nil if nothing.
func (c *Contract) Operation(method, path string) *openapi3.Operation {
	if item := c.Doc.Paths.Value(path); item != nil {
		return item.GetOperation(method)
	}
	return nil
}

// CheckAnswer says how an answer departs from the contract: its status, its
// headers, its body. path is without the stage and the query: "/uploads/parts".
// To a path or method that the contract doesn't have, only its 404 is right.
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
		return fmt.Errorf("the answer to %s %s, %d %s, departs from openapi.yaml: %w", method, path, status, body, err)
	}
	return nil
}
