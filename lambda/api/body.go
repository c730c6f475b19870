package api

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/mediatype"
)

// maxBody is the longest JSON body, in bytes. Lambda's own limit of 6 MB for an event applies
// before API Gateway's 10 MB for a body ("Lambda quotas", AWS Lambda Developer Guide).
const maxBody = 64 << 10

// jsonBody returns the body of a request, after checking that it is declared to be JSON and is not
// too long.
func jsonBody(e events.APIGatewayProxyRequest) ([]byte, error) {
	if err := checkBodyType(e); err != nil {
		return nil, err
	}
	if !e.IsBase64Encoded {
		if len(e.Body) > maxBody {
			return nil, bodyTooLarge()
		}
		return []byte(e.Body), nil
	}
	if base64.StdEncoding.DecodedLen(len(e.Body)) > maxBody+2 { // which counts the padding
		return nil, bodyTooLarge()
	}
	body, err := base64.StdEncoding.DecodeString(e.Body)
	switch {
	case err != nil:
		return nil, refuse(InvalidJSON, "", "the request body could not be decoded from base64")
	case len(body) > maxBody:
		return nil, bodyTooLarge()
	}
	return body, nil
}

func bodyTooLarge() error {
	return &Error{Code: BodyTooLarge, Message: fmt.Sprintf("the request body is over %d bytes", maxBody), Limit: maxBody}
}

// checkBodyType requires JSON in UTF-8. RFC 8259 defines no parameters for application/json, but
// clients send a charset, and some of them "utf8", which the WHATWG Encoding standard has as a
// label of UTF-8. Other parameters are ignored.
func checkBodyType(e events.APIGatewayProxyRequest) error {
	const field = "Content-Type"
	t, err := mediatype.Parse(header(e, field))
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

// header returns a header of a request, "" if it has none. HTTP ignores the case of names, but
// events keep it.
func header(e events.APIGatewayProxyRequest, name string) string {
	for k, v := range e.Headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	for k, v := range e.MultiValueHeaders {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}
