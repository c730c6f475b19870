package s3

import (
	"net/http"
	"strconv"
	"testing"
)

// A page of another site can point its own host name at this machine, but its requests still name that host.
func TestOtherHosts(t *testing.T) {
	port := strconv.Itoa(server.Port)
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 403, "localhost:" + port: 403, "[::1]:" + port: 403,
		"evil.example:" + port: 421, "127.0.0.1.evil.example:" + port: 421, "127.0.0.1": 421, "127.0.0.1:1": 421,
	} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			r, err := http.NewRequest(method, server.URL+"/"+testBucket+"/uploads/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			r.Header.Set("Origin", testOrigin)
			r.Header.Set("Access-Control-Request-Method", "PUT")
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if method == http.MethodOptions && want == 403 {
				want = 200 // a preflight is not signed
			}
			if response.StatusCode != want {
				t.Errorf("%s %s: got %d, want %d", method, host, response.StatusCode, want)
			}
			if allowed := response.Header.Get("Access-Control-Allow-Origin"); want == 421 && allowed != "" {
				t.Errorf("%s %s: a page of %s may read the answer", method, host, allowed)
			}
		}
	}
}
