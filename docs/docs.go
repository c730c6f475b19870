// Package docs embeds the rendered reference of the HTTP API, which the local run serves. It is
// generated from openapi.yaml; don't edit it by hand.
package docs

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"regexp"
	"strings"
)

//go:generate ../test/contract/render.sh

// API is an HTML page that contains its scripts and styles.
//
//go:embed api.html
var API []byte

var scripts = regexp.MustCompile(`(?s)<script[^>]*>(.*?)</script>`)

// APIPolicy returns the Content-Security-Policy for API. The page can run its own scripts, which
// the policy names by their hashes, and can connect to nothing.
func APIPolicy() string {
	sources := "script-src"
	for _, script := range scripts.FindAllSubmatch(API, -1) {
		sum := sha256.Sum256(script[1])
		sources += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return strings.Join([]string{
		"default-src 'none'", sources, "style-src 'unsafe-inline'", "img-src data:", "font-src data:", "worker-src blob:",
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
