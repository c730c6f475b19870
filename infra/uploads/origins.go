package uploads

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// The origins that aren't a website's. S3 compares any text with the Origin header, so what can be allowed is
// decided here: those that name one app and no other.
var (
	// appSchemes are those that frameworks give the pages of an app. On the app's own device no other page has
	// such an origin, and elsewhere it is no one's: what it is worth there, a token has to say.
	appSchemes = map[string]string{
		"app":       "Electron",  // the scheme of its own example ("protocol", Electron's documentation)
		"capacitor": "Capacitor", // on iOS; on Android it is https://localhost (ionic-team/capacitor#1041)
		"ionic":     "Ionic",     // on iOS, by its web view for Cordova (ionic-team/ionic-docs#415)
		"tauri":     "Tauri",     // on macOS, iOS and Linux; on Windows and Android http://tauri.localhost (tauri-apps/tauri#11770)
	}

	// extensionID is a Chromium extension's id: a hash of its key, in the letters a to p ("Manifest - key", Chrome
	// for Developers).
	extensionID = regexp.MustCompile(`^[a-p]{32}$`)

	// noFixedOrigin are schemes whose pages have no origin that could be named here, and why.
	noFixedOrigin = map[string]string{
		"moz-extension":        "Firefox makes up the host anew on each installation",
		"safari-web-extension": "Safari makes up the host anew",
		"file":                 `browsers send "null" from files, as from any sandboxed page`,
		"data":                 `browsers send "null" from it, as from any sandboxed page`,
		"blob":                 "browsers send the origin of the page that made it: name that",
	}
)

// originProblem says what keeps s from being an origin as a browser sends it ("" is nothing), to
// be read after the quoted value. Origins are compared byte by byte, by S3 and by the function, so
// one that no browser would ever send is a page that silently doesn't work.
func originProblem(s string) string {
	switch {
	case s == "":
		return `is empty: write an origin such as "https://app.example.com"`
	case s == "null":
		return "is what browsers send from any sandboxed page and any file, anybody's: serve the page from an origin of its own"
	case strings.Contains(s, "*"):
		return "holds a wildcard, which would let in pages of others: name each origin"
	case strings.Contains(s, "%"):
		return `holds "%", which no origin does: write a name beyond ASCII in its xn-- form, and an address without its zone`
	case strings.ContainsAny(s, ", \t\r\n"):
		return "holds a comma or a space: give each origin a string of its own"
	}
	u, err := url.Parse(s)
	if err == nil && noFixedOrigin[u.Scheme] != "" {
		return "can't be allowed: " + noFixedOrigin[u.Scheme]
	}
	if err != nil || u.Host == "" || !isOriginScheme(u.Scheme) {
		return `is not an origin: write scheme and host, such as "https://app.example.com", or "capacitor://localhost" for an app`
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
	if isWebsite(u) {
		return hostProblem(u)
	}
	return appProblem(u)
}

func isOriginScheme(scheme string) bool {
	return slices.Contains([]string{"http", "https", "chrome-extension"}, scheme) || appSchemes[scheme] != ""
}

func isWebsite(u *url.URL) bool { return u.Scheme == "http" || u.Scheme == "https" }

// appProblem is the part of originProblem about an app's or an extension's host.
func appProblem(u *url.URL) string {
	switch {
	case u.Port() != "" || strings.HasSuffix(u.Host, ":"):
		return fmt.Sprintf("names a port, which an app's origin has none of: write %q", u.Scheme+"://"+u.Hostname())
	case u.Scheme == "chrome-extension" && !extensionID.MatchString(u.Host):
		return "is not an extension's origin: its host is the id that chrome://extensions shows, 32 letters from a to p"
	case !hostName.MatchString(u.Host):
		return `is not an origin: its host is not a name, such as "localhost"`
	}
	return ""
}

// hostProblem is the part of originProblem about a website's host and port.
func hostProblem(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	if strings.HasPrefix(u.Host, "[") {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() || ip.String() != host {
			return "is not an origin: its address isn't IPv6 in the short form that browsers send"
		}
	} else if !hostName.MatchString(host) || len(host) > 253 {
		return "is not an origin: its host is not a DNS name (write a name beyond ASCII in its xn-- form)"
	}
	if u.Scheme == "http" && !isLoopback(host) {
		return fmt.Sprintf("is plain http, which is for this machine alone (localhost and names under it, 127.0.0.1, [::1]): write %q", "https://"+u.Host)
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

// isLoopback says whether a host is always the browser's own machine, so that nobody between could put a page of
// theirs in its place ("Is origin potentially trustworthy?", Secure Contexts, W3C). Tauri's http://tauri.localhost
// is one too.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}
