package s3

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Condition is a policy statement's Condition: operator → key → values
// ("IAM JSON policy elements: Condition", AWS IAM User Guide). All of them must hold.
type Condition map[string]map[string]conditionValues

// conditionValues is a string, a number, a boolean, or a list of those.
type conditionValues []string

// UnmarshalJSON reads any of those forms.
func (v *conditionValues) UnmarshalJSON(raw []byte) error {
	var decoded any
	if err := json.Unmarshal(raw, &decoded); err != nil {
		return err
	}
	list, ok := decoded.([]any)
	if !ok {
		list = []any{decoded}
	}
	for _, item := range list {
		*v = append(*v, fmt.Sprint(item))
	}
	return nil
}

// operators decide one key: got is nil where the request does not carry the key.
var operators = map[string]func(got *string, want []string) bool{
	"Null": func(got *string, want []string) bool { return slices.Contains(want, strconv.FormatBool(got == nil)) },
	"Bool": func(got *string, want []string) bool {
		return got != nil && slices.ContainsFunc(want, func(w string) bool { return strings.EqualFold(w, *got) })
	},
	"StringEquals":             func(got *string, want []string) bool { return got != nil && slices.Contains(want, *got) },
	"StringNotEquals":          func(got *string, want []string) bool { return got == nil || !slices.Contains(want, *got) },
	"NumericGreaterThan":       numeric(func(got, want float64) bool { return got > want }),
	"NumericGreaterThanEquals": numeric(func(got, want float64) bool { return got >= want }),
	"NumericLessThan":          numeric(func(got, want float64) bool { return got < want }),
	"NumericLessThanEquals":    numeric(func(got, want float64) bool { return got <= want }),
	"IpAddress":                func(got *string, want []string) bool { return got != nil && inRanges(*got, want) },
	"NotIpAddress":             func(got *string, want []string) bool { return got == nil || !inRanges(*got, want) },
}

func numeric(holds func(got, want float64) bool) func(*string, []string) bool {
	return func(got *string, want []string) bool {
		if got == nil {
			return false
		}
		g, err := strconv.ParseFloat(*got, 64)
		return err == nil && slices.ContainsFunc(want, func(w string) bool {
			limit, err := strconv.ParseFloat(w, 64)
			return err == nil && holds(g, limit)
		})
	}
}

func inRanges(address string, ranges []string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(ranges, func(r string) bool {
		prefix, err := netip.ParsePrefix(r)
		if err != nil {
			single, err := netip.ParseAddr(r)
			return err == nil && single == ip
		}
		return prefix.Contains(ip)
	})
}

// knownKeys are the condition keys that requestKeys can fill in.
var knownKeys = []string{
	"aws:SecureTransport", "aws:SourceIp", "s3:authType", "s3:signatureversion", "s3:signatureAge",
	"s3:if-none-match", "s3:if-match", "s3:ObjectCreationOperation", "s3:x-amz-content-sha256",
}

func (c Condition) validate() error {
	for operator, keys := range c {
		if operators[operator] == nil {
			return fmt.Errorf("the local S3 does not know the condition operator %s", operator)
		}
		for key := range keys {
			if !slices.ContainsFunc(knownKeys, func(k string) bool { return strings.EqualFold(k, key) }) {
				return fmt.Errorf("the local S3 does not know the condition key %s", key)
			}
		}
	}
	return nil
}

// holds tells whether every condition is true of the request.
func (c Condition) holds(request map[string]string) bool {
	for operator, keys := range c {
		for key, want := range keys {
			var got *string
			// Condition key names are not case-sensitive.
			if value, ok := request[strings.ToLower(key)]; ok {
				got = &value
			}
			if !operators[operator](got, want) {
				return false
			}
		}
	}
	return true
}

// requestKeys are the request's values for the condition keys, by lower-case name
// ("Actions, resources, and condition keys for Amazon S3", Service Authorization Reference).
func requestKeys(r *fasthttp.RequestCtx, now time.Time) map[string]string {
	keys := map[string]string{
		// On AWS every client of this stack comes by TLS; here loopback stands for it.
		"aws:securetransport":        "true",
		"s3:objectcreationoperation": strconv.FormatBool(createsObject(r)),
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr().String()); err == nil {
		keys["aws:sourceip"] = host
	}
	for key, header := range map[string]string{
		"s3:if-none-match": "If-None-Match", "s3:if-match": "If-Match", "s3:x-amz-content-sha256": "X-Amz-Content-Sha256",
	} {
		if value := r.Request.Header.Peek(header); len(value) > 0 {
			keys[key] = string(value)
		}
	}
	var signedAt string
	query := r.QueryArgs()
	switch {
	case query.Has("X-Amz-Signature"):
		keys["s3:authtype"], keys["s3:signatureversion"] = "REST-QUERY-STRING", string(query.Peek("X-Amz-Algorithm"))
		signedAt = string(query.Peek("X-Amz-Date"))
	case query.Has("Signature"):
		keys["s3:authtype"], keys["s3:signatureversion"] = "REST-QUERY-STRING", "AWS"
	case len(r.Request.Header.Peek("Authorization")) > 0:
		algorithm, _, _ := strings.Cut(string(r.Request.Header.Peek("Authorization")), " ")
		keys["s3:authtype"], keys["s3:signatureversion"] = "REST-HEADER", algorithm
		signedAt = string(r.Request.Header.Peek("X-Amz-Date"))
	case r.IsPost() && strings.HasPrefix(string(r.Request.Header.ContentType()), "multipart/form-data"):
		keys["s3:authtype"] = "POST"
	}
	if t, err := time.Parse("20060102T150405Z", signedAt); err == nil {
		keys["s3:signatureage"] = strconv.FormatInt(now.Sub(t).Milliseconds(), 10)
	}
	return keys
}

// createsObject tells whether the request ends in a new object: PutObject, CopyObject and CompleteMultipartUpload do,
// CreateMultipartUpload and UploadPart do not ("Enforce conditional writes on Amazon S3 buckets", Amazon S3 User Guide).
func createsObject(r *fasthttp.RequestCtx) bool {
	query := r.QueryArgs()
	if r.IsPost() {
		return !query.Has("uploads")
	}
	return r.IsPut() && !query.Has("partNumber")
}
