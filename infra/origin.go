package infra

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// originProblem says what keeps s from being an origin as a browser sends it ("" is nothing), to
// be read after the quoted value. Origins are compared byte by byte, by S3 and by the function, so
// one that no browser would ever send is a page that silently doesn't work.
func originProblem(s string) string {
	switch {
	case s == "":
		return `is empty: write an origin such as "https://app.example.com"`
	case strings.Contains(s, "*"):
		return "holds a wildcard, which would let in pages of others: name each origin"
	case strings.ContainsAny(s, ", \t\r\n"):
		return "holds a comma or a space: give each origin a string of its own"
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return `is not an origin: write scheme and host, such as "https://app.example.com"`
	}
	bare := u.Scheme + "://" + u.Host
	switch {
	case u.Path == "/" && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(s, "#"):
		return fmt.Sprintf("ends in a slash, which no browser sends: write %q", bare)
	case u.User != nil || bare != s:
		return fmt.Sprintf("holds more than an origin: write %q", strings.ToLower(bare))
	case strings.ToLower(s) != s:
		return fmt.Sprintf("has capitals, which no browser sends: write %q", strings.ToLower(s))
	}
	return hostProblem(u)
}

// hostProblem is the part of originProblem about host and port.
func hostProblem(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	local := host == "localhost" || host == "127.0.0.1"
	if u.Scheme == "http" && !local {
		return fmt.Sprintf("is plain http, which is for localhost and 127.0.0.1 alone: write %q", "https://"+u.Host)
	}
	if strings.HasPrefix(u.Host, "[") {
		if ip, err := netip.ParseAddr(host); err != nil || ip.String() != host {
			return "is not an origin: its address isn't IPv6 in the short form that browsers send"
		}
	} else if !hostName.MatchString(host) || len(host) > 253 {
		return "is not an origin: its host is not a DNS name (write a name beyond ASCII in its xn-- form)"
	}
	if !strings.HasSuffix(u.Host, ":"+port) { // "host:" ends so too, and has the port ""
		return ""
	}
	defaults := map[string]string{"https": "443", "http": "80"}
	if port == defaults[u.Scheme] {
		return fmt.Sprintf("names its scheme's own port, which no browser sends: write %q", u.Scheme+"://"+strings.TrimSuffix(u.Host, ":"+port))
	}
	if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != port {
		return "is not an origin: its port is not a number from 1 to 65535"
	}
	return ""
}
