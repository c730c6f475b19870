package apigateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// integrationTimeout is API Gateway's limit for a function's answer ("Amazon API Gateway quotas and
// important notes").
const integrationTimeout = 29 * time.Second

// maxPayload is Lambda's limit for an event and for an answer ("Lambda quotas").
const maxPayload = 6 << 20

// invoke calls the function with the event that API Gateway would send, and returns its answer
// ("Lambda proxy integrations in API Gateway", API Gateway Developer Guide).
func (a *API) invoke(c *call) answer {
	ctx, cancel := context.WithTimeout(c.Context(), integrationTimeout)
	defer cancel()
	event := a.event(c)
	// An event is JSON. encoding/json replaces bytes that are not UTF-8 by U+FFFD, and so does API
	// Gateway, which converts every body to a "UTF8-encoded string" ("Content type conversions in
	// API Gateway").
	payload, err := json.Marshal(event)
	if err != nil {
		return a.refuse(c, badAnswer)
	}
	if len(payload) > maxPayload {
		// koki-develop/lgtm-generator#10 shows this answer, including the space.
		return fixed(http.StatusRequestEntityTooLarge, "BadRequestException", "application/json",
			`{"message": "Request Too Long"}`)
	}
	event = events.APIGatewayProxyRequest{}
	if err := json.Unmarshal(payload, &event); err != nil {
		return a.refuse(c, badAnswer)
	}
	response, err := c.method.handler(ctx, event)
	if ctx.Err() == context.DeadlineExceeded {
		return a.refuse(c, noAnswer)
	}
	if err != nil || !fits(response) || response.StatusCode < 100 || response.StatusCode > 599 {
		return a.refuse(c, badAnswer) // 502: "Output format of a Lambda function for proxy integration"
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for name, value := range response.Headers {
		header.Set(name, value)
	}
	for name, values := range response.MultiValueHeaders {
		header[http.CanonicalHeaderKey(name)] = values
	}
	for _, name := range remapped {
		if values, ok := header[name]; ok {
			delete(header, name)
			header["X-Amzn-Remapped-"+name] = values
		}
	}
	// An API without binary media types doesn't decode a body in base64 ("Return binary media from
	// a Lambda proxy integration in API Gateway").
	return answer{status: response.StatusCode, header: header, body: []byte(response.Body)}
}

// remapped are the headers of an answer that API Gateway renames ("Amazon API Gateway important
// notes", REST APIs; dherault/serverless-offline#236).
var remapped = []string{"Connection", "Content-Length", "Date", "Server", "Www-Authenticate"}

func fits(response events.APIGatewayProxyResponse) bool {
	payload, err := json.Marshal(response)
	return err == nil && len(payload) <= maxPayload
}

func (a *API) event(c *call) events.APIGatewayProxyRequest {
	now := time.Now().UTC()
	source, _, _ := net.SplitHostPort(c.RemoteAddr)
	e := events.APIGatewayProxyRequest{
		Resource:   c.method.path,
		Path:       c.path,
		HTTPMethod: c.verb,
		Headers:    map[string]string{},
		// Headers and QueryStringParameters have the last of several values.
		MultiValueHeaders:               c.header,
		MultiValueQueryStringParameters: c.query,
		Body:                            string(c.body),
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID:         c.id,
			ExtendedRequestID: c.extendedID,
			Stage:             a.stage,
			DomainName:        c.Host,
			ResourcePath:      c.method.path,
			Path:              c.URL.EscapedPath(),
			HTTPMethod:        c.verb,
			Protocol:          c.Proto,
			RequestTime:       now.Format("02/Jan/2006:15:04:05 -0700"),
			RequestTimeEpoch:  now.UnixMilli(),
			Identity:          events.APIGatewayRequestIdentity{SourceIP: source, UserAgent: c.UserAgent()},
			Authorizer:        c.caller,
		},
	}
	if c.proxied != "" {
		_, name, _ := cutLast(c.method.path)
		e.PathParameters = map[string]string{strings.Trim(name, "{+}"): c.proxied}
	}
	for name := range c.header {
		e.Headers[name] = c.param(name)
	}
	if len(c.query) > 0 {
		e.QueryStringParameters = map[string]string{}
	}
	for name, values := range c.query {
		e.QueryStringParameters[name] = values[len(values)-1]
	}
	return e
}

// claimStrings converts every claim to a string, as the Cognito authorizer does: lists are joined
// by commas, and times are written as dates.
func claimStrings(claims map[string]any) map[string]any {
	text := make(map[string]any, len(claims))
	for name, value := range claims {
		switch v := value.(type) {
		case string:
			text[name] = v
		case []any:
			parts := make([]string, len(v))
			for i, item := range v {
				parts[i] = fmt.Sprint(item)
			}
			text[name] = strings.Join(parts, ",")
		case float64:
			if name == "exp" || name == "iat" {
				text[name] = time.Unix(int64(v), 0).UTC().Format("Mon Jan 02 15:04:05 UTC 2006")
			} else {
				text[name] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		default:
			text[name] = fmt.Sprint(v)
		}
	}
	return text
}
