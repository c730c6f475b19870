package config

import (
	"strings"
	"testing"
)

func TestOriginProblem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ origin, hint string }{
		{"", "https://app.example.com"},
		{"*", "name each origin"},
		{"https://*.example.com", "name each origin"},
		{"https://a.example/", `write "https://a.example"`},
		{"https://a.example/app", `write "https://a.example"`},
		{"https://a.example?x=1", `write "https://a.example"`},
		{"https://a.example?", `write "https://a.example"`},
		{"https://a.example#x", `write "https://a.example"`},
		{"https://a.example#", `write "https://a.example"`},
		{"https://me@a.example", `write "https://a.example"`},
		{"http://a.example", `write "https://a.example"`},
		{"http://192.168.1.2:8080", "plain http"},
		{"http://[2001:db8::1]:8080", "plain http"},
		{"http://localhost.example", "plain http"},
		{"ftp://a.example", "scheme and host"},
		{"a.example", "scheme and host"},
		{"null", "sandboxed"},
		{"htps://a.example", "scheme and host"},
		{"file:///home/me/index.html", "sandboxed"},
		{"file://", "sandboxed"},
		{"moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", "each installation"},
		{"safari-web-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc", "generates a new host"},
		{"blob:https://a.example/2c127fa4", "name that"},
		{"chrome-extension://signpost", "32 letters"},
		{"chrome-extension://abcdefghijklmnopabcdefghijklmnop/popup.html", `write "chrome-extension://abcdefghijklmnopabcdefghijklmnop"`},
		{"capacitor://localhost/", `write "capacitor://localhost"`},
		{"capacitor://localhost:8080", `write "capacitor://localhost"`},
		{"tauri://", "scheme and host"},
		{"capacitor://*", "name each origin"},
		{"app://-", "not a name"},
		{"https://", "scheme and host"},
		{"https://a.example,https://b.example", "in a separate string"},
		{"https://a.example ", "in a separate string"},
		{"https://a'b.example", "DNS name"},
		{"https://A.example", `write "https://a.example"`},
		{"https://bücher.example", "xn--"},
		{"https://a.example:443", `write "https://a.example"`},
		{"http://localhost:80", `write "http://localhost"`},
		{"https://a.example:0443", "1 to 65535"},
		{"https://a.example:65536", "1 to 65535"},
		{"https://a.example:0", "1 to 65535"},
		{"https://a.example:", "1 to 65535"},
		{"http://[fe80::1%25eth0]", "without its zone"},
		{"https://[0:0:0:0:0:0:0:1]", "IPv6"},
		{"https://" + strings.Repeat("a.", 127) + "a", "DNS name"},
		{"https://" + strings.Repeat("a", 64) + ".example", "DNS name"},
		{"https://-a.example", "DNS name"},
		{"https://a..example", "DNS name"},
	} {
		if got := OriginProblem(test.origin); !strings.Contains(got, test.hint) || got == "" {
			t.Errorf("%q: %q doesn't say %q", test.origin, got, test.hint)
		}
	}
}

func TestOriginsOfWebsitesAppsAndExtensions(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{
		"https://app.example.com", "https://xn--bcher-kva.example:65535", "https://[::1]:8443", "https://localhost", "https://192.0.2.1",
		"http://localhost:3000", "http://127.0.0.1", "http://127.0.0.2:8080", "http://[::1]:8080", "http://app.localhost:5173",
		"http://tauri.localhost", "https://tauri.localhost", "tauri://localhost", "capacitor://localhost", "ionic://localhost",
		"app://obsidian.md", "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
	} {
		if got := OriginProblem(origin); got != "" {
			t.Errorf("%q %s", origin, got)
		}
	}
}
