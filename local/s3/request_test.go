package s3

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signed describes a presigned request. The zero value of each field has a useful default.
type signed struct {
	base    string
	method  string
	key     string
	query   url.Values
	header  map[string]string
	length  int64
	creds   aws.Credentials
	at      time.Time
	expires time.Duration
}

func (s signed) sign(t *testing.T) (string, http.Header) {
	t.Helper()
	target, header, err := s.trySign()
	if err != nil {
		t.Fatal(err)
	}
	return target, header
}

func (s signed) trySign() (string, http.Header, error) {
	if s.method == "" {
		s.method = http.MethodPut
	}
	if s.base == "" {
		s.base = server.URL
	}
	if s.creds.AccessKeyID == "" {
		s.creds = uploader
	}
	if s.at.IsZero() {
		s.at = time.Now()
	}
	if s.expires == 0 {
		s.expires = 10 * time.Minute
	}
	query := url.Values{"X-Amz-Expires": {fmt.Sprint(int(s.expires.Seconds()))}}
	for k, v := range s.query {
		query[k] = v
	}
	r, err := http.NewRequest(s.method, s.base+"/"+testBucket+"/"+s.key+"?"+query.Encode(), nil)
	if err != nil {
		return "", nil, err
	}
	r.ContentLength = s.length
	for k, v := range s.header {
		r.Header.Set(k, v)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true })
	signedURL, _, err := signer.PresignHTTP(context.Background(), s.creds, r, "UNSIGNED-PAYLOAD", "s3", testRegion, s.at)
	return signedURL, r.Header, err
}

// send signs and sends the request, and returns the status and S3's code.
func (s signed) send(t *testing.T, body []byte) (int, string) {
	t.Helper()
	if s.length == 0 {
		s.length = int64(len(body))
	}
	signedURL, header := s.sign(t)
	method := s.method
	if method == "" {
		method = http.MethodPut
	}
	return do(t, method, signedURL, header, body)
}

func do(t *testing.T, method, target string, header http.Header, body []byte) (int, string) {
	t.Helper()
	got := answerTo(t, method, target, header, body)
	var refusal struct{ Code string }
	xml.Unmarshal(got.body, &refusal)
	return got.status, refusal.Code
}

var once = map[string]string{"If-None-Match": "*"}

func stored(key string) bool {
	_, err := os.Stat(filepath.Join(dataDir, key))
	return err == nil
}

func wantAnswer(t *testing.T, status int, code string, wantStatus int, wantCode string) {
	t.Helper()
	if status != wantStatus || code != wantCode {
		t.Errorf("got %d %s, want %d %s", status, code, wantStatus, wantCode)
	}
}

type answer struct {
	status int
	etag   string
	body   []byte
	header http.Header
}

// ask sends the request and returns the answer.
func (s signed) ask(t *testing.T, body []byte) answer {
	t.Helper()
	s.length = int64(len(body))
	target, header := s.sign(t)
	if s.method == "" {
		s.method = http.MethodPut
	}
	return answerTo(t, s.method, target, header, body)
}

// code returns S3's error code.
func (a answer) code() string { return errorCode(a.body, a.status) }

func answerTo(t *testing.T, method, target string, header http.Header, body []byte) answer {
	t.Helper()
	a, err := tryAnswer(method, target, header, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tryAnswer(method, target string, header http.Header, body []byte) (answer, error) {
	r, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header = header.Clone()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header.Get("ETag"), raw, response.Header}, err
}
