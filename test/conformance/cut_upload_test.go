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
	"testing"
	"time"
)

// TestCutUpload closes the connection in the middle of the body: there must be no object then, not
// even a part of one.
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
				// S3 notices after a while and nothing says when; there must be no object at any
				// moment.
				for range 10 {
					time.Sleep(20 * time.Millisecond)
					checkNothingThere(t, p)
				}
				checkNotStored(t, p, body)
			})
		}
	}
}

// TestHalfClosedUpload ends the body early but still reads the answer.
func TestHalfClosedUpload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int
		want forgery
	}{
		"Err": {1 << 20, forgery{status: 400, code: "IncompleteBody", onAWS: "RequestTimeout"}},
		// versitygw reads the first 8 KiB before it looks at the request, and has no better code
		// for a failure there.
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

// TestSmuggledLength sends two lengths, or a length and chunks: S3 and any proxy in front of it
// must agree on where the body ends.
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

// dial opens a connection for requests that no HTTP client would send.
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
