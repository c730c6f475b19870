package apigateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody is API Gateway's payload limit ("Amazon API Gateway quotas and important notes", REST
// APIs).
const maxBody = 10 << 20

// Request is an answered request, for the log. It has no headers and no query, which may name
// files.
type Request struct {
	Method, Path string
	Status       int
	Code         string // the error's code, or ""
	Duration     time.Duration
}

// ServeHTTP answers as API Gateway would.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := newCall(r)
	answer := a.answer(c)
	for name, values := range answer.header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if !answer.anonymous {
		w.Header().Set("x-amzn-RequestId", c.id)
		w.Header().Set("x-amz-apigw-id", c.extendedID)
	}
	w.WriteHeader(answer.status)
	w.Write(answer.body)
	if a.log != nil {
		a.log(Request{c.verb, r.URL.Path, answer.status, errorCode(answer), time.Since(start)})
	}
}

type answer struct {
	status    int
	header    http.Header
	body      []byte
	anonymous bool // without the headers with the request's ids
}

func (a *API) answer(c *call) answer {
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		// Plain text without the request's ids, even if there is a response for REQUEST_TOO_LARGE
		// ("Amazon API Gateway important notes"; koki-develop/lgtm-generator#10 shows the answer).
		refused := fixed(http.StatusRequestEntityTooLarge, "", "text; charset=utf-8",
			fmt.Sprintf("HTTP content length exceeded %d bytes.", maxBody))
		refused.anonymous = true
		return refused
	}
	if err != nil {
		return a.refuse(c, badBody)
	}
	c.body = body
	path, ok := strings.CutPrefix(c.URL.EscapedPath(), "/"+a.stage)
	if !ok || path != "" && path[0] != '/' {
		// The API's gateway responses belong to a stage ("How do I troubleshoot HTTP 403 errors
		// from API Gateway?", AWS re:Post).
		return fixed(http.StatusForbidden, "ForbiddenException", "application/json", `{"message":"Forbidden"}`)
	}
	// Several slashes after the stage count as one (localstack/localstack#11304), and a slash at
	// the end is ignored (localstack/localstack's test_apigateway_lambda.py); both were run against
	// AWS.
	c.path = "/" + strings.TrimLeft(path, "/")
	if c.method, c.proxied = a.routes.find(strings.TrimSuffix(c.path, "/"), c.verb); c.method == nil {
		return a.refuse(c, unknownRoute(c))
	}
	if !a.admit(c) {
		return a.refuse(c, throttled)
	}
	if c.method.authorizer != nil {
		var refused *refusal
		if c.caller, refused = c.method.authorizer.authorize(c); refused != nil {
			return a.refuse(c, *refused)
		}
	}
	if refused, ok := c.method.validate(c); !ok {
		return a.refuse(c, refused)
	}
	if c.method.Integration.Type == "MOCK" {
		return a.mock(c)
	}
	return a.invoke(c)
}

// admit applies the method's throttling, or else the stage's.
func (a *API) admit(c *call) bool {
	if own := a.throttles[c.method.HttpMethod+" "+c.method.path]; own != nil {
		return own.Allow()
	}
	stage := a.throttles["*"]
	return stage == nil || stage.Allow()
}

func errorCode(a answer) string {
	if a.status < 400 {
		return ""
	}
	var body struct{ Error struct{ Code string } }
	if json.Unmarshal(a.body, &body) != nil {
		return ""
	}
	return body.Error.Code
}
