package conformance_test

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"testing"
	"time"
)

// TestIdleConnections holds 1,000 connections open to the API and to S3 without sending anything,
// and a few requests whose bodies never end. The local run continues to serve everybody else.
func TestIdleConnections(t *testing.T) {
	localOnly(t, "it opens a thousand idle connections, which a shared deployment should not have to bear")
	const idle, slow = 500, 12
	for _, endpoint := range []string{target.ApiUrl, target.Local.S3Endpoint} {
		u, err := url.Parse(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		for range idle {
			holdOpen(t, u.Host, "")
		}
		for range slow {
			holdOpen(t, u.Host, fmt.Sprintf("POST %suploads HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
				u.Path, u.Host, ada.idToken))
		}
	}
	start := time.Now()
	upload(t, planUpload(t, nil), "hello")
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("an upload beside idle connections took %s", took)
	}
}

// holdOpen opens a connection, sends this text and no more, and keeps it open until the test ends.
func holdOpen(t *testing.T, host, text string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}
