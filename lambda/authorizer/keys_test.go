package authorizer

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/config"
)

// wantFetches checks how often the issuer's keys were fetched.
func (f *fixture) wantFetches(want int) {
	f.t.Helper()
	if got, _ := f.issuer.counts(); got != want {
		f.t.Errorf("the keys were fetched %d times, want %d", got, want)
	}
}

// Keys are fetched once an hour, and a key that the issuer withdraws is trusted no longer than
// that.
func TestKeysAreCached(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.a.FetchKeys(context.Background())
	f.a.FetchKeys(context.Background())
	f.wantFetches(1)
	f.issuer.publish(secondKey())
	f.clock.pass(refreshAfter - time.Second)
	f.want("Allow", f.token(nil))
	f.wantFetches(1)
	f.clock.pass(time.Second)
	f.want("Unauthorized", f.token(nil))
	f.wantFetches(2)
	f.key = secondKey()
	f.want("Allow", f.token(nil))
	f.wantFetches(2)
}

// An unknown kid brings a new key, and a flood of made-up ones doesn't become a flood at the
// issuer.
func TestRotation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.want("Allow", f.token(nil))
	old := f.token(map[string]any{"exp": f.clock.now().Add(time.Hour).Unix()})
	f.clock.pass(refreshPause)
	f.issuer.publish(firstKey(), secondKey())
	f.key = secondKey()
	f.want("Allow", f.token(nil))
	f.want("Allow", old)
	f.wantFetches(2)
	for n := range 100 {
		f.want("Unauthorized", f.tokenHeaded(map[string]any{"kid": fmt.Sprint("made-up-", n)}))
	}
	f.wantFetches(2)

	// The flood goes on, and the issuer changes its keys again: they are here after the pause.
	f.issuer.publish(testKey{"third", jwt.SigningMethodRS256, rsaOne(), nil})
	f.key = testKey{"third", jwt.SigningMethodRS256, rsaOne(), nil}
	f.want("Unauthorized", f.token(nil))
	f.clock.pass(refreshPause)
	f.want("Unauthorized", f.tokenHeaded(map[string]any{"kid": "made-up"}))
	f.want("Allow", f.token(nil))
	f.want("Unauthorized", old)
	f.wantFetches(3)
}

// The pause is each issuer's own.
func TestRotationOfTwo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := startIssuer(t, firstKey())
	second := f.cfg
	second.URL = other.url
	f.start(config.Authorizer{Issuers: []config.Issuer{f.cfg, second}})
	f.a.FetchKeys(context.Background())
	f.clock.pass(refreshPause)
	f.want("Unauthorized", f.tokenHeaded(map[string]any{"kid": "made-up"}))
	other.publish(secondKey())
	f.key = secondKey()
	f.want("Allow", f.token(map[string]any{"iss": other.url}))
}

// Without keys nothing can be judged. That is said so, and the issuer isn't asked by every request.
func TestDownAtTheStart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.issuer.fail(down)
	f.a.FetchKeys(context.Background())
	if lines := f.lines(); len(lines) != 1 || !strings.Contains(lines[0], `"level":"ERROR","msg":"keys not fetched"`) || !strings.Contains(lines[0], "503") {
		t.Errorf("%q", lines)
	}
	for range 3 {
		f.want("error", f.token(nil))
		if lines := f.lines(); len(lines) != 1 || !strings.Contains(lines[0], `"level":"ERROR"`) || !strings.Contains(lines[0], `"code":"Internal"`) || !strings.Contains(lines[0], "503") {
			t.Errorf("%q", lines)
		}
	}
	f.want("Unauthorized", "not a token") // which no key is needed for
	if _, all := f.issuer.counts(); all != 1 {
		t.Errorf("the issuer was asked %d times", all)
	}
	f.clock.pass(retryPause)
	f.want("error", f.token(nil))
	f.issuer.fail(nil)
	f.want("error", f.token(nil))
	f.clock.pass(retryPause)
	f.want("Allow", f.token(nil))
	f.wantFetches(1)
}

// While the issuer can't be reached, its old keys are used on for a day.
func TestDownLater(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.want("Allow", f.token(nil))
	f.issuer.fail(down)
	f.clock.pass(refreshAfter)
	_, before := f.issuer.counts()
	for range 3 {
		f.want("Allow", f.token(nil))
	}
	if _, all := f.issuer.counts(); all != before+1 {
		t.Errorf("the issuer was asked %d times, want once in a minute", all-before)
	}
	if log := f.log.String(); !strings.Contains(log, `"level":"WARN","msg":"keys not fetched"`) || strings.Contains(log, "ERROR") {
		t.Errorf("one fetch failed: %s", log)
	}
	f.clock.pass(refreshPause)
	f.want("error", f.tokenHeaded(map[string]any{"kid": "made-up or new"}))
	f.clock.pass(keepFor - refreshAfter - refreshPause - time.Second)
	f.log.Reset()
	f.want("Allow", f.token(nil))
	if log := f.log.String(); !strings.Contains(log, `"level":"ERROR","msg":"keys not fetched"`) {
		t.Errorf("nearly a day without a fetch: %s", log)
	}
	f.clock.pass(time.Second)
	f.want("error", f.token(nil))
	f.issuer.fail(nil)
	f.clock.pass(retryPause)
	f.want("Allow", f.token(nil))
}

