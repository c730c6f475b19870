package apigateway

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody is API Gateway's payload limit ("Amazon API Gateway quotas and important notes", REST APIs).
const maxBody = 10 << 20

// Request is one answered request, for the log. It never holds the query, which may name files, or a header.
type Request struct {
	Method, Path string
	Status       int
	Code         string // the error's code, or empty
	Duration     time.Duration
}

// call is one request on its way through the API.
type call struct {
	*http.Request
	id     string
	path   string // without the stage
	method *method
	claims map[string]any
	body   []byte
}

// ServeHTTP answers as API Gateway would.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{Request: r, id: uuid.NewString()}
	answer := a.answer(c)
	for name, values := range answer.header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.Header().Set("x-amzn-RequestId", c.id)
	w.WriteHeader(answer.status)
	w.Write(answer.body)
	if a.log != nil {
		a.log(Request{r.Method, r.URL.Path, answer.status, errorCode(answer), time.Since(start)})
	}
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a *API) answer(c *call) answer {
	if !a.route(c) {
		return a.refuse(c, "MISSING_AUTHENTICATION_TOKEN")
	}
	if !a.admit(c) {
		return a.refuse(c, "THROTTLED")
	}
	if !a.authorize(c) {
		return a.refuse(c, "UNAUTHORIZED")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, c.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return a.refuse(c, "REQUEST_TOO_LARGE")
	}
	if err != nil {
		return a.refuse(c, "BAD_REQUEST_BODY")
	}
	c.body = body
	if refusal := c.method.validate(c); refusal != "" {
		return a.refuse(c, refusal)
	}
	if c.method.Integration.Type == "MOCK" {
		return c.method.mock(c)
	}
	return a.invoke(c)
}

// route finds the method. API Gateway ignores one trailing slash; it answers an unknown path, an unknown method and
// an unknown stage alike.
func (a *API) route(c *call) bool {
	path, ok := strings.CutPrefix(c.URL.Path, "/"+a.stage)
	if !ok {
		return false
	}
	c.path = path
	c.method = a.routes[strings.TrimSuffix(path, "/")][c.Method]
	return c.method != nil
}

// admit applies the stage's throttling and the method's own.
func (a *API) admit(c *call) bool {
	if own := a.throttles[c.Method+" "+c.method.path]; own != nil {
		return own.Allow()
	}
	stage := a.throttles["*"]
	return stage == nil || stage.Allow()
}

// authorize checks the token, with or without "Bearer " before it.
func (a *API) authorize(c *call) bool {
	if c.method.authorizer == nil {
		return true
	}
	token := strings.TrimSpace(c.Header.Get("Authorization"))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return false
	}
	claims, err := a.backends.Verify(c.Context(), token, c.method.authorizer.ProviderARNs, c.method.AuthorizationScopes)
	if err != nil {
		return false
	}
	c.claims = claims
	return true
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
