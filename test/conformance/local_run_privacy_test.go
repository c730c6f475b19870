package conformance_test

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestLoopbackOnly: everything listens where other machines cannot reach it.
func TestLoopbackOnly(t *testing.T) {
	t.Parallel()
	localOnly(t, "it looks at ports of this machine")
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{target.ApiUrl, target.Local.PageUrl, target.Local.S3Endpoint, target.Local.CognitoEndpoint} {
		port := strings.SplitN(strings.Split(url, "/")[2], ":", 2)[1]
		for _, address := range addresses {
			ip, ok := address.(*net.IPNet)
			if !ok || ip.IP.IsLoopback() {
				continue
			}
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip.IP.String(), port), time.Second)
			if err == nil {
				conn.Close()
				t.Errorf("%s answers at %s", url, ip.IP)
			}
		}
	}
}

// TestOtherHosts: another site can point its own name at 127.0.0.1, and its pages are then
// same-origin with what answers there (DNS rebinding). Every server of the local run refuses such
// requests.
func TestOtherHosts(t *testing.T) {
	t.Parallel()
	localOnly(t, "AWS has names of its own")
	for _, url := range []string{target.ApiUrl, target.Local.PageUrl + "config.json", target.Local.S3Endpoint, target.Local.CognitoEndpoint} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			request, err := http.NewRequest(method, url, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = "rebound.example:" + request.URL.Port()
			request.Header.Set("Origin", "http://"+request.Host)
			a, err := exchange(request)
			if err != nil || a.status != http.StatusMisdirectedRequest || a.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s: %d %v", method, url, a.status, err)
			}
		}
	}
}

// TestDataIsPrivate: other users of this machine can't read the run's files.
func TestDataIsPrivate(t *testing.T) {
	t.Parallel()
	localOnly(t, "it looks at files of this machine")
	for _, path := range []string{mainRun.dir, mainRun.dir + ".json", target.Local.CognitoSocket, bucketDir(mainRun)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may use %s: %s", path, info.Mode())
		}
	}
}