// An issuer that publishes no key has withdrawn them all. That is an answer.
func TestAllKeysWithdrawn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.want("Allow", f.token(nil))
	f.issuer.publish()
	f.clock.pass(refreshAfter)
	f.want("Unauthorized", f.token(nil))
}

// Requests that need keys at the same time share one fetch, even if the first one is given up.
func TestConcurrentRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	entered, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.issuer.fail(func(http.ResponseWriter, *http.Request) bool {
		once.Do(func() { close(entered); <-release })
		return false
	})
	ctx, cancel := context.WithCancel(context.Background())
	token := f.token(nil)
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := f.a.issuers[f.issuer.url].verify(ctx, token); err != nil {
			t.Error(err)
		}
	})
	<-entered
	for range 20 {
		all.Go(func() { f.want("Allow", token) })
	}
	cancel()

	// A request that is given up while another one fetches doesn't wait.
	if _, err := f.a.issuers[f.issuer.url].verify(ctx, token); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("given up: %v", err)
	}
	close(release)
	all.Wait()
	f.wantFetches(1)
}

// Which keys a token without a kid can have been signed with.
func TestNoKid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.issuer.publish(firstKey(), testKey{"enc", jwt.SigningMethodRS256, rsaTwo(), map[string]any{"use": "enc"}}, testKey{"ec", jwt.SigningMethodES256, ec256(), nil})
	f.want("Allow", f.tokenHeaded(map[string]any{"kid": nil}))
	f.clock.pass(refreshAfter)
	f.issuer.publish(firstKey(), secondKey())
	f.want("Unauthorized", f.tokenHeaded(map[string]any{"kid": nil}))
	if !strings.Contains(f.log.String(), "it has no kid, and several of the issuer's keys fit") {
		t.Error(f.log)
	}
}

// Two keys may have one kid. A set with keys that can't be used still has those that can.
func TestKeySets(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	good, other := f.key.jwk(), secondKey().jwk()
	other["kid"] = "first"
	for name, set := range map[string][]any{
		"an unknown type":    {map[string]any{"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"}, good},
		"of symmetric keys":  {map[string]any{"kty": "oct", "kid": "first", "k": "AAAA"}, good},
		"of another curve":   {map[string]any{"kty": "EC", "kid": "first", "crv": "secp256k1", "x": "AA", "y": "AA"}, good},
		"not on its curve":   {map[string]any{"kty": "EC", "kid": "first", "crv": "P-256", "x": "AQ", "y": "AQ"}, good},
		"EdDSA":              {map[string]any{"kty": "OKP", "kid": "first", "crv": "Ed25519", "x": strings.Repeat("A", 43)}, good},
		"without numbers":    {map[string]any{"kty": "RSA", "kid": "first"}, good},
		"not keys":           {nil, 5, "x", []any{}, map[string]any{"kty": 5}, good},
		"one kid, this last": {other, good},
		"one kid, another":   {good, other},
		"the same twice":     {good, good},
		"an odd certificate": {merge(good, map[string]any{"x5c": []string{"AA=="}, "x5t": "AA", "x5u": "http://127.0.0.1:1/"})},
		"an unknown use":     {merge(good, map[string]any{"use": "tls"}), good},
		"an unknown member":  {merge(good, map[string]any{"nbf": 1493763266, "issuer": "https://x.example"})},
	} {
		f.issuer.publishJSON(toJSON(map[string]any{"keys": set}))
		f.clock.pass(refreshAfter)
		if got := f.outcome(f.token(nil)); got != "Allow" {
			t.Errorf("%s: %s\n%s", name, got, f.log)
		}
	}
}

