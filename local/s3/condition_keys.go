package s3

import (
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"signpost/internal/iam"
)

// supportedKeys are the condition keys that conditionKeys can fill in, in lower case. A policy that
// looks at another is refused at start.
var supportedKeys = []string{
	"aws:securetransport", "aws:sourceip", "s3:authtype", "s3:signatureversion", "s3:signatureage",
	"s3:if-none-match", "s3:if-match", "s3:objectcreationoperation", "s3:x-amz-content-sha256",
}

// conditionKeys returns the condition keys of a request ("Actions, resources, and condition keys
// for Amazon S3", Service Authorization Reference).
func conditionKeys(r *fasthttp.RequestCtx, now time.Time) iam.Context {
	keys := iam.Context{
		// On AWS every request to this stack uses TLS. Here, requests over loopback count as if
		// they did.
		"aws:SecureTransport":        {"true"},
		"s3:ObjectCreationOperation": {strconv.FormatBool(createsObject(r))},
	}
	set := func(key, value string) {
		if value != "" {
			keys[key] = []string{value}
		}
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr().String()); err == nil {
		set("aws:SourceIp", host)
	}
	header := func(name string) string { return string(r.Request.Header.Peek(name)) }
	set("s3:if-none-match", header("If-None-Match"))
	set("s3:if-match", header("If-Match"))
	set("s3:x-amz-content-sha256", header("X-Amz-Content-Sha256"))

	var authType, version, signedAt string
	query := r.QueryArgs()
	switch {
	case query.Has("X-Amz-Signature"):
		authType, version = "REST-QUERY-STRING", string(query.Peek("X-Amz-Algorithm"))
		signedAt = string(query.Peek("X-Amz-Date"))
	case query.Has("Signature"):
		authType, version = "REST-QUERY-STRING", "AWS"
	case header("Authorization") != "":
		authType = "REST-HEADER"
		version, _, _ = strings.Cut(header("Authorization"), " ")
		signedAt = header("X-Amz-Date")
	case r.IsPost() && strings.HasPrefix(string(r.Request.Header.ContentType()), "multipart/form-data"):
		authType = "POST"
	}
	set("s3:authType", authType)
	set("s3:signatureversion", version)
	if t, err := time.Parse("20060102T150405Z", signedAt); err == nil {
		set("s3:signatureAge", strconv.FormatInt(now.Sub(t).Milliseconds(), 10))
	}
	return keys
}

// createsObject reports whether the request creates an object: PutObject, CopyObject and
// CompleteMultipartUpload do, CreateMultipartUpload and UploadPart don't ("Enforce conditional
// writes on Amazon S3 buckets", Amazon S3 User Guide).
func createsObject(r *fasthttp.RequestCtx) bool {
	query := r.QueryArgs()
	if r.IsPost() {
		return !query.Has("uploads")
	}
	return r.IsPut() && !query.Has("partNumber")
}
