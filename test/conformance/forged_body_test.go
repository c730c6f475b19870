package conformance_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
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
		"ErrAWSChunked":         {change: both(setBody("5\r\nhello\r\n0\r\n\r\n"), setHeader("Content-Encoding", "aws-chunked"), setHeader("x-amz-decoded-content-length", "5"), setHeader("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrWrongMD5":           {change: setHeader("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), status: 400, code: "BadDigest"},
		"ErrEmptyFileGetsByte":  {planned: fields{"size": 0}, change: setBody("x"), status: 400, code: "BadDigest"},
		"ErrEmptyFileGetsMuch":  {planned: fields{"size": 0}, change: setBody(strings.Repeat("x", 1<<20)), status: 400, code: "BadDigest"},
		"ErrEmptyFileChunked":   {planned: fields{"size": 0}, change: both(setBody("x"), chunked), status: 411, code: "MissingContentLength", onAWS: "NotImplemented"},
		"ErrEmptyFileNoSum":     {planned: fields{"size": 0}, change: both(setBody("x"), dropHeader("x-amz-checksum-sha256"))},
		"ErrEmptyFileOtherSum":  {planned: fields{"size": 0}, change: both(setBody("hello"), setHeader("x-amz-checksum-sha256", helloSHA256))},
		"ErrEmptyFileOtherKind": {planned: fields{"size": 0}, change: both(setBody("hello"), setHeader("x-amz-checksum-crc32", "NhCmhg==")), code: notSigned},
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

// TestSecondUpload: an object is never overwritten, not even by the URL that made it.
func TestSecondUpload(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plan{
		"ErrUploads":   planUpload(t, nil),
		"ErrDocuments": planned(t, documents(t, "key=cat.png"), 200),
	} {
		t.Run(name, func(t *testing.T) {
			upload(t, p, "hello")
			for _, body := range []string{"HELLO", "hello"} {
				checkRefusal(t, s3(t, p.request(t, body)), forgery{status: 412, code: "PreconditionFailed"})
			}
			checkStored(t, p, "hello")
		})
	}
}

// TestUploadsAtOnce: of several at the same moment, exactly one is stored, and whole.
func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		const racers, size = 8, 64 << 10
		p := planUpload(t, fields{"size": size})
		var group sync.WaitGroup
		answers := make([]answer, racers)
		body := func(i int) string { return strings.Repeat(string(rune('a'+i)), size) }
		for i := range racers {
			group.Go(func() { answers[i] = s3(t, p.request(t, body(i))) })
		}
		group.Wait()
		winner := -1
		for i, a := range answers {
			switch {
			case a.status == 200 && winner < 0:
				winner = i
			case a.status == 200:
				t.Error("two uploads to one URL were taken")
			case (a.status != 412 || s3Code(a) != "PreconditionFailed") && (a.status != 409 || s3Code(a) != "ConditionalRequestConflict"):
				t.Errorf("a late upload got %d %s", a.status, s3Code(a))
			}
		}
		if winner < 0 {
			t.Fatal("no upload was taken")
		}
		accepted.Store(p.Key, true)
		checkStored(t, p, body(winner))
	}
}

// TestCutUpload closes the connection in the middle of the body: there must be no object then, not even a part of one.
func TestCutUpload(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	body := strings.Repeat("x", size)
	for name, sent := range map[string]int{"ErrBeforeTheBody": 0, "ErrAfterOneByte": 1, "ErrHalf": size / 2, "ErrOneByteShort": size - 1} {
		for how, p := range map[string]plan{
			"":       planUpload(t, fields{"size": size}),
			"NoSize": planned(t, documents(t, "key=cat.png"), 200),
		} {
			t.Run(name+how, func(t *testing.T) {
				t.Parallel()
				conn := dial(t, p.URL)
				fmt.Fprint(conn, rawRequest(t, p, size)+body[:sent])
				conn.Close()
				// S3 notices by and by; nothing tells when it is done, and no moment may show an object.
				for range 10 {
					time.Sleep(20 * time.Millisecond)
					checkNothingThere(t, p)
				}
				checkNotStored(t, p, body)
			})
		}
	}
}

// TestHalfClosedUpload ends the body early but stays to hear the answer.
func TestHalfClosedUpload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int
		want forgery
	}{
		"Err": {1 << 20, forgery{status: 400, code: "IncompleteBody", onAWS: "RequestTimeout"}},
		// versitygw reads the first 8 KiB before it looks at the request, and has no better word for that failing.
		"ErrInTheFirstBytes": {1000, forgery{status: 500, code: "InternalError", onAWS: "RequestTimeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planUpload(t, fields{"size": c.size})
			conn := dial(t, p.URL)
			fmt.Fprint(conn, rawRequest(t, p, c.size)+strings.Repeat("x", c.size-1))
			if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			checkRefusal(t, readAnswer(t, conn), c.want)
			checkNotStored(t, p, strings.Repeat("x", c.size))
		})
	}
}

// TestSmuggledLength sends two lengths, or a length and chunks: S3 and whatever stands before it must not disagree
// about where the body ends.
func TestSmuggledLength(t *testing.T) {
	t.Parallel()
	for name, extra := range map[string]string{
		"ErrTwoLengths":       "Content-Length: 500\r\n",
		"ErrLengthAndChunked": "Transfer-Encoding: chunked\r\n",
		"ErrSignedLength":     "Content-Length: +5\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planUpload(t, nil)
			conn := dial(t, p.URL)
			head := strings.TrimSuffix(rawRequest(t, p, 5), "\r\n") + extra + "\r\n"
			fmt.Fprint(conn, head+"5\r\nhello\r\n0\r\n\r\n")
			if a := readAnswer(t, conn); a.status < 400 {
				t.Errorf("status %d", a.status)
			}
			checkNotStored(t, p, "hello")
		})
	}
}

// dial opens a connection of the test's own, to send on it what no HTTP client would.
func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	var conn net.Conn
	if u.Scheme == "https" {
		conn, err = tls.Dial("tcp", u.Host+":443", nil)
	} else {
		conn, err = net.Dial("tcp", u.Host)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn
}

// rawRequest is the head of the signed request, with this length.
func rawRequest(t *testing.T, p plan, length int) string {
	t.Helper()
	r := p.request(t, "")
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Method, r.URL.RequestURI(), r.URL.Host, length)
	r.Header.Write(&head)
	return head.String() + "\r\n"
}

func readAnswer(t *testing.T, conn net.Conn) answer {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("S3 gave no answer: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, body}
}