// What an issuer answers instead of its keys. Each is an error of the issuer, not of the caller,
// and the next good answer mends it.
func TestFaultsOfIssuers(t *testing.T) {
	t.Parallel()
	elsewhere := startIssuer(t, secondKey())
	configuration := func(issuer, keys string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
				return false
			}
			io.WriteString(w, toJSON(map[string]string{"issuer": issuer, "jwks_uri": keys}))
			return true
		}
	}
	onKeys := func(answer func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/keys" {
				answer(w, r)
			}
			return r.URL.Path == "/keys"
		}
	}
	onAll := func(answer func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool { answer(w, r); return true }
	}
	text := func(s string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, s) }
	}
	redirect := func(to string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	large := func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, toJSON(map[string]any{"keys": []any{firstKey().jwk()}})+strings.Repeat(" ", 10<<20))
	}
	f := newFixture(t)
	url := f.issuer.url
	timeout := &f.a.issuers[url].keys.source.timeout
	for name, test := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		why   string
	}{
		"500":                      {onAll(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }), "answered 500"},
		"204":                      {onAll(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }), "answered 204"},
		"a page":                   {onAll(text("<!doctype html><title>Sign in</title>")), "not the JSON document"},
		"nothing":                  {onAll(text("")), "not the JSON document"},
		"a list":                   {onAll(text("[]")), "not the JSON document"},
		"10 MB":                    {onAll(large), "answered more than 150000 bytes"},
		"slow":                     {onAll(hang), context.DeadlineExceeded.Error()},
		"a redirect":               {onAll(redirect(elsewhere.url + ".well-known/openid-configuration")), "no redirect is followed"},
		"a redirect to itself":     {onAll(redirect(url + ".well-known/openid-configuration")), "no redirect is followed"},
		"another issuer":           {configuration(elsewhere.url, elsewhere.url+"keys"), "is that of the issuer"},
		"no slash":                 {configuration(strings.TrimSuffix(url, "/"), url+"keys"), "is that of the issuer"},
		"a template":               {configuration("https://login.microsoftonline.com/{tenantid}/v2.0", url+"keys"), "is that of the issuer"},
		"no issuer":                {configuration("", url+"keys"), "is that of the issuer"},
		"no keys' URL":             {configuration(url, ""), "it must be https"},
		"keys of another host":     {configuration(url, elsewhere.url+"keys"), "it must be https"},
		"keys of a file":           {configuration(url, "file:///etc/passwd"), "it must be https"},
		"keys of a path":           {configuration(url, "/keys"), "it must be https"},
		"keys' URL isn't one":      {configuration(url, "http://[::1/keys"), "which is not a URL"},
		"a long keys' URL":         {configuration(url, url+strings.Repeat("k", maxKeysURL)), "at most 2048 characters"},
		"keys 500":                 {onKeys(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }), "answered 500"},
		"keys as a page":           {onKeys(text("<!doctype html>")), "not the JSON document"},
		"keys of 10 MB":            {onKeys(large), "answered more than 150000 bytes"},
		"keys slow":                {onKeys(hang), context.DeadlineExceeded.Error()},
		"keys redirected":          {onKeys(redirect(elsewhere.url + "keys")), "no redirect is followed"},
		"no set":                   {onKeys(text("{}")), "it has no keys"},
		"a set of null":            {onKeys(text(`{"keys":null}`)), "it has no keys"},
		"one key instead of a set": {onKeys(text(toJSON(firstKey().jwk()))), "it has no keys"},
	} {
		f.issuer.fail(test.fault)
		f.clock.pass(keepFor)
		*timeout = time.Minute
		if test.why == context.DeadlineExceeded.Error() {
			*timeout = 100 * time.Millisecond
		}
		if got := f.outcome(f.token(nil)); got != "error" || !strings.Contains(f.log.String(), test.why) {
			t.Errorf("%s: %s, want %q\n%s", name, got, test.why, f.log)
		}
		f.issuer.fail(nil)
		f.clock.pass(retryPause)
		*timeout = time.Minute
		if got := f.outcome(f.token(nil)); got != "Allow" {
			t.Errorf("after %s: %s\n%s", name, got, f.log)
		}
		f.log.Reset()
	}
	if _, all := elsewhere.counts(); all > 0 {
		t.Errorf("the other issuer was asked %d times", all)
	}
}

// An issuer with https has its keys at https, even on this machine.
func TestKeysWithoutTLS(t *testing.T) {
	t.Parallel()
	key := firstKey()
	plain := startIssuer(t, key)
	var keys string
	mux := http.NewServeMux()
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, toJSON(map[string]string{"issuer": server.URL, "jwks_uri": keys}))
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, plain.set) })
	source := newSource(server.URL, server.Client())
	keys = server.URL + "/keys"
	if found, err := source.fetch(context.Background()); err != nil || len(found) != 1 {
		t.Errorf("https: %v, %v", found, err)
	}
	keys = plain.url + "keys"
	if found, err := source.fetch(context.Background()); err == nil || !strings.Contains(err.Error(), "it must be https") {
		t.Errorf("http: %v, %v", found, err)
	}
	if fetches, _ := plain.counts(); fetches > 0 {
		t.Error("the keys were fetched over http")
	}
}

// The caller's client is left as it is.
func TestClientIsNotChanged(t *testing.T) {
	t.Parallel()
	client := &http.Client{}
	newSource("https://login.example/", client)
	if client.CheckRedirect != nil {
		t.Error("redirects are refused to others too")
	}
}

// The time has no monotonic reading, which would stand still in a frozen function.
func TestWallClock(t *testing.T) {
	t.Parallel()
	if now := wallClock(); strings.Contains(now.String(), "m=") {
		t.Errorf("%s has a monotonic reading", now)
	}
	if _, err := New(config.Authorizer{}, &http.Client{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("no issuers are accepted")
	}
}
