package s3sign

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"signpost/lambda/s3sign/s3signtest"
)

const (
	testBucket   = "signpost-uploads"
	testLifetime = 10 * time.Minute
)

var testNow = time.Date(2026, 8, 18, 10, 0, 0, 0, time.UTC)

// testRuntime is Lambda's. The keys are AWS's documented examples.
func testRuntime() Runtime {
	return Runtime{Region: "eu-west-1", Credentials: aws.Credentials{
		AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
		SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		SessionToken:    "IQoJb3JpZ2luX2VjEXAMPLEsessionTOKEN//////////wEaCWV1LXdlc3QtMQ==",
	}}
}

func newTestSigner(t testing.TB, r Runtime) *Signer {
	t.Helper()
	s, err := New(testBucket, r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The example of AWS's "Authenticating requests: using query parameters".
func TestSignMatchesAWSDocumentedExample(t *testing.T) {
	t.Parallel()
	r := testRuntime()
	r.Region, r.Credentials.SessionToken = "us-east-1", ""
	s := newTestSigner(t, r)
	s.bucket = url.URL{Scheme: "https", Host: "examplebucket.s3.amazonaws.com"}
	got, err := s.Sign(t.Context(), Operation{method: "GET", key: "test.txt"}, Validity{time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	const want = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z" +
		"&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
		"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if got.URL != want {
		t.Errorf("got  %s\nwant %s", got.URL, want)
	}
}

// Where the SDK's own PresignClient signs everything, both give the same URL, byte for byte.
func TestSignAgreesWithPresignClient(t *testing.T) {
	t.Parallel()
	r, bucket := testRuntime(), testBucket
	object := Object{Filename: "Köln.png", ContentType: "image/png", Size: 12345, SHA256: EmptySHA256, Metadata: map[string]string{"album": "2026", "by": "ada"}}
	in := &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String("uploads/a/b/c.png"),
		ContentLength: &object.Size, ContentType: &object.ContentType,
		ContentDisposition: aws.String("attachment; filename*=UTF-8''K%C3%B6ln.png"),
		IfNoneMatch:        aws.String("*"), Metadata: object.Metadata,
		ChecksumSHA256: aws.String(EmptySHA256),
	}
	client := s3.New(s3.Options{
		Region:                     r.Region,
		Credentials:                aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return r.Credentials, nil }),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	})
	theirs, err := s3.NewPresignClient(client).PresignPutObject(t.Context(), in, s3.WithPresignExpires(testLifetime))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(theirs.URL)
	if err != nil {
		t.Fatal(err)
	}
	from, err := time.Parse("20060102T150405Z", u.Query().Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	put := PutObject(*in.Key, object)
	put.query = url.Values{"x-id": {"PutObject"}} // which the SDK adds, for access logs
	ours, err := newTestSigner(t, r).Sign(t.Context(), put, Validity{from, testLifetime})
	if err != nil {
		t.Fatal(err)
	}
	if ours.URL != theirs.URL {
		t.Errorf("ours   %s\ntheirs %s", ours.URL, theirs.URL)
	}
}

func TestSignRefusesToLeaveAHeaderUnsigned(t *testing.T) {
	t.Parallel()
	// The SDK's signer skips this header.
	_, err := newTestSigner(t, testRuntime()).Sign(t.Context(), Operation{
		method: "PUT", key: "k", headers: map[string]string{"Expect": "100-continue"},
	}, Validity{testNow, testLifetime})
	if err == nil {
		t.Error("signed a request with a header left unsigned")
	}
}

// Every operation is what S3's documentation says, and S3 takes its signature.
func TestOperations(t *testing.T) {
	t.Parallel()
	const key = "uploads/a/b/c"
	upload := MultipartUpload{Key: key, ID: "a/b+c=="}
	file := Object{Filename: "a.png", ContentType: "image/png", Size: 5, SHA256: EmptySHA256, Metadata: map[string]string{"album": "2026"}}
	stored := map[string]string{"Content-Type": "image/png", "Content-Disposition": "attachment; filename*=UTF-8''a.png", "x-amz-meta-album": "2026"}
	and := func(more map[string]string) map[string]string { maps.Copy(more, stored); return more }
	fixed := url.Values{"response-cache-control": {"private, no-store"}, "response-content-encoding": {"identity"},
		"response-content-language": {"und"}, "response-expires": {"Thu, 01 Jan 1970 00:00:00 GMT"}}
	empty := file
	empty.Size, empty.SHA256 = 0, ""
	unsized := file
	unsized.Size, unsized.SHA256 = UnknownSize, ""
	for name, test := range map[string]struct {
		operation Operation
		method    string
		query     url.Values
		headers   map[string]string
		path      string // if it isn't the key's
		size      int    // of the body, and of Content-Length if it is signed
		unsized   bool
	}{
		"PutObject": {operation: PutObject(key, file), method: "PUT",
			headers: and(map[string]string{"If-None-Match": "*", "x-amz-checksum-sha256": EmptySHA256}), size: 5},
		"PutObjectEmpty": {operation: PutObject(key, empty), method: "PUT",
			headers: and(map[string]string{"If-None-Match": "*", "x-amz-checksum-sha256": EmptySHA256}), unsized: true},
		"PutObjectUnsized": {operation: PutObject(key, unsized), method: "PUT", headers: and(map[string]string{"If-None-Match": "*"}), size: 99, unsized: true},
		"CreateMultipartUpload": {operation: CreateMultipartUpload(key, file, false), method: "POST",
			query: url.Values{"uploads": {""}}, headers: and(map[string]string{}), unsized: true},
		"CreateMultipartUploadWithChecksums": {operation: CreateMultipartUpload(key, file, true), method: "POST",
			query: url.Values{"uploads": {""}}, headers: and(map[string]string{"x-amz-checksum-algorithm": "SHA256"}), unsized: true},
		"UploadPart": {operation: UploadPart(upload, 7, 5, ""), method: "PUT", query: url.Values{"uploadId": {"a/b+c=="}, "partNumber": {"7"}}, size: 5},
		"UploadPartWithChecksum": {operation: UploadPart(upload, 10_000, 1, EmptySHA256), method: "PUT",
			query: url.Values{"uploadId": {"a/b+c=="}, "partNumber": {"10000"}}, headers: map[string]string{"x-amz-checksum-sha256": EmptySHA256}, size: 1},
		"CompleteMultipartUpload": {operation: CompleteMultipartUpload(upload, 1<<40), method: "POST", query: url.Values{"uploadId": {"a/b+c=="}},
			headers: map[string]string{"Content-Type": "application/xml", "If-None-Match": "*", "x-amz-mp-object-size": "1099511627776"}, size: 99, unsized: true},
		"ListParts": {operation: ListParts(upload, 0), method: "GET", query: url.Values{"uploadId": {"a/b+c=="}, "max-parts": {"1000"}}, unsized: true},
		"ListPartsAfter": {operation: ListParts(upload, 1000), method: "GET",
			query: url.Values{"uploadId": {"a/b+c=="}, "max-parts": {"1000"}, "part-number-marker": {"1000"}}, unsized: true},
		"AbortMultipartUpload": {operation: AbortMultipartUpload(upload), method: "DELETE", query: url.Values{"uploadId": {"a/b+c=="}}, unsized: true},
		"GetObject":            {operation: GetObject(key, Presentation{}), method: "GET", query: fixed, unsized: true},
		"ListObjectsV2": {operation: ListObjectsV2("uploads/a/", "", 1000), method: "GET", path: "/",
			query: url.Values{"list-type": {"2"}, "prefix": {"uploads/a/"}, "max-keys": {"1000"}}, unsized: true},
		"ListObjectsV2After": {operation: ListObjectsV2("uploads/a/", key, 7), method: "GET", path: "/",
			query: url.Values{"list-type": {"2"}, "prefix": {"uploads/a/"}, "max-keys": {"7"}, "start-after": {key}}, unsized: true},
		"DeleteObject":     {operation: DeleteObject(key), method: "DELETE", unsized: true},
		"GetObjectTagging": {operation: GetObjectTagging(key), method: "GET", query: url.Values{"tagging": {""}}, unsized: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testRuntime()
			got, err := newTestSigner(t, r).Sign(t.Context(), test.operation, Validity{testNow, testLifetime})
			if err != nil {
				t.Fatal(err)
			}
			seen := s3signtest.Request{Method: test.method, URL: got.URL, Headers: got.Headers, Size: test.size}
			if err := seen.SignatureError(r.Credentials.SecretAccessKey); err != nil {
				t.Error(err)
			}
			if !maps.Equal(got.Headers, test.headers) || got.Headers == nil {
				t.Errorf("headers %v, want %v", got.Headers, test.headers)
			}
			wantSigned := []string{"host"}
			for name := range test.headers {
				wantSigned = append(wantSigned, strings.ToLower(name))
			}
			if !test.unsized {
				wantSigned = append(wantSigned, "content-length")
			}
			slices.Sort(wantSigned)
			if signed := s3signtest.SignedHeaders(got.URL); !slices.Equal(signed, wantSigned) {
				t.Errorf("signed headers %v, want %v", signed, wantSigned)
			}
			u, err := url.Parse(got.URL)
			if err != nil {
				t.Fatal(err)
			}
			query := u.Query()
			maps.DeleteFunc(query, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz-") })
			if query.Encode() != test.query.Encode() || u.Path != cmp.Or(test.path, "/"+key) {
				t.Errorf("path %s, query %v; want %v", u.Path, query, test.query)
			}
		})
	}
}

func TestValidityEndsWithTheCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		expires time.Duration // 0 for never
		want    time.Duration // 0 for an error
	}{
		"Configured":    {0, testLifetime},
		"LongerLived":   {time.Hour, testLifetime},
		"ShorterLived":  {90*time.Second + 900*time.Millisecond, 90 * time.Second},
		"Shortest":      {10 * time.Second, 10 * time.Second},
		"NearlyExpired": {9 * time.Second, 0},
		"Expired":       {-time.Minute, 0},
	} {
		r := testRuntime()
		if test.expires != 0 {
			r.Credentials.CanExpire, r.Credentials.Expires = true, testNow.Add(test.expires)
		}
		v, err := newTestSigner(t, r).Validity(testNow.Add(123*time.Millisecond).In(time.FixedZone("", 7200)), testLifetime)
		switch {
		case test.want == 0 && (err == nil || !strings.Contains(err.Error(), "credentials expire at "+r.Credentials.Expires.Format(time.RFC3339))):
			t.Errorf("%s: %v, %v", name, v, err)
		case test.want != 0 && (err != nil || v.Lifetime != test.want || v.From != testNow || v.End() != testNow.Add(test.want)):
			t.Errorf("%s: %v, %v; want %v from %v", name, v, err, test.want, testNow)
		}
	}
}

func TestLengthOfARequest(t *testing.T) {
	t.Parallel()
	r := SignedRequest{Method: "PUT", URL: "https://a", Headers: map[string]string{"A": "1", "Bc": "23"}}
	if got, want := r.Length(), len("PUT"+"https://a"+"A: 1\r\n"+"Bc: 23\r\n"); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}
