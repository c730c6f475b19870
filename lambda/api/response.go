package presign

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// errorBody is the shape of every refusal. Problems is there when more than
// one thing is wrong; the first of them is the Error itself.
type errorBody struct {
	Error struct {
		*Error
		Problems  problems `json:"problems,omitempty"`
		RequestID string   `json:"requestId"`
	} `json:"error"`
}

func errorAnswer(ps problems, requestID string) errorBody {
	var b errorBody
	b.Error.Error = ps[0]
	b.Error.RequestID = requestID
	if len(ps) > 1 {
		b.Error.Problems = ps
	}
	return b
}

// respond makes the HTTP answer. Every one carries the CORS headers, refusals
// too, for a browser shows a page nothing of an answer without them.
func (h *Handler) respond(e events.APIGatewayProxyRequest, status int, body any) events.APIGatewayProxyResponse {
	headers := map[string]string{
		"Content-Type":                  "application/json",
		"Cache-Control":                 "no-store", // a signed URL is a credential
		"Vary":                          "Origin",
		"Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
	}
	if origin, _ := headerValue(e, "Origin"); slices.Contains(h.config.AllowedOrigins, origin) {
		headers["Access-Control-Allow-Origin"] = origin
	}
	return events.APIGatewayProxyResponse{StatusCode: status, Headers: headers, Body: encodeJSON(body)}
}

// encodeJSON leaves & < > as they are: a URL should be readable in the answer.
func encodeJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // can't fail: all our answers are strings and numbers
	return b.String()
}
