package api

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// response makes the HTTP response. Every one carries the CORS headers, refusals included, because
// a browser shows a page nothing of a response without them.
func response(r result, origin string, allowedOrigins []string) events.APIGatewayProxyResponse {
	headers := map[string]string{
		"Content-Type":                  "application/json",
		"Cache-Control":                 "no-store", // a signed URL is a credential
		"Vary":                          "Origin",
		"Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
	}
	if r.cacheable {
		makeCacheable(headers)
	}
	if slices.Contains(allowedOrigins, origin) {
		headers["Access-Control-Allow-Origin"] = origin
	}
	return events.APIGatewayProxyResponse{StatusCode: r.status, Headers: headers, Body: encodeJSON(r.body)}
}

// makeCacheable lets the caller's own browser keep an answer for five minutes. No shared cache may,
// since the answer is for whoever the token names. Vary keeps the browser from giving it to a page
// of another origin, for which its Access-Control-Allow-Origin would be wrong, or to another user
// who signs in with the same browser. There is no ETag: browsers send one user's with another
// user's request, and a 304 then shows the wrong copy (Kinto/kinto#635).
func makeCacheable(headers map[string]string) {
	headers["Cache-Control"] = "private, max-age=300"
	headers["Vary"] = "Origin, Authorization"
}

// errorBody is the body of every refusal. Problems is there if more than one thing is wrong; the
// first of them is the Error itself.
type errorBody struct {
	Error struct {
		*Error
		Problems  refusals `json:"problems,omitempty"`
		RequestID string   `json:"requestId"`
	} `json:"error"`
}

func newErrorBody(found refusals, requestID string) errorBody {
	var b errorBody
	b.Error.Error = found[0]
	b.Error.RequestID = requestID
	if len(found) > 1 {
		b.Error.Problems = found
	}
	return b
}

// encodeJSON leaves & < > as they are, so that a URL is readable in the answer.
func encodeJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // can't fail: answers consist of strings, numbers and lists
	return b.String()
}
