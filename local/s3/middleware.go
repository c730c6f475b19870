package s3

import (
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"

	"signpost/local/loopback"
)

// middleware handles every request. It refuses what AWS refuses and versitygw accepts, lets a
// refused client finish sending so that it can read the answer, and reports the request.
func middleware(address net.Addr, report func(Request)) fiber.Handler {
	return func(c fiber.Ctx) error {
		start := time.Now()
		if conn, ok := c.RequestCtx().Conn().(*timedConn); ok {
			conn.gotHeaders()
		}
		if !loopback.IsHost(c.Get(fiber.HeaderHost), address) {
			return c.Status(http.StatusMisdirectedRequest).SendString(loopback.Refusal)
		}
		refusal := refuse(c)
		if refusal != nil {
			// versitygw answers the request without its signature, which adds the CORS headers of a
			// refusal.
			c.Request().URI().QueryArgs().Set("X-Amz-Signature", "")
		}
		err := c.Next()
		if refusal != nil {
			c.Set(fiber.HeaderContentType, "application/xml")
			err = c.Status(refusal.status).SendString(xml.Header + "<Error><Code>" + refusal.code + "</Code><Message>" + refusal.message + "</Message></Error>")
		}
		drain(c)
		if report != nil {
			status, code := c.Response().StatusCode(), ""
			if status >= 400 { // Body reads a download into memory
				code = errorCode(c.Response().Body(), status)
			}
			report(Request{
				Method:   c.Method(),
				Path:     string(c.Request().URI().Path()),
				Status:   status,
				Code:     code,
				Duration: time.Since(start),
			})
		}
		return err
	}
}

type refusal struct {
	status        int
	code, message string
}

// refuse returns what S3 answers to some requests that versitygw 1.8.0 accepts: those whose
// signature is dated more than 15 minutes in the future, those that are signed twice, as in the
// query and in an Authorization header, and those with a path as uploadId, which versitygw would
// follow to other uploads and out of the bucket.
func refuse(c fiber.Ctx) *refusal {
	signedAt, err := time.Parse("20060102T150405Z", c.Query("X-Amz-Date"))
	uploadID := c.Query("uploadId")
	switch {
	case strings.ContainsAny(uploadID, `/\`) || uploadID == "." || uploadID == "..":
		return &refusal{http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist."}
	case c.Query("X-Amz-Signature") != "" && c.Get(fiber.HeaderAuthorization) != "":
		return &refusal{http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, " +
			"Signature query string parameter or the Authorization header should be specified"}
	case err == nil && time.Until(signedAt) > 15*time.Minute:
		return &refusal{http.StatusForbidden, "AccessDenied", "Request is not valid yet"}
	}
	return nil
}

// Limits for reading the rest of a refused body.
const (
	maxDrain     = 5 << 30
	drainTimeout = 30 * time.Second
)

// drain reads the rest of the body. If a connection is closed with unread bytes, it is reset, and a
// browser then reports a network error instead of S3's answer. versitygw itself reads only 256 KiB.
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

// errorCode returns the <Code> of an S3 error.
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
