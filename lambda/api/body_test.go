package api

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestBodyArrivesPlainOrEncoded(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	encode := func(body string) events.APIGatewayProxyRequest {
		e := postEvent(base64.StdEncoding.EncodeToString([]byte(body)))
		e.IsBase64Encoded = true
		return e
	}
	padded := func(n int) string { s := goodFields().String(); return s + strings.Repeat(" ", n-len(s)) }
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plain": postEvent(goodFields().String()), "Base64": encode(goodFields().String()),
		"PlainLongest": postEvent(padded(64 << 10)), "Base64Longest": encode(padded(64 << 10)),
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); planned(t, h, e) })
	}
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plain": postEvent(padded(64<<10 + 1)), "Base64": encode(padded(64<<10 + 1)),
		"PlainHuge": postEvent(padded(1 << 20)), "Base64Huge": encode(padded(1 << 20)),
	} {
		t.Run("TooLarge"+name, func(t *testing.T) { t.Parallel(); refused(t, h, e, 413, BodyTooLarge, "") })
	}
	broken := postEvent("{}!")
	broken.IsBase64Encoded = true
	refused(t, h, broken, 400, InvalidJSON, "")
}

func TestContentTypeOfTheBody(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	with := func(name, value string) events.APIGatewayProxyRequest {
		e := postEvent(goodFields().String())
		delete(e.Headers, "Content-Type")
		if name != "" {
			e.Headers[name] = value
		}
		return e
	}
	for _, e := range []events.APIGatewayProxyRequest{
		with("content-type", "application/json"), with("CONTENT-TYPE", "Application/JSON"), with("Content-Type", "application/json; charset=utf-8"),
		with("Content-Type", "application/json;charset=UTF-8"), with("Content-Type", `application/json; charset="utf-8"`), with("Content-Type", " application/json "),
		with("Content-Type", "application/json; charset=utf8"), with("Content-Type", "application/json;charset=UTF8"), with("Content-Type", "application/json; x=y"),
	} {
		planned(t, h, e)
	}
	for _, e := range []events.APIGatewayProxyRequest{
		with("", ""), with("Content-Type", ""), with("Content-Type", "text/plain"), with("Content-Type", "application/x-www-form-urlencoded"),
		with("Content-Type", "application/json; charset=utf-16"), with("Content-Type", "application/json; charset=iso-8859-1"), with("Content-Type", "application/json; charset"),
		with("Content-Type", "application/json, text/plain"), with("Content-Type", "application/jsonp"), with("Content-Type", "json"),
	} {
		refused(t, h, e, 415, TypeNotAllowed, "Content-Type")
	}
	if r := refused(t, h, with("Content-Type", "application/json; charset=Latin1"), 415, TypeNotAllowed, "Content-Type"); !strings.Contains(r.Error.Message, "UTF-8, not Latin1") {
		t.Errorf("message %q", r.Error.Message)
	}
	multi := with("", "")
	multi.MultiValueHeaders = map[string][]string{"content-TYPE": {"application/json"}}
	planned(t, h, multi)
}

// API Gateway passes on the names of headers as they arrive. Browsers send them in lower case over
// HTTP/2.
func TestHeadersInLowerCase(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	e := postEvent(goodFields().String())
	for name, value := range e.Headers {
		delete(e.Headers, name)
		e.Headers[strings.ToLower(name)] = value
	}
	planned(t, h, e)
	if got := handle(t, h, e).Headers["Access-Control-Allow-Origin"]; got != testOrigin {
		t.Errorf("Access-Control-Allow-Origin: %q", got)
	}
}
