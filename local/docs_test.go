package main

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// getDocs gets the API's reference from the page's server.
func getDocs(t *testing.T) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/docs", nil)
	r.Host = "127.0.0.1:8080"
	w := httptest.NewRecorder()
	newPage(fstest.MapFS{}, "Signpost-local", outputs{ApiUrl: "http://127.0.0.1:1/v1/"}).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("/docs answers %d", w.Code)
	}
	return w
}

// inlineScripts returns the texts of a page's script elements as a browser reads them: up to the
// next "</script", unless "<script" occurs in a comment before it, which then needs its own end
// ("Restrictions for contents of script elements", HTML Standard).
func inlineScripts(t *testing.T, page string) []string {
	t.Helper()
	var found []string
	opening, closing := regexp.MustCompile(`(?i)<script[\s>/]`), regexp.MustCompile(`(?i)</script[\s>/]`)
	for {
		start := opening.FindStringIndex(page)
		if start == nil {
			return found
		}
		tag, rest, _ := strings.Cut(page[start[0]:], ">")
		if strings.Contains(tag, "src") {
			t.Errorf("a script is not inline: %s>", tag)
		}
		end := closing.FindStringIndex(rest)
		if end == nil {
			t.Fatalf("a script has no end: %s>", tag)
		}
		for _, comment := range strings.Split(rest[:end[0]], "<!--")[1:] {
			if comment, _, _ = strings.Cut(comment, "-->"); opening.MatchString(comment) {
				t.Errorf("a script contains <!-- and <script, and ends later than it seems: %s>", tag)
			}
		}
		found = append(found, rest[:end[0]])
		page = rest[end[0]:]
	}
}

// directives returns the directives of a Content-Security-Policy, by name.
func directives(t *testing.T, policy string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for one := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(one)
		if len(words) == 0 {
			continue
		}
		if _, twice := found[words[0]]; twice {
			t.Errorf("%s occurs twice: browsers only use the first", words[0])
		}
		found[words[0]] = words[1:]
	}
	return found
}

// The policy allows the reference's own scripts and no others.
func TestDocsScripts(t *testing.T) {
	w := getDocs(t)
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options is %q", got)
	}
	var want []string
	for _, script := range inlineScripts(t, w.Body.String()) {
		sum := sha256.Sum256([]byte(script))
		want = append(want, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	if len(want) == 0 {
		t.Fatal("the page has no script")
	}
	got := directives(t, w.Header().Get("Content-Security-Policy"))["script-src"]
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("script-src is %q, and the page's scripts have %q", got, want)
	}
}

// The policy lets the page load, call, frame and submit to nothing, not even this server: the page
// contains all it needs.
func TestDocsPolicy(t *testing.T) {
	policies := getDocs(t).Header().Values("Content-Security-Policy")
	if len(policies) != 1 {
		t.Fatalf("there are %d policies: %q", len(policies), policies)
	}
	got := directives(t, policies[0])
	// The last three don't fall back to default-src.
	for _, name := range []string{"default-src", "base-uri", "form-action", "frame-ancestors"} {
		if !slices.Equal(got[name], []string{"'none'"}) {
			t.Errorf("%s is %q, want 'none'", name, got[name])
		}
		delete(got, name)
	}
	within := map[string]*regexp.Regexp{
		"script-src": regexp.MustCompile(`^'sha256-[A-Za-z0-9+/]{43}='$`),
		"style-src":  regexp.MustCompile(`^'unsafe-inline'$`),
		"img-src":    regexp.MustCompile(`^data:$`),
		"font-src":   regexp.MustCompile(`^data:$`),
		"worker-src": regexp.MustCompile(`^blob:$`),
	}
	for name, sources := range got {
		for _, source := range sources {
			if form := within[name]; form == nil || !form.MatchString(source) {
				t.Errorf("%s allows %s", name, source)
			}
		}
	}
}
