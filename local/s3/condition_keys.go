package s3

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"

	"signpost/internal/iam"
)

// supportedKeys are the condition keys that a policy can look at, in lower case. A policy that looks
// at another is refused at start. A name that ends with a slash is a family of keys.
var supportedKeys = []string{
	"aws:securetransport", "aws:sourceip", "s3:authtype", "s3:signatureversion", "s3:signatureage",
	"s3:if-none-match", "s3:if-match", "s3:objectcreationoperation", "s3:x-amz-content-sha256",
	"s3:prefix", "s3:delimiter", "s3:max-keys", "s3:requestobjecttagkeys", existingTag, "aws:principalarn",
}

// existingTag begins the names of the keys with an object's tags, s3:ExistingObjectTag/<key>.
const existingTag = "s3:existingobjecttag/"

func isSupported(key string) bool {
	return slices.ContainsFunc(supportedKeys, func(name string) bool {
		return key == name || strings.HasSuffix(name, "/") && strings.HasPrefix(key, name)
	})
}

// conditionKeys returns the condition keys of a request, without those of the object's tags and of
// the caller ("Actions, resources, and condition keys for Amazon S3", Service Authorization
// Reference).
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

	query := r.QueryArgs()
	if _, key := target(r); key == "" && r.IsGet() {
		// A request without the parameter doesn't have the condition key.
		for _, name := range []string{"prefix", "delimiter"} {
			if query.Has(name) {
				keys["s3:"+name] = []string{string(query.Peek(name))}
			}
		}
		if limit, err := strconv.Atoi(string(query.Peek("max-keys"))); err == nil { // S3 refuses others
			keys["s3:max-keys"] = []string{strconv.Itoa(limit)}
		}
	}
	if tags := requestTags(r); len(tags) > 0 {
		keys["s3:RequestObjectTagKeys"] = slices.Sorted(maps.Keys(tags))
	}

	var authType, version, signedAt string
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

// target returns the bucket and the key that the request is for, as versitygw reads them.
func target(r *fasthttp.RequestCtx) (bucket, key string) {
	path, err := url.PathUnescape(string(r.Request.URI().PathOriginal()))
	if err != nil {
		return "", "" // versitygw refuses it
	}
	bucket, key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return bucket, key
}

// requestTags returns the tags that the request sets. Those that versitygw refuses are none.
func requestTags(r *fasthttp.RequestCtx) map[string]string {
	if header := r.Request.Header.Peek("X-Amz-Tagging"); len(header) > 0 {
		tags, err := backend.ParseObjectTags(string(header))
		if err != nil {
			return nil
		}
		return tags
	}
	if !r.IsPut() || !r.QueryArgs().Has("tagging") {
		return nil
	}
	tags, err := utils.ParseTagging(r.Request.Body(), utils.TagLimitObject)
	if err != nil {
		return nil
	}
	return tags
}

// hasExistingTags reports whether the tags of the object count for the request. They do for reads
// and for requests about tags and ACLs, not for PutObject and DeleteObject ("Tagging and access
// control policies", Amazon S3 User Guide).
func hasExistingTags(r *fasthttp.RequestCtx) bool {
	query := r.QueryArgs()
	return r.IsGet() || r.IsHead() || query.Has("tagging") || query.Has("acl")
}

// createsObject reports whether the request creates an object: PutObject, CopyObject and
// CompleteMultipartUpload do, CreateMultipartUpload and UploadPart don't ("Enforce conditional
// writes on Amazon S3 buckets", Amazon S3 User Guide).
func createsObject(r *fasthttp.RequestCtx) bool {
	query := r.QueryArgs()
	if r.IsPost() {
		return !query.Has("uploads")
	}
	return r.IsPut() && !query.Has("partNumber") && !query.Has("tagging")
}
