// Package loopback is what keeps the local run to this machine and to its own pages: where it listens, and which Host a
// request may name.
package loopback

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// Listen listens on this port of 127.0.0.1, or on a free one where it is taken or 0.
func Listen(port int) (net.Listener, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil && port != 0 {
		return Listen(0)
	}
	return listener, err
}

// Refusal is what a request for another host is told, with status 421.
const Refusal = "this server answers to its own loopback address only, such as 127.0.0.1 or localhost, with its port"

// Host passes on the requests for this machine. A page of another site can have its own name point at 127.0.0.1, and is
// then same-origin with whatever answers there (DNS rebinding); but its requests name that site as their Host.
func Host(address net.Addr, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !IsHost(r.Host, address) {
			http.Error(w, Refusal, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// IsHost tells whether a Host header names this machine by a loopback name or address, and the port of the address.
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
