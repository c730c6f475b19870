// Package docs holds the rendered reference of the HTTP API, for the local run
// to serve. It is generated from openapi.yaml; don't edit it by hand.
package docs

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"regexp"
	"strings"
)

//go:generate ../test/contract/render.sh

// API is a whole HTML page, with its scripts and styles within.
//
//go:embed api.html
var API []byte

var scripts = regexp.MustCompile(`(?s)<script[^>]*>(.*?)</script>`)

// APIPolicy is the Content-Security-Policy to serve API with: it may run its
// own scripts, known by their hashes, and speak to nobody.
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
