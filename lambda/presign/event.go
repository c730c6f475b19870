package presign

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// maxBody is the longest JSON body, in bytes. API Gateway itself would take 10 MB.
const maxBody = 64 << 10

// headerValue finds a header regardless of case, as HTTP has it and the event
// does not. The second result is false if there is none.
func headerValue(e events.APIGatewayProxyRequest, name string) (string, bool) {
	for k, v := range e.Headers {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	for k, v := range e.MultiValueHeaders {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0], true
		}
	}
	return "", false
}

// jsonBody takes the body out of the event once it is sure to be JSON of a
// bearable length.
func jsonBody(e events.APIGatewayProxyRequest) ([]byte, *Error) {
	const field = "Content-Type"
	given, _ := headerValue(e, field)
	m, why := parseMediaType(strings.Trim(given, " \t"))
	if why != "" || m.essence != "application/json" {
		return nil, refuse(TypeNotAllowed, field, "the request body must be JSON, with Content-Type: application/json")
	}
	if p := strings.ToLower(strings.TrimPrefix(m.full, m.essence)); p != "" && p != "; charset=utf-8" {
		return nil, refuse(TypeNotAllowed, field, "the request body must be JSON in UTF-8, with Content-Type: application/json")
	}
	tooLarge := refuse(BodyTooLarge, "", "the request body is over %d bytes", maxBody)
	if !e.IsBase64Encoded {
		if len(e.Body) > maxBody {
			return nil, tooLarge
		}
		return []byte(e.Body), nil
	}
	if base64.StdEncoding.DecodedLen(len(e.Body)) > maxBody+2 {
		return nil, tooLarge
	}
	body, err := base64.StdEncoding.DecodeString(e.Body)
	switch {
	case err != nil:
		return nil, refuse(InvalidJSON, "", "the request body could not be decoded from base64")
	case len(body) > maxBody:
		return nil, tooLarge
	}
	return body, nil
}
