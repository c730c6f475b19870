package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"signpost/lambda/ascii"
)

// S3 and the function compare a page's Origin header with the allowed origins byte by byte. With an
// origin that no browser sends, the page would silently not work; an origin that many pages share
// would admit them all. So the rule accepts only what a browser sends for one website, app or
// extension.

// OriginProblem returns what is wrong with an origin, to be read after the quoted value; "" means
// that it is valid.
func OriginProblem(s string) string {
	switch {
	case s == "":
		return `is empty: write an origin such as "https://app.example.com"`
	case s == "null":
		return "is what browsers send from every sandboxed page and every file, no matter whose: serve the page from its own origin"
	case strings.Contains(s, "*"):
		return "contains a wildcard, which would admit other people's pages: name each origin"
	case strings.Contains(s, "%"):
		return `contains "%", which no origin does: write a name beyond ASCII in its xn-- form, and an address without its zone`
	case strings.ContainsAny(s, ", \t\r\n"):
		return "contains a comma or a space: give each origin in a separate string"
	}
	u, err := url.Parse(s)
	if err == nil {
		if reason := unknowableOrigin(u.Scheme); reason != "" {
			return "can't be allowed: " + reason
		}
	}
	if err != nil || u.Host == "" || !isOriginScheme(u.Scheme) {
		return `is not an origin: write scheme and host, such as "https://app.example.com", or "capacitor://localhost" for an app`
	}
	bare := u.Scheme + "://" + u.Host
	switch {
	case u.Path == "/" && u.RawQuery == "" && !u.ForceQuery && !strings.Contains(s, "#"):
		return fmt.Sprintf("ends in a slash, which no browser sends: write %q", bare)
	case u.User != nil || bare != s:
		return fmt.Sprintf("contains more than an origin: write %q", strings.ToLower(bare))
	case strings.ToLower(s) != s:
		return fmt.Sprintf("has capitals, which no browser sends: write %q", strings.ToLower(s))
	}
	if isWebsite(u.Scheme) {
		return websiteProblem(u)
	}
	return appProblem(u)
}

func isOriginScheme(scheme string) bool {
	return isWebsite(scheme) || isApp(scheme) || scheme == chromeExtension
}

func isWebsite(scheme string) bool { return scheme == "http" || scheme == "https" }

const chromeExtension = "chrome-extension"

// isApp reports the schemes that frameworks give the pages of an app. On the app's own device no
// other page has such an origin. Elsewhere anybody can claim it, and only the token says who calls.
func isApp(scheme string) bool {
	switch scheme {
	case "app", // Electron: the scheme of its own example ("protocol", Electron's documentation)
		"capacitor", // Capacitor on iOS; on Android it is https://localhost (ionic-team/capacitor#1041)
		"ionic",     // Ionic's web view for Cordova on iOS (ionic-team/ionic-docs#415)
		"tauri":     // Tauri on macOS, iOS and Linux; on Windows and Android http://tauri.localhost (tauri-apps/tauri#11770)
		return true
	}
	return false
}

// unknowableOrigin returns why the pages of a scheme have no origin that could be named in advance,
// "" if they have.
func unknowableOrigin(scheme string) string {
	switch scheme {
	case "moz-extension":
		return "Firefox generates a new host on each installation"
	case "safari-web-extension":
		return "Safari generates a new host each time"
	case "file":
		return `browsers send "null" from files, as from any sandboxed page`
	case "data":
		return `browsers send "null" from it, as from any sandboxed page`
	case "blob":
		return "browsers send the origin of the page that made it: name that"
	}
	return ""
}

// appProblem is the part of OriginProblem about the host of an app or an extension.
func appProblem(u *url.URL) string {
	switch {
	case u.Port() != "" || strings.HasSuffix(u.Host, ":"):
		return fmt.Sprintf("names a port, which an app's origin never has: write %q", u.Scheme+"://"+u.Hostname())
	case u.Scheme == chromeExtension && !isExtensionID(u.Host):
		return "is not an extension's origin: its host is the id that chrome://extensions shows, 32 letters from a to p"
	case !IsHostName(u.Host):
		return `is not an origin: its host is not a name, such as "localhost"`
	}
	return ""
}

// isExtensionID reports the id of a Chromium extension: a hash of its key, in the letters a to p
// ("Manifest - key", Chrome for Developers).
func isExtensionID(s string) bool { return len(s) == 32 && ascii.ConsistsOf(s, "abcdefghijklmnop") }

// websiteProblem is the part of OriginProblem about the host and port of a website.
func websiteProblem(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	if strings.HasPrefix(u.Host, "[") {
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() || ip.String() != host {
			return "is not an origin: its address isn't IPv6 in the short form that browsers send"
		}
	} else if !IsHostName(host) {
		return "is not an origin: its host is not a DNS name (write a name beyond ASCII in its xn-- form)"
	}
	if u.Scheme == "http" && !isLoopback(host) {
		return fmt.Sprintf("is plain http, which is only for this machine (localhost and names under it, 127.0.0.1, [::1]): write %q", "https://"+u.Host)
	}
	if !strings.HasSuffix(u.Host, ":"+port) { // "host:" has this suffix too, with port ""
		return ""
	}
	defaultPort := "443"
	if u.Scheme == "http" {
		defaultPort = "80"
	}
	if port == defaultPort {
		return fmt.Sprintf("names its scheme's own port, which no browser sends: write %q", u.Scheme+"://"+strings.TrimSuffix(u.Host, ":"+port))
	}
	if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 || strconv.Itoa(number) != port {
		return "is not an origin: its port is not a number from 1 to 65535"
	}
	return ""
}

// IsHostName reports a host name in lower case: at most 253 characters, in labels of at most 63
// letters, digits and inner hyphens.
func IsHostName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || !ascii.ConsistsOf(label, ascii.Lower+ascii.Digits+"-") || strings.Trim(label, "-") != label {
			return false
		}
	}
	return true
}

// isLoopback reports a host that is always the browser's own machine, so that nobody in between
// could serve a page of theirs in its place ("Is origin potentially trustworthy?", Secure Contexts,
// W3C). Tauri's http://tauri.localhost is one of them.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}
