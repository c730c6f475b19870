package s3sign

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signer signs requests to one bucket. It may be used concurrently.
type Signer struct {
	sigv4       *v4.Signer
	bucket      url.URL // https://<bucket>.s3.<region>.amazonaws.com, or see bucketURL
	region      string
	credentials aws.Credentials
}

// New makes a signer for a bucket.
func New(bucket string, r Runtime) (*Signer, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("s3sign: %w", err)
	}
	return &Signer{
		sigv4: v4.NewSigner(func(o *v4.SignerOptions) {
			// S3 signs the path as it is sent, escaped once.
			o.DisableURIPathEscaping = true
			// Otherwise the signer moves x-amz-* headers into the query, and S3 doesn't compare
			// them there with what the caller sends.
			o.DisableHeaderHoisting = true
		}),
		bucket:      bucketURL(bucket, r),
		region:      r.Region,
		credentials: r.Credentials,
	}, nil
}

// minLifetime is the shortest lifetime that is useful. Credentials that expire sooner count as
// expired.
const minLifetime = 10 * time.Second

// Validity returns the validity of requests that are signed now. It ends after the lifetime, which
// is in whole seconds, or when the credentials expire, whichever is first.
func (s *Signer) Validity(now time.Time, lifetime time.Duration) (Validity, error) {
	v := Validity{From: now.UTC().Truncate(time.Second), Lifetime: lifetime}
	if !s.credentials.CanExpire {
		return v, nil
	}
	left := s.credentials.Expires.Sub(v.From).Truncate(time.Second)
	if left < minLifetime {
		return Validity{}, fmt.Errorf("s3sign: credentials expire at %s, too soon to sign with", s.credentials.Expires.UTC().Format(time.RFC3339))
	}
	v.Lifetime = min(v.Lifetime, left)
	return v, nil
}

// SignedRequest is a request to S3 that the caller sends exactly as it is. Headers holds only what
// the caller must set explicitly: never Host or Content-Length.
type SignedRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

// Sign signs an operation.
func (s *Signer) Sign(ctx context.Context, o Operation, v Validity) (SignedRequest, error) {
	query := url.Values{"X-Amz-Expires": {strconv.FormatInt(int64(v.Lifetime/time.Second), 10)}}
	maps.Copy(query, o.query)
	u := s.bucket
	u.Path += "/" + o.key
	u.RawQuery = query.Encode()

	if o.headers == nil {
		o.headers = map[string]string{} // "headers" is an object in every answer
	}
	header := make(http.Header, len(o.headers))
	for name, value := range o.headers {
		header[name] = []string{value}
	}
	wanted := 1 + len(o.headers) // host
	if o.size > 0 {
		wanted++ // content-length
	}
	signed, signedHeaders, err := s.sigv4.PresignHTTP(ctx, s.credentials, &http.Request{
		Method:        o.method,
		URL:           &u,
		Host:          u.Host,
		Header:        header,
		ContentLength: max(o.size, 0),
	}, "UNSIGNED-PAYLOAD", "s3", s.region, v.From)
	if err != nil {
		return SignedRequest{}, fmt.Errorf("s3sign: %w", err)
	}
	// S3 doesn't enforce what isn't signed, so a header that the SDK's signer leaves out must not
	// go unnoticed.
	if len(signedHeaders) != wanted {
		return SignedRequest{}, errors.New("s3sign: a header was left unsigned")
	}
	return SignedRequest{Method: o.method, URL: signed, Headers: o.headers}, nil
}

// MaxRequestLength is the largest [SignedRequest.Length], in bytes. S3 accepts 8 KB of request line
// and headers ("Working with object metadata", Amazon S3 User Guide); the rest is for the headers
// that a browser adds.
const MaxRequestLength = 7 << 10

// Length returns the length of the request line and the headers, in bytes.
func (r SignedRequest) Length() int {
	n := len(r.Method) + len(r.URL)
	for name, value := range r.Headers {
		n += len(name) + len(value) + len(": \r\n")
	}
	return n
}
