package conformance_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestForgedBody(t *testing.T) {
	withSum := fields{"sha256": helloSHA256}
	checkForgeries(t, map[string]forgery{
		"ErrLonger":             {change: setBody("hello!")},
		"ErrMuchLonger":         {change: setBody(strings.Repeat("x", 1<<20))},
		"ErrShorter":            {change: setBody("hell")},
		"ErrNothing":            {change: setBody("")},
		"ErrOtherBytes":         {planned: withSum, change: setBody("HELLO"), status: 400, code: "BadDigest"},
		"ErrChunked":            {change: chunked, onAWS: "NotImplemented"},
		"ErrAWSChunked":         {change: allOf(setBody("5\r\nhello\r\n0\r\n\r\n"), setHeader("Content-Encoding", "aws-chunked"), setHeader("x-amz-decoded-content-length", "5"), setHeader("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrWrongMD5":           {change: setHeader("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), status: 400, code: "BadDigest"},
		"ErrEmptyFileGetsByte":  {planned: fields{"size": 0}, change: setBody("x"), status: 400, code: "BadDigest"},
		"ErrEmptyFileGetsMuch":  {planned: fields{"size": 0}, change: setBody(strings.Repeat("x", 1<<20)), status: 400, code: "BadDigest"},
		"ErrEmptyFileChunked":   {planned: fields{"size": 0}, change: allOf(setBody("x"), chunked), status: 411, code: "MissingContentLength", onAWS: "NotImplemented"},
		"ErrEmptyFileNoSum":     {planned: fields{"size": 0}, change: allOf(setBody("x"), dropHeader("x-amz-checksum-sha256"))},
		"ErrEmptyFileOtherSum":  {planned: fields{"size": 0}, change: allOf(setBody("hello"), setHeader("x-amz-checksum-sha256", helloSHA256))},
		"ErrEmptyFileOtherKind": {planned: fields{"size": 0}, change: allOf(setBody("hello"), setHeader("x-amz-checksum-crc32", "NhCmhg==")), code: notSigned},
	})
}

// chunked sends the body without its length.
func chunked(r *http.Request) { r.ContentLength = -1 }

// TestChunkedWithoutASize: where no length is signed, one must still be sent.
func TestChunkedWithoutASize(t *testing.T) {
	t.Parallel()
	p := planned(t, documents(t, "key=cat.png"), 200)
	checkRefusal(t, s3(t, p.request(t, "hello", chunked)), forgery{status: 411, code: "MissingContentLength", onAWS: "NotImplemented"})
	checkNotStored(t, p, "hello")
}
