package loopback

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestListen(t *testing.T) {
	first, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	port := first.Addr().(*net.TCPAddr).Port
	beside, err := Listen(port)
	if err != nil {
		t.Fatal("a taken port is an error:", err)
	}
	if got := beside.Addr().(*net.TCPAddr); got.Port == port || !got.IP.IsLoopback() {
		t.Errorf("got %v where %d is taken", got, port)
	}
	beside.Close()
	first.Close()
	again, err := Listen(port)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := again.Addr().(*net.TCPAddr).Port; got != port {
		t.Errorf("got port %d where %d is free", got, port)
	}
}

func TestHost(t *testing.T) {
	handler := Host(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, http.NotFoundHandler())
	for host, want := range map[string]int{
		"127.0.0.1:8080": 404, "localhost:8080": 404, "LOCALHOST:8080": 404, "127.1.2.3:8080": 404, "[::1]:8080": 404,
		"evil.example:8080": 421, "127.0.0.1.evil.example:8080": 421, "localhost.evil.example:8080": 421,
		"192.0.2.1:8080": 421, "0.0.0.0:8080": 421, "127.0.0.1:8081": 421, "127.0.0.1": 421, "localhost": 421,
		"": 421, ":8080": 421, "[::1": 421, "127.0.0.1:http": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/config.json", nil)
		r.Host = host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: got %d, want %d", host, w.Code, want)
		}
	}
}
