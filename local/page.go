package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"signpost/docs"
	"signpost/local/process"
)

// buildPage builds the demo page into the folder out, with the script that builds it for any host.
func buildPage(ctx context.Context, root, node, out string) error {
	output, err := process.Command{Path: node, Args: []string{filepath.Join(root, "page/build.mjs"), "--out", out}, Dir: root}.Run(ctx)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("the demo page can't be built (%w):\n%s", err, strings.TrimSpace(output))
	}
	return err
}

// newPage serves the demo page. At /config.json it serves the stack's outputs in the form of the
// outputs file, and at /docs the API's reference.
func newPage(files fs.FS, stackName string, o outputs) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /config.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		o := o
		o.Local.CognitoSocket, o.Local.MachineSecretFile = "", ""
		json.NewEncoder(w).Encode(map[string]outputs{stackName: o})
	})
	docsPolicy := docs.APIPolicy()
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", docsPolicy) // allows the scripts and styles in the page itself
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(docs.API)
	})
	policy := strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
		"connect-src " + strings.Join(connectSources(o), " "),
		"frame-src " + o.Local.S3Endpoint, // for downloads, which the browser saves
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

// connectSources are the servers that the page calls. It goes to an issuer's sign-in page by a link,
// so no form needs to be allowed.
func connectSources(o outputs) []string {
	sources := []string{"'self'", origin(o.ApiUrl), o.Local.S3Endpoint}
	if o.Local.CognitoEndpoint != "" {
		sources = append(sources, o.Local.CognitoEndpoint)
	}
	if o.Local.Issuer != nil {
		sources = append(sources, origin(o.Local.Issuer.Url))
	}
	return sources
}

// origin returns a URL without its path.
func origin(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// defaultPagePort is the page's port in the origins of stage local: localPagePort in
// infra/stages.go, which can't be imported here without the CDK.
const defaultPagePort = "8080"

// pagePort returns the page's port, or "" if it is the default. The app moves the origins of stage
// local to another port.
func pagePort(page net.Listener) string {
	_, port, _ := net.SplitHostPort(page.Addr().String())
	if port == defaultPagePort {
		return ""
	}
	return port
}

// pageURL returns the page's URL with the host that the stage's origins have: localhost for ::1.
func pageURL(page net.Listener) string {
	host, port, _ := net.SplitHostPort(page.Addr().String())
	if host == "::1" {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

// pageURLs are the page's URLs at all hosts that the stage's origins have, the one that the run
// prints first.
func pageURLs(page net.Listener) []string {
	_, port, _ := net.SplitHostPort(page.Addr().String())
	urls := []string{pageURL(page)}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		if url := "http://" + net.JoinHostPort(host, port) + "/"; url != urls[0] {
			urls = append(urls, url)
		}
	}
	return urls
}
