package s3

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A client that stops sending in its headers or its body loses its connection after the timeout.
func TestSilentClients(t *testing.T) {
	base, _ := serve(t, served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, Timeout: 200 * time.Millisecond})
	target, header := signed{base: base, key: "uploads/silent", header: once, length: 100_000}.sign(t)
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	var head bytes.Buffer
	header.Set("Content-Length", "100000")
	fmt.Fprintf(&head, "PUT %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), u.Host)
	header.Write(&head)
	for name, c := range map[string]struct{ sent, want string }{
		"Nothing":     {"", ""},
		"HalfHeaders": {head.String(), ""},
		"HalfBody":    {head.String() + "\r\n" + strings.Repeat("x", 50_000), "<Code>RequestTimeout</Code>"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", u.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, c.sent); err != nil {
				t.Fatal(err)
			}
			conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			answer, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal("the connection is still open: ", err)
			}
			if !strings.Contains(string(answer), c.want) {
				t.Errorf("answered %q", answer)
			}
		})
	}
}
