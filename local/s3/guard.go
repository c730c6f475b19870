package s3

import (
	"encoding/xml"
	"io"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v3"
)

// guard wraps every request: it refuses what AWS refuses and versitygw accepts, lets a refused client finish
// sending so that it can read why, and reports the request.
func guard(report func(Request)) fiber.Handler {
	return func(c fiber.Ctx) error {
		start := time.Now()
		err := refuseFuture(c)
		if err == nil && c.Response().StatusCode() != http.StatusForbidden {
			err = c.Next()
		}
		drain(c)
		if report != nil {
			report(Request{
				Method:   c.Method(),
				Path:     string(c.Request().URI().Path()),
				Status:   c.Response().StatusCode(),
				Code:     errorCode(c.Response().Body(), c.Response().StatusCode()),
				Duration: time.Since(start),
			})
		}
		return err
	}
}

// refuseFuture refuses a signature dated more than 15 minutes ahead ("RequestTimeTooSkewed" in AWS's terms; for a
// presigned URL S3 says AccessDenied, "Request is not valid yet").
func refuseFuture(c fiber.Ctx) error {
	signedAt, err := time.Parse("20060102T150405Z", c.Query("X-Amz-Date"))
	if err != nil || time.Until(signedAt) <= 15*time.Minute {
		return nil
	}
	c.Set(fiber.HeaderContentType, "application/xml")
	return c.Status(http.StatusForbidden).SendString(xml.Header +
		"<Error><Code>AccessDenied</Code><Message>Request is not valid yet</Message></Error>")
}

// maxDrain bounds what is read of a body that was refused before it was read.
const (
	maxDrain     = 5 << 30
	drainTimeout = 30 * time.Second
)

// drain reads what is left of the body. A connection closed with bytes unread is reset, and a browser then reports
// a network error instead of S3's answer. versitygw itself reads 256 KiB.
func drain(c fiber.Ctx) {
	body := c.Request().BodyStream()
	if body == nil || c.Request().Header.ContentLength() <= 0 {
		return
	}
	conn := c.RequestCtx().Conn()
	if conn.SetReadDeadline(time.Now().Add(drainTimeout)) != nil {
		return
	}
	io.CopyN(io.Discard, body, maxDrain)
	conn.SetReadDeadline(time.Time{})
}

// errorCode reads <Code> of an S3 error answer.
func errorCode(body []byte, status int) string {
	if status < 400 {
		return ""
	}
	var answer struct {
		Code string `xml:"Code"`
	}
	if xml.Unmarshal(body, &answer) != nil {
		return ""
	}
	return answer.Code
}
