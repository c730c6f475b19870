package apigateway

import (
	"fmt"
	"slices"
	"strings"

	"signpost/internal/cfn"
)

// routes are the API's methods, by path and HTTP method. The path of every proxy resource ends in
// "/{proxy+}".
type routes map[string]map[string]*method

// anyMethods are the methods that ANY stands for ("Methods for REST APIs in API Gateway").
var anyMethods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

func (r routes) add(m *method) error {
	path := m.path
	if parent, last, ok := cutLast(path); ok && strings.HasSuffix(last, "+}") {
		path = parent + "/{proxy+}"
	}
	if strings.Contains(strings.TrimSuffix(path, "/{proxy+}"), "{") {
		return fmt.Errorf("%s: the only path parameter that the local run supports is {proxy+}", m.path)
	}
	if r[path] == nil {
		r[path] = map[string]*method{}
	}
	r[path][m.HttpMethod] = m
	return nil
}

// find returns the method that serves a request, and the part of the path that its {proxy+} stands
// for. A resource serves a request if it has the HTTP method, or ANY. Otherwise the nearest
// {proxy+} above it that has the method does (localstack/localstack's test_apigateway_common.py and
// ministackorg/ministack's test_apigatewayv1.py, both run against AWS). {proxy+} stands for at
// least one segment, so it doesn't serve the root (logandk/serverless-wsgi#20).
func (r routes) find(path, httpMethod string) (m *method, proxied string) {
	if m := r.method(path, httpMethod); m != nil {
		return m, ""
	}
	for parent, _, ok := cutLast(path); ok; parent, _, ok = cutLast(parent) {
		if m := r.method(parent+"/{proxy+}", httpMethod); m != nil {
			return m, path[len(parent)+1:]
		}
	}
	return nil, ""
}

func (r routes) method(path, httpMethod string) *method {
	if m := r[path][httpMethod]; m != nil {
		return m
	}
	if slices.Contains(anyMethods, httpMethod) {
		return r[path]["ANY"]
	}
	return nil
}

// cutLast splits off the last segment of a path.
func cutLast(path string) (parent, last string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", "", false
	}
	return path[:i], path[i+1:], true
}

// resourcePaths returns the full path of each resource, by what a method's ResourceId resolves to.
func resourcePaths(t *cfn.Template) (map[string]string, error) {
	api, err := t.Only("AWS::ApiGateway::RestApi")
	if err != nil {
		return nil, err
	}
	paths := map[string]string{api.ID + ".RootResourceId": ""}
	waiting := t.OfType("AWS::ApiGateway::Resource")
	for len(waiting) > 0 {
		before := len(waiting)
		waiting = slices.DeleteFunc(waiting, func(r *cfn.Resource) bool {
			var p struct{ ParentId, PathPart string }
			if err = t.Decode(r, &p); err != nil {
				return false
			}
			parent, known := paths[p.ParentId]
			if known {
				paths[r.ID] = parent + "/" + p.PathPart
			}
			return known
		})
		if err != nil {
			return nil, err
		}
		if len(waiting) == before {
			return nil, fmt.Errorf("the parent of the resource %s is not in the template", waiting[0].ID)
		}
	}
	return paths, nil
}
