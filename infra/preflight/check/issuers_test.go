package check_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// TestIssuers asks issuers on this machine. In what is said, ISSUER is the URL of one.
func TestIssuers(t *testing.T) {
	t.Parallel()
	answer := func(status int, format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/tenant/.well-known/openid-configuration" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			fmt.Fprint(w, strings.ReplaceAll(format, "ISSUER", "https://"+r.Host+"/tenant"))
		}
	}
	const right = `{"issuer": "ISSUER", "jwks_uri": "ISSUER/keys", "id_token_signing_alg_values_supported": ["RS256", "ES256"]}`
	for name, test := range map[string]struct {
		configuration http.HandlerFunc
		issuer        uploads.Issuer // without a URL, it is ISSUER
		want          []string       // parts of the lines, in order
	}{
		"OK":          {configuration: answer(200, right)},
		"OKSlash":     {configuration: answer(200, strings.Replace(right, `"ISSUER"`, `"ISSUER/"`, 1)), issuer: uploads.Issuer{URL: "ISSUER/"}},
		"OKAlgorithm": {configuration: answer(200, right), issuer: uploads.Issuer{Algorithms: []string{"PS256", "ES256"}}},
		"ErrAlgorithm": {configuration: answer(200, right), issuer: uploads.Issuer{Algorithms: []string{"PS256", "ES384"}},
			want: []string{"note Callers.Issuers.List[0].Algorithms: are PS256, ES384, and ISSUER signs ID tokens with RS256, ES256 → unless"}},
		"ErrOther": {configuration: answer(200, strings.Replace(right, `"ISSUER"`, `"ISSUER/v2"`, 1)),
			want: []string{`problem Callers.Issuers.List[0].URL: "ISSUER" calls itself "ISSUER/v2", so its tokens would be refused → give exactly that URL`}},
		"ErrSlash": {configuration: answer(200, right), issuer: uploads.Issuer{URL: "ISSUER/"},
			want: []string{`problem Callers.Issuers.List[0].URL: "ISSUER/" calls itself "ISSUER"`}},
		"ErrKeys": {configuration: answer(200, strings.Replace(right, "ISSUER/keys", "http://login.example.com/keys", 1)),
			want: []string{`problem Callers.Issuers.List[0].URL: ISSUER has its keys at "http://login.example.com/keys" (jwks_uri), which is not https`}},
		"ErrEmpty": {configuration: answer(200, "{}"), want: []string{
			`problem Callers.Issuers.List[0].URL: "ISSUER" calls itself ""`, `problem Callers.Issuers.List[0].URL: ISSUER has its keys at ""`, "note Callers.Issuers.List[0].Algorithms: are RS256, and"}},
		"ErrPage":     {configuration: answer(200, "<!doctype html>"), want: []string{"problem Callers.Issuers.List[0].URL: ISSUER/.well-known/openid-configuration is not a configuration in JSON"}},
		"ErrNone":     {configuration: answer(404, right), want: []string{"problem Callers.Issuers.List[0].URL: ISSUER/.well-known/openid-configuration answers 404 → give the issuer's URL"}},
		"ErrRedirect": {configuration: answer(302, right), want: []string{"problem Callers.Issuers.List[0].URL: ISSUER/.well-known/openid-configuration answers 302"}},
		"ErrLocal": {configuration: answer(200, right), issuer: uploads.Issuer{URL: "http://127.0.0.1:1"},
			want: []string{"problem Callers.Issuers.List[0].URL: http://127.0.0.1:1 is on this machine"}},
		"ErrUnreached": {configuration: answer(200, right), issuer: uploads.Issuer{URL: "https://127.0.0.1:1"},
			want: []string{"unknown Callers.Issuers.List[0].URL: https://127.0.0.1:1/.well-known/openid-configuration can't be reached from here ("}},
		"Token": {configuration: answer(200, right), issuer: uploads.Issuer{URL: "${Token[TOKEN.42]}"},
			want: []string{"note Callers.Issuers.List[0].URL: is known only while the stack is deployed"}},
		"ErrProps": {configuration: answer(200, right), issuer: uploads.Issuer{URL: "login.example.com"},
			want: []string{`problem Callers.Issuers.List[0].URL: "login.example.com" is not an issuer's URL`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewTLSServer(test.configuration)
			t.Cleanup(server.Close)
			test.issuer.Audiences = []string{"web"}
			if test.issuer.URL == "" {
				test.issuer.URL = "ISSUER"
			}
			here := strings.NewReplacer("ISSUER", server.URL+"/tenant")
			test.issuer.URL = here.Replace(test.issuer.URL)
			stage := target(uploads.Props{
				AllowedOrigins: []string{"https://example.com"},
				Callers:        uploads.Callers{Issuers: &uploads.Issuers{List: []uploads.Issuer{test.issuer}}},
			})
			stage.HTTP = server.Client()
			got := lines(check.Run(context.Background(), config(awsstub.New(t)), stage))
			if len(got) != len(test.want) {
				t.Fatalf("it says %d things, want %d (-want +got):\n%s", len(got), len(test.want), cmp.Diff(test.want, got))
			}
			for i, line := range got {
				if want := here.Replace(test.want[i]); !strings.HasPrefix(line, want) {
					t.Errorf("it says\n%s\nwant\n%s", line, want)
				}
			}
		})
	}
}

// TestSeveralIssuers: each is asked, and the findings are in their order.
func TestSeveralIssuers(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	stage := target(uploads.Props{AllowedOrigins: []string{"https://example.com"}, Callers: uploads.Callers{Issuers: &uploads.Issuers{List: []uploads.Issuer{
		{URL: server.URL + "/a", Audiences: []string{"web"}}, {URL: server.URL + "/b", Audiences: []string{"web"}},
	}}}})
	stage.HTTP = server.Client()
	want := []string{"problem Callers.Issuers.List[0].URL: " + server.URL + "/a/", "problem Callers.Issuers.List[1].URL: " + server.URL + "/b/"}
	got := lines(check.Run(context.Background(), config(awsstub.New(t)), stage))
	if len(got) != 2 || !strings.HasPrefix(got[0], want[0]) || !strings.HasPrefix(got[1], want[1]) {
		t.Errorf("it says %q, want %q", got, want)
	}
}
