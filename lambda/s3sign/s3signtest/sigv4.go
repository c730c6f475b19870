// Package s3signtest checks signed requests as S3 does when they come in. It computes Signature
// Version 4 from "Create a signed AWS API request" and "Authenticating requests: using query
// parameters" (AWS documentation) alone, and shares no code with the SDK:
//
//	r := s3signtest.Request{Method: "PUT", URL: signed.URL, Headers: signed.Headers, Size: 12345}
//	err := r.SignatureError(secretAccessKey)
//
// Only tests import it.
package s3signtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Request is a request as it reaches S3.
type Request struct {
	Method  string
	URL     string
	Headers map[string]string // as the caller set them
	Size    int               // length of the body that it sends
}

// SignatureError returns why S3 would refuse the signature, nil if it would not.
func (r Request) SignatureError(secret string) error {
	u, err := url.Parse(r.URL)
	if err != nil {
		return err
	}
	headers, err := r.canonicalHeaders(u)
	if err != nil {
		return err
	}
	query := u.Query()
	canonical := strings.Join([]string{
		r.Method, u.EscapedPath(), canonicalQuery(query), headers, query.Get("X-Amz-SignedHeaders"), "UNSIGNED-PAYLOAD",
	}, "\n")

	_, scope, _ := strings.Cut(query.Get("X-Amz-Credential"), "/")
	parts := strings.Split(scope, "/") // date/region/service/aws4_request
	if len(parts) != 4 || !strings.HasPrefix(query.Get("X-Amz-Date"), parts[0]) {
		return fmt.Errorf("the credential scope is %q", scope)
	}
	digest := sha256.Sum256([]byte(canonical))
	toSign := "AWS4-HMAC-SHA256\n" + query.Get("X-Amz-Date") + "\n" + scope + "\n" + hex.EncodeToString(digest[:])
	key := []byte("AWS4" + secret)
	for _, part := range parts {
		key = mac(key, part)
	}
	if want := hex.EncodeToString(mac(key, toSign)); query.Get("X-Amz-Signature") != want {
		return fmt.Errorf("the signature does not match the canonical request\n%s", canonical)
	}
	return nil
}

// canonicalHeaders returns one line for each signed header, as it was sent.
func (r Request) canonicalHeaders(u *url.URL) (string, error) {
	sent := map[string]string{"host": u.Host, "content-length": strconv.Itoa(r.Size)}
	for name, value := range r.Headers {
		sent[strings.ToLower(name)] = value
	}
	var lines strings.Builder
	for _, name := range SignedHeaders(r.URL) {
		value, ok := sent[name]
		if !ok {
			return "", fmt.Errorf("the header %s is signed but was not sent", name)
		}
		lines.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	return lines.String(), nil
}

func canonicalQuery(query url.Values) string {
	var names []string
	for name := range query {
		if name != "X-Amz-Signature" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		for _, value := range slices.Sorted(slices.Values(query[name])) { // a parameter that is added again is signed as well
			pairs = append(pairs, URIEncode(name)+"="+URIEncode(value))
		}
	}
	return strings.Join(pairs, "&")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// URIEncode is AWS's UriEncode: it encodes all but the unreserved characters of RFC 3986.
func URIEncode(s string) string {
	var out strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// SignedHeaders returns the names of the headers that a URL signs, in lower case.
func SignedHeaders(signedURL string) []string {
	u, err := url.Parse(signedURL)
	if err != nil {
		return nil
	}
	return strings.Split(u.Query().Get("X-Amz-SignedHeaders"), ";")
}
