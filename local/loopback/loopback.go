// Package loopback restricts the local run to this machine and to its own pages: it listens on
// loopback, and refuses requests with another Host.
package loopback

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Listen listens on the port of 127.0.0.1, or on a free port if it is 0 or taken.
func Listen(port int) (net.Listener, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil && port != 0 {
		return Listen(0)
	}
	return listener, err
}

// Refusal is the answer to a request with another Host. Its status is 421.
const Refusal = "this server only answers requests whose Host is its loopback address, such as 127.0.0.1 or localhost, with its port"

// Host forwards the requests whose Host is this machine and refuses the others. A site can point
// its own host name at 127.0.0.1, and its pages are then same-origin with the server there (DNS
// rebinding). But their requests have the name of that site as their Host.
func Host(address net.Addr, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !IsHost(r.Host, address) {
			http.Error(w, Refusal, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// IsHost reports whether a Host header has a loopback name or address, and the port of the address.
func IsHost(host string, address net.Addr) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if port != strconv.Itoa(address.(*net.TCPAddr).Port) {
		return false
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}
