package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"

	"signpost/docs"
)

// buildPage builds the demo page into the folder, by the script that builds it for any other host.
func buildPage(ctx context.Context, root, node, out string) error {
	build := exec.CommandContext(ctx, node, filepath.Join(root, "page/build.mjs"), "--out", out)
	build.Dir = root
	var said bytes.Buffer
	build.Stdout, build.Stderr = &said, &said
	endWithChildren(build)
	if err := build.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("the demo page cannot be built (%w):\n%s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

// newPage serves the demo page, at /config.json what it needs to know: the stack's outputs, in the shape of the
// outputs file, and at /docs the API's reference.
func newPage(files fs.FS, stackName string, o outputs) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /config.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		o := o
		o.Local.CognitoSocket = ""
		json.NewEncoder(w).Encode(map[string]outputs{stackName: o})
	})
	docsPolicy := docs.APIPolicy()
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", docsPolicy) // its scripts and styles are in the page itself
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(docs.API)
	})
	policy := strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
		"connect-src 'self' " + origin(o.ApiUrl) + " " + o.Local.S3Endpoint + " " + o.Local.CognitoEndpoint,
		"frame-src " + o.Local.S3Endpoint, // a file that is saved, not shown
		"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// origin is a URL without its path.
func origin(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
