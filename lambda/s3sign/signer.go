package presign

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// minLifetime is the shortest life worth handing out. Credentials with less
// left are as good as expired.
const minLifetime = 10 * time.Second

// signer signs requests to one bucket.
type signer struct {
	sigv4       *v4.Signer
	bucket      url.URL // https://<bucket>.s3.<region>.amazonaws.com, or <endpoint>/<bucket>
	region      string
	credentials aws.Credentials
	lifetime    time.Duration
}

// s3Request is what S3 is to be held to.
type s3Request struct {
	method  string
	key     string
	query   url.Values        // of the S3 operation, such as partNumber; may be nil
	headers map[string]string // each one is signed, as a header
	size    int64             // of the body: signed as Content-Length if over 0, and not if 0 or unknownSize
}

// signedRequest is a request to S3 that the caller replays word for word.
// Headers holds just what must be set by hand: never Host or Content-Length.
type signedRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

func newSigner(cfg Config) *signer {
	return &signer{
		sigv4: v4.NewSigner(func(o *v4.SignerOptions) {
			// S3 signs the path as it is sent, escaped once.
			o.DisableURIPathEscaping = true
			// Else the signer moves x-amz-* headers into the query, where S3
			// doesn't compare them with what the caller sends.
			o.DisableHeaderHoisting = true
		}),
		bucket:      bucketURL(cfg),
		region:      cfg.Region,
		credentials: cfg.Credentials,
		lifetime:    cfg.URLLifetime,
	}
}

// lifetimeAt is how long a URL signed now will live: as configured, or as long
// as the credentials, whichever ends first. Whole seconds.
func (s *signer) lifetimeAt(now time.Time) (time.Duration, error) {
	if !s.credentials.CanExpire {
		return s.lifetime, nil
	}
	left := s.credentials.Expires.Sub(now).Truncate(time.Second)
	if left < minLifetime {
		return 0, fmt.Errorf("credentials expire at %s, too soon to sign with", s.credentials.Expires.UTC().Format(time.RFC3339))
	}
	return min(s.lifetime, left), nil
}

// sign signs any request to the bucket. It is the one way of signing: a
// further operation is a method, a query and headers, and no more code.
func (s *signer) sign(ctx context.Context, r s3Request, w window) (signedRequest, error) {
	query := url.Values{"X-Amz-Expires": {strconv.FormatInt(int64(w.lifetime/time.Second), 10)}}
	for name, values := range r.query {
		query[name] = values
	}
	u := s.bucket
	u.Path += "/" + r.key
	u.RawQuery = query.Encode()

	if r.headers == nil {
		r.headers = map[string]string{} // "headers" is an object in every answer
	}
	header := make(http.Header, len(r.headers))
	for name, value := range r.headers {
		header[name] = []string{value}
	}
	wanted := 1 + len(r.headers) // host
	if r.size > 0 {
		wanted++ // content-length
	}
	signed, signedHeaders, err := s.sigv4.PresignHTTP(ctx, s.credentials, &http.Request{
		Method:        r.method,
		URL:           &u,
		Host:          u.Host,
		Header:        header,
		ContentLength: max(r.size, 0),
	}, "UNSIGNED-PAYLOAD", "s3", s.region, w.from)
	if err != nil {
		return signedRequest{}, fmt.Errorf("sign: %w", err)
	}
	// What is not signed is not enforced, so a signer that leaves a header out
	// must not go unnoticed.
	if len(signedHeaders) != wanted {
		return signedRequest{}, errors.New("sign: a header was left unsigned")
	}
	return signedRequest{Method: r.method, URL: signed, Headers: r.headers}, nil
}

// maxSignedRequest is the most that a signed request may come to, in bytes.
// S3 takes 8 KB of request line and headers (AWS, "Working with object
// metadata"); the rest is for those a browser adds.
const maxSignedRequest = 7 << 10

// length is what the request line and the headers we ask for come to.
func (r signedRequest) length() int {
	n := len(r.Method) + len(r.URL)
	for name, value := range r.Headers {
		n += len(name) + len(value) + len(": \r\n")
	}
	return n
}
