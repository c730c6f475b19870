package presign

import (
	"encoding/base64"
	"mime"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/mediatype"
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
	if refusal := checkBodyType(e); refusal != nil {
		return nil, refusal
	}
	tooLong := tooLarge(BodyTooLarge, "", maxBody, "the request body is over %d bytes", maxBody)
	if !e.IsBase64Encoded {
		if len(e.Body) > maxBody {
			return nil, tooLong
		}
		return []byte(e.Body), nil
	}
	if base64.StdEncoding.DecodedLen(len(e.Body)) > maxBody+2 {
		return nil, tooLong
	}
	body, err := base64.StdEncoding.DecodeString(e.Body)
	switch {
	case err != nil:
		return nil, refuse(InvalidJSON, "", "the request body could not be decoded from base64")
	case len(body) > maxBody:
		return nil, tooLong
	}
	return body, nil
}

// checkBodyType wants JSON in UTF-8. RFC 8259 defines no parameters for application/json, but clients write a charset,
// and some of them utf8, which the WHATWG Encoding standard knows as another label. Other parameters mean nothing.
func checkBodyType(e events.APIGatewayProxyRequest) *Error {
	const field = "Content-Type"
	given, _ := headerValue(e, field)
	t, err := mediatype.Parse(given)
	if err != nil || t.Essence != "application/json" {
		return refuse(TypeNotAllowed, field, "the request body must be JSON, with Content-Type: application/json")
	}
	_, parameters, _ := mime.ParseMediaType(t.Full)
	switch charset := parameters["charset"]; strings.ToLower(charset) {
	case "", "utf-8", "utf8":
		return nil
	default:
		return refuse(TypeNotAllowed, field, "the request body must be JSON in UTF-8, not %s; leave the charset out of Content-Type", charset)
	}
}
