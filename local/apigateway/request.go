package apigateway

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// call is a request and what the API has found out about it.
type call struct {
	*http.Request
	// id is $context.requestId, which the caller may set; extendedID is $context.extendedRequestId,
	// which only API Gateway sets ("Set up CloudWatch logging for REST APIs in API Gateway").
	id, extendedID string
	verb           string              // the HTTP method
	header         map[string][]string // by the exact names that mappings and the function see
	query          url.Values
	path           string // without the stage, as sent
	proxied        string // what {proxy+} stands for
	method         *method
	caller         map[string]any // what the authorizer says of the caller
	body           []byte
}

func newCall(r *http.Request) *call {
	c := &call{Request: r, id: r.Header.Get("x-amzn-RequestId"), extendedID: newExtendedID(), verb: r.Method}
	if c.id == "" {
		c.id = uuid.NewString()
	}
	// "API Gateway overrides the method" ("Amazon API Gateway important notes", REST APIs).
	if override := r.Header.Get("X-HTTP-Method-Override"); override != "" {
		c.verb = override
	}
	c.header = eventHeader(r)
	c.query = parseQuery(r.URL.RawQuery)
	return c
}

// newExtendedID returns an id of the form in x-amz-apigw-id, such as "FiV9AHvHoAMFtsg=".
func newExtendedID() string {
	var random [11]byte
	rand.Read(random[:])
	return base64.StdEncoding.EncodeToString(random[:])
}

// dropped are the request headers that API Gateway doesn't pass on ("Amazon API Gateway important
// notes", REST APIs).
var dropped = []string{
	"connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server", "te",
	"trailer", "transfer-encoding", "upgrade", "www-authenticate",
}

// eventHeader returns the request's headers as API Gateway passes them on. Their names stay as they
// were sent, and mappings compare them case-sensitively ("Amazon API Gateway important notes", REST
// APIs). Browsers use HTTP/2 with API Gateway, in which names are in lower case (RFC 9113, 8.2).
// They use it only over TLS, which the local run doesn't have, so names are changed to lower case
// here. The headers that API Gateway sets itself, and Authorization, have its own spelling (an
// event in jonstefansson/dynadb-mileage; localstack/localstack's test_apigateway_lambda.py, run
// against AWS).
func eventHeader(r *http.Request) map[string][]string {
	header := map[string][]string{}
	for name, values := range r.Header {
		name = strings.ToLower(name)
		switch {
		case name == "authorization":
			header["Authorization"] = values
		case name == "user-agent":
			header["User-Agent"] = values
		case !slices.Contains(dropped, name):
			header[name] = values
		}
	}
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	_, port, _ := net.SplitHostPort(r.Host)
	for name, value := range map[string]string{
		"Host":              r.Host,
		"X-Amzn-Trace-Id":   newTraceID(),
		"X-Forwarded-For":   strings.TrimPrefix(r.Header.Get("X-Forwarded-For")+", "+source, ", "),
		"X-Forwarded-Port":  port,
		"X-Forwarded-Proto": "http",
	} {
		delete(header, strings.ToLower(name))
		header[name] = []string{value}
	}
	return header
}

// newTraceID returns the root of an X-Ray trace: a version, the time and a random number.
func newTraceID() string {
	var random [12]byte
	rand.Read(random[:])
	return fmt.Sprintf("Root=1-%08x-%x", time.Now().Unix(), random)
}

// param returns $input.params().header.get(name) or method.request.header.<name>: "" if there is no
// such header.
func (c *call) param(name string) string {
	if values := c.header[name]; len(values) > 0 {
		return values[len(values)-1]
	}
	return ""
}

// parseQuery parses a query as API Gateway does: a semicolon "results in the data being split"
// ("Amazon API Gateway important notes", REST APIs). url.ParseQuery drops pairs with a semicolon.
func parseQuery(raw string) url.Values {
	query := url.Values{}
	for pair := range strings.FieldsFuncSeq(raw, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil {
			continue
		}
		query.Add(name, value)
	}
	return query
}
