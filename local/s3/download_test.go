package s3

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A download is read from the file as the client takes it. If it were read into memory, it could be
// larger than that.
func TestDownloadIsNotInMemory(t *testing.T) {
	const size = 64 << 20 // far more than the buffers of a connection hold
	f := file{server.URL, "uploads/streamed"}
	f.do(t, http.MethodPut, "", "x")
	path := filepath.Join(dataDir, f.key)
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	target, _ := signed{method: http.MethodGet, key: f.key, creds: operator}.sign(t)
	request, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := request.Write(conn); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil || response.StatusCode != 200 || response.ContentLength != size {
		t.Fatalf("answered %+v, %v", response, err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, response.Body); err == nil {
		t.Errorf("after the file was emptied, all %d bytes of it came", n)
	}
}
