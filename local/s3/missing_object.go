package s3

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v3"
)

// hideMissing turns "there is no such object" into AccessDenied for a role that may not list the bucket, as S3 does:
// "If you don't have the s3:ListBucket permission, Amazon S3 returns an HTTP status code 403 Access Denied error"
// (GetObject, Amazon S3 API Reference). versitygw answers 404 NoSuchKey to everybody.
func hideMissing(c fiber.Ctx, listers []string) {
	response := c.Response()
	missing := response.StatusCode() == http.StatusNotFound &&
		(c.Method() == http.MethodHead || errorCode(response.Body(), http.StatusNotFound) == "NoSuchKey")
	accessKey, _, _ := strings.Cut(c.Query("X-Amz-Credential"), "/")
	if !missing || slices.Contains(listers, accessKey) {
		return
	}
	c.Status(http.StatusForbidden)
	if c.Method() != http.MethodHead {
		response.SetBodyString(xml.Header + "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
	}
}

// listersOf are the access keys of the roles that may list the bucket.
func listersOf(users []User) (listers []string) {
	for _, u := range users {
		for _, s := range u.Allow {
			if s.Effect == "Allow" && slices.ContainsFunc(s.Action, func(a string) bool { return a == "s3:ListBucket" || a == "s3:*" || a == "*" }) {
				listers = append(listers, u.Credentials.AccessKeyID)
			}
		}
	}
	return listers
}
