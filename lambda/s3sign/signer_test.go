package presign

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The example of AWS's "Authenticating requests: using query parameters".
func TestSignMatchesAWSDocumentedExample(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Region, cfg.Credentials.SessionToken = "us-east-1", ""
	s := newSigner(cfg)
	s.bucket = url.URL{Scheme: "https", Host: "examplebucket.s3.amazonaws.com"}
	got, err := s.sign(t.Context(), s3Request{method: "GET", key: "test.txt"},
		window{time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), 24 * time.Hour})
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

// Where the SDK's own PresignClient signs all there is to sign, both give the
// same URL, byte for byte.
func TestSignAgreesWithPresignClient(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	in := &s3.PutObjectInput{
		Bucket: &cfg.Bucket, Key: aws.String("uploads/a/b/c.png"),
		ContentLength: aws.Int64(12345), ContentType: aws.String("image/png"),
		ContentDisposition: aws.String("attachment; filename*=UTF-8''K%C3%B6ln.png"),
		IfNoneMatch:        aws.String("*"), Metadata: map[string]string{"album": "2026", "by": "ada"},
		ChecksumSHA256: aws.String(emptySHA256),
	}
	client := s3.New(s3.Options{
		Region:                     cfg.Region,
		Credentials:                aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return cfg.Credentials, nil }),
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
	at, err := time.Parse("20060102T150405Z", u.Query().Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := newSigner(cfg).sign(t.Context(), s3Request{
		method: "PUT", key: *in.Key, size: *in.ContentLength,
		query: url.Values{"x-id": {"PutObject"}}, // which the SDK adds, for access logs
		headers: map[string]string{
			"Content-Type": *in.ContentType, "Content-Disposition": *in.ContentDisposition, "If-None-Match": "*",
			"x-amz-meta-album": "2026", "x-amz-meta-by": "ada", "x-amz-checksum-sha256": emptySHA256,
		},
	}, window{at, testLifetime})
	if err != nil {
		t.Fatal(err)
	}
	if ours.URL != theirs.URL {
		t.Errorf("ours   %s\ntheirs %s", ours.URL, theirs.URL)
	}
}

// Any operation goes through the one signer: with a query, without headers.
func TestSignServesOtherOperations(t *testing.T) {
	t.Parallel()
	s := newSigner(testConfig())
	for name, r := range map[string]s3Request{
		"part":     {method: "PUT", key: "uploads/a/b/c", query: url.Values{"partNumber": {"7"}, "uploadId": {"a/b+c=="}}, size: 5},
		"create":   {method: "POST", key: "uploads/a/b/c", query: url.Values{"uploads": {""}}, headers: map[string]string{"Content-Type": "image/png"}},
		"list":     {method: "GET", key: "uploads/a/b/c", query: url.Values{"uploadId": {"x"}}},
		"abort":    {method: "DELETE", key: "uploads/a/b/c", query: url.Values{"uploadId": {"x"}}},
		"owner":    {method: "PUT", key: "uploads/a/b/c", headers: map[string]string{"x-amz-expected-bucket-owner": "123456789012"}, size: 5},
		"download": {method: "GET", key: "uploads/a/b/c", query: url.Values{"response-content-disposition": {"attachment; filename*=UTF-8''a%20b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := s.sign(t.Context(), r, window{testNow, testLifetime})
			if err != nil {
				t.Fatal(err)
			}
			seen := s3Saw{method: r.method, url: got.URL, headers: got.Headers, size: int(r.size)}
			if err := seen.signatureError(s.credentials.SecretAccessKey); err != nil {
				t.Error(err)
			}
			for name := range r.headers {
				if !slices.Contains(signedHeaders(t, got.URL), strings.ToLower(name)) {
					t.Errorf("%s is not signed as a header", name)
				}
			}
		})
	}
}

func TestSignRefusesToLeaveAHeaderUnsigned(t *testing.T) {
	t.Parallel()
	// The SDK's signer skips this header, whoever sets it.
	_, err := newSigner(testConfig()).sign(t.Context(), s3Request{
		method: "PUT", key: "k", headers: map[string]string{"Expect": "100-continue"},
	}, window{testNow, testLifetime})
	if err == nil {
		t.Error("signed a request with a header left unsigned")
	}
}

func TestPlannedPutSignsAllThatS3MustHold(t *testing.T) {
	t.Parallel()
	always := []string{"content-disposition", "content-type", "host", "if-none-match"}
	sum := "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" // of "test"
	for name, c := range map[string]struct {
		event map[string][]string // a GET if set, else body as a POST
		body  fields
		size  int
		extra []string
	}{
		"Plain":    {body: goodFields(), size: 12345, extra: []string{"content-length"}},
		"Checksum": {body: goodFields().alter(fields{"sha256": sum}), size: 12345, extra: []string{"content-length", "x-amz-checksum-sha256"}},
		"Metadata": {body: goodFields().alter(fields{"metadata": fields{"Album": "2026", "by": "Köln"}}), size: 12345, extra: []string{"content-length", "x-amz-meta-album", "x-amz-meta-by"}},
		"Empty":    {body: goodFields().alter(fields{"size": 0}), extra: []string{"x-amz-checksum-sha256"}},
		"EmptyTwice": {
			body: goodFields().alter(fields{"size": 0, "sha256": emptySHA256}), extra: []string{"x-amz-checksum-sha256"},
		},
		"Largest":       {body: goodFields().alter(fields{"size": testMaxSize}), size: testMaxSize, extra: []string{"content-length"}},
		"GetWithSize":   {event: map[string][]string{"key": {"cat.png"}, "size": {"5"}}, size: 5, extra: []string{"content-length"}},
		"GetEmpty":      {event: map[string][]string{"key": {"cat.png"}, "size": {"0"}}, extra: []string{"x-amz-checksum-sha256"}},
		"GetAnyLength":  {event: map[string][]string{"key": {"cat.png"}}, size: 99},
		"GetTypeNamed":  {event: map[string][]string{"key": {"cat"}, "contentType": {"image/png"}}, size: 1},
		"GetNoneAtRoot": {event: map[string][]string{"key": {"../../cat.png"}}, size: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestHandler(t)
			e := getEvent(c.event)
			if c.event == nil {
				e = postEvent(c.body.String())
			}
			a := planned(t, h, e)
			if a.Method != http.MethodPut {
				t.Errorf("method %s", a.Method)
			}
			want := slices.Sorted(slices.Values(append(slices.Clone(always), c.extra...)))
			if got := signedHeaders(t, a.URL); !slices.Equal(got, want) {
				t.Errorf("signed headers\n got %v\nwant %v", got, want)
			}
			mustBeSigned(t, a.signedAnswer, c.size)
			for name := range a.Headers {
				if lower := strings.ToLower(name); lower == "host" || lower == "content-length" || !slices.Contains(want, lower) {
					t.Errorf("headers tells the caller to set %s", name)
				}
			}
			if got := len(a.Headers); got != len(want)-1-strings.Count(strings.Join(want, ";"), "content-length") {
				t.Errorf("headers has %d entries for the signed headers %v", got, want)
			}
			for _, word := range []string{"checksum", "crc32", "X-Amz-Meta", "x-id"} {
				if strings.Contains(strings.ReplaceAll(a.URL, "SignedHeaders="+u(want), ""), word) {
					t.Errorf("the query holds %q: %s", word, a.URL)
				}
			}
		})
	}
}

// u is how a list of signed headers stands in a URL.
func u(names []string) string { return uriEncode(strings.Join(names, ";")) }

// Each thing that is signed, changed by itself, breaks the signature.
func TestForgeryBreaksTheSignature(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	sum := "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
	a := planned(t, h, postEvent(goodFields().alter(fields{"size": 4, "sha256": sum, "metadata": fields{"album": "2026"}}).String()))
	secret := testConfig().Credentials.SecretAccessKey
	good := s3Saw{method: a.Method, url: a.URL, headers: a.Headers, size: 4}
	if err := good.signatureError(secret); err != nil {
		t.Fatal(err)
	}
	change := func(name, value string) func(*s3Saw) {
		return func(r *s3Saw) { r.headers = maps.Clone(r.headers); r.headers[name] = value }
	}
	replace := func(old, new string) func(*s3Saw) {
		return func(r *s3Saw) {
			if !strings.Contains(r.url, old) {
				t.Fatalf("%q is not in %s", old, r.url)
			}
			r.url = strings.Replace(r.url, old, new, 1)
		}
	}
	for name, forge := range map[string]func(*s3Saw){
		"Method":      func(r *s3Saw) { r.method = "DELETE" },
		"Key":         replace(testSub, "00000000-0000-0000-0000-000000000000"),
		"Longer":      func(r *s3Saw) { r.size++ },
		"Shorter":     func(r *s3Saw) { r.size-- },
		"Type":        change("Content-Type", "text/html"),
		"Checksum":    change("x-amz-checksum-sha256", emptySHA256),
		"Metadata":    change("x-amz-meta-album", "1999"),
		"Disposition": change("Content-Disposition", "inline"),
		"Overwrite":   change("If-None-Match", "x"),
		"Expiry":      replace("X-Amz-Expires=600", "X-Amz-Expires=6000"),
		"Date":        replace("X-Amz-Date=20260818T100000Z", "X-Amz-Date=20260818T110000Z"),
		"Unsigned":    replace("content-length%3B", ""),
	} {
		forged := good
		forge(&forged)
		if forged.signatureError(secret) == nil {
			t.Errorf("%s: forged unnoticed", name)
		}
	}
}

func TestExpiryIsWhatTheCredentialsAllow(t *testing.T) {
	t.Parallel()
	expiring := func(in time.Duration) func(*Config) {
		return func(c *Config) { c.Credentials.CanExpire, c.Credentials.Expires = true, testNow.Add(in) }
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   int
		at     string
	}{
		"Configured":   {func(*Config) {}, 600, "2026-08-18T10:10:00Z"},
		"OneSecond":    {func(c *Config) { c.URLLifetime = time.Second }, 1, "2026-08-18T10:00:01Z"},
		"LongerLived":  {expiring(time.Hour), 600, "2026-08-18T10:10:00Z"},
		"ShorterLived": {expiring(90*time.Second + 900*time.Millisecond), 91, "2026-08-18T10:01:31Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestHandler(t, c.change)
			a := planned(t, h, postEvent(goodFields().String()))
			if a.ExpiresIn != c.want || a.ExpiresAt != c.at {
				t.Errorf("expires in %d at %s; want %d at %s", a.ExpiresIn, a.ExpiresAt, c.want, c.at)
			}
			q, err := url.Parse(a.URL)
			if err != nil {
				t.Fatal(err)
			}
			date, err := time.Parse("20060102T150405Z", q.Query().Get("X-Amz-Date"))
			if err != nil {
				t.Fatal(err)
			}
			life, err := time.ParseDuration(q.Query().Get("X-Amz-Expires") + "s")
			if err != nil {
				t.Fatal(err)
			}
			if got := date.Add(life).Format(time.RFC3339); got != a.ExpiresAt {
				t.Errorf("the URL expires at %s, but expiresAt says %s", got, a.ExpiresAt)
			}
		})
	}
	for name, in := range map[string]time.Duration{"Expired": -time.Minute, "NearlyExpired": 9 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, j := newTestHandler(t, expiring(in))
			r := refused(t, h, postEvent(goodFields().String()), 500, Internal, "")
			if strings.Contains(r.Error.Message, "credential") {
				t.Errorf("the caller is told of our credentials: %s", r.Error.Message)
			}
			line := j.lines(t)[0]
			if text, _ := line["error"].(string); !strings.Contains(text, "credentials expire at "+testNow.Add(in).Format(time.RFC3339)) || line["level"] != "ERROR" {
				t.Errorf("the log does not say what is wrong: %v", line)
			}
		})
	}
}
