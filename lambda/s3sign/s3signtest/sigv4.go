package presign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What follows computes Signature Version 4 a second time, from AWS's "Create
// a signed AWS API request" and "Authenticating requests: using query
// parameters" alone, as S3 does when the request comes in. It shares no code
// with the SDK.

// s3Saw is a request as it reaches S3.
type s3Saw struct {
	method  string
	url     string
	headers map[string]string // as the caller set them
	size    int               // the length of the body it sends
}

// signatureError says how S3 would object, nil if it would not.
func (r s3Saw) signatureError(secret string) error {
	u, err := url.Parse(r.url)
	if err != nil {
		return err
	}
	headers := map[string]string{"host": u.Host, "content-length": strconv.Itoa(r.size)}
	for name, value := range r.headers {
		headers[strings.ToLower(name)] = value
	}
	query := u.Query()
	var names []string
	for name := range query {
		if name != "X-Amz-Signature" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, uriEncode(name)+"="+uriEncode(query.Get(name)))
	}
	signed := strings.Split(query.Get("X-Amz-SignedHeaders"), ";")
	var lines strings.Builder
	for _, name := range signed {
		value, ok := headers[name]
		if !ok {
			return fmt.Errorf("the header %s is signed but was not sent", name)
		}
		lines.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	canonical := strings.Join([]string{
		r.method, u.EscapedPath(), strings.Join(pairs, "&"), lines.String(), strings.Join(signed, ";"), "UNSIGNED-PAYLOAD",
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

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// uriEncode is AWS's UriEncode: all but the unreserved characters of RFC 3986.
func uriEncode(s string) string {
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

// mustBeSigned replays a signed request with a body of size bytes.
func mustBeSigned(t testing.TB, a signedAnswer, size int) {
	t.Helper()
	r := s3Saw{method: a.Method, url: a.URL, headers: a.Headers, size: size}
	if err := r.signatureError(testConfig().Credentials.SecretAccessKey); err != nil {
		t.Fatalf("S3 would refuse the signed request: %v", err)
	}
}

func signedHeaders(t testing.TB, signedURL string) []string {
	t.Helper()
	u, err := url.Parse(signedURL)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(u.Query().Get("X-Amz-SignedHeaders"), ";")
}
