package apigateway

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// integrationTimeout is API Gateway's limit for a function's answer ("Amazon API Gateway quotas and important notes").
const integrationTimeout = 29 * time.Second

// invoke calls the function with the event that API Gateway would send and writes its answer
// ("Lambda proxy integrations in API Gateway", API Gateway Developer Guide).
func (a *API) invoke(c *call) answer {
	ctx, cancel := context.WithTimeout(c.Context(), integrationTimeout)
	defer cancel()
	response, err := c.method.handler(ctx, a.event(c))
	if err != nil || response.StatusCode < 100 || response.StatusCode > 599 {
		return a.refuse(c, "INTEGRATION_FAILURE")
	}
	body := []byte(response.Body)
	if response.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(response.Body); err != nil {
			return a.refuse(c, "INTEGRATION_FAILURE")
		}
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for name, value := range response.Headers {
		header.Set(name, value)
	}
	for name, values := range response.MultiValueHeaders {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return answer{response.StatusCode, header, body}
}

func (a *API) event(c *call) events.APIGatewayProxyRequest {
	source, _, _ := net.SplitHostPort(c.RemoteAddr)
	e := events.APIGatewayProxyRequest{
		Resource:                        c.method.path,
		Path:                            c.path,
		HTTPMethod:                      c.Method,
		Headers:                         map[string]string{},
		MultiValueHeaders:               map[string][]string{},
		QueryStringParameters:           map[string]string{},
		MultiValueQueryStringParameters: map[string][]string{},
		Body:                            string(c.body),
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID:        c.id,
			Stage:            a.stage,
			ResourcePath:     c.method.path,
			Path:             c.URL.Path,
			HTTPMethod:       c.Method,
			Protocol:         c.Proto,
			RequestTimeEpoch: time.Now().UnixMilli(),
			Identity:         events.APIGatewayRequestIdentity{SourceIP: source, UserAgent: c.UserAgent()},
		},
	}
	if c.claims != nil {
		e.RequestContext.Authorizer = map[string]any{"claims": claimStrings(c.claims)}
	}
	for name, values := range c.Header {
		e.Headers[name], e.MultiValueHeaders[name] = values[len(values)-1], values
	}
	for name, values := range c.URL.Query() {
		e.QueryStringParameters[name], e.MultiValueQueryStringParameters[name] = values[len(values)-1], values
	}
	return e
}

// claimStrings writes every claim as a string, as the Cognito authorizer hands them on: lists joined by commas, times
// in words.
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
