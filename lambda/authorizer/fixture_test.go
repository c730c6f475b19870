package authorizer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/config"
)

const (
	methodARN = "arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/POST/uploads"
	stageARN  = "arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/*"
	audience  = "https://signpost.example/api"
	subject   = "auth0|5f7c8ec7c33c6c004bbafe82"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Unix(1_800_000_000, 0)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// testIssuer is an OpenID Connect issuer on this machine.
type testIssuer struct {
	url    string
	client *http.Client

	mu      sync.Mutex
	set     string                                        // its JSON Web Key Set
	fault   func(http.ResponseWriter, *http.Request) bool // answers in its place, if it returns true
	fetches int                                           // how often the set was fetched
	all     int                                           // how many requests there were
}

func startIssuer(t testing.TB, keys ...testKey) *testIssuer {
	i := &testIssuer{}
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	i.url, i.client = server.URL+"/", server.Client()
	i.publish(keys...)
	return i
}

// publish replaces the issuer's keys.
func (i *testIssuer) publish(keys ...testKey) {
	set := make([]map[string]any, len(keys))
	for n, key := range keys {
		set[n] = key.jwk()
	}
	i.publishJSON(toJSON(map[string]any{"keys": set}))
}

func (i *testIssuer) publishJSON(set string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.set = set
}

// fail sets what answers in the issuer's place; nil is the issuer itself.
func (i *testIssuer) fail(with func(http.ResponseWriter, *http.Request) bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fault = with
}

func down(w http.ResponseWriter, r *http.Request) bool {
	http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
	return true
}

func (i *testIssuer) counts() (fetches, all int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches, i.all
}

func (i *testIssuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	set, fault := i.set, i.fault
	i.all++
	if r.URL.Path == "/keys" {
		i.fetches++
	}
	i.mu.Unlock()
	switch {
	case fault != nil && fault(w, r):
	case r.URL.Path == "/.well-known/openid-configuration":
		io.WriteString(w, toJSON(map[string]any{"issuer": i.url, "jwks_uri": i.url + "keys"}))
	case r.URL.Path == "/keys":
		io.WriteString(w, set)
	default:
		http.NotFound(w, r)
	}
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// testKey is a key of an issuer, or of a forger.
type testKey struct {
	kid     string
	method  jwt.SigningMethod
	private crypto.Signer
	also    map[string]any // of the JSON Web Key; nil values leave a member out
}

// The keys are made once, since that takes long.
var (
	rsaOne   = sync.OnceValue(func() crypto.Signer { return newRSA(2048) })
	rsaTwo   = sync.OnceValue(func() crypto.Signer { return newRSA(2048) })
	rsaSmall = sync.OnceValue(func() crypto.Signer { return newRSA(1024) })
	ec256    = sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P256()) })
	ec384    = sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P384()) })
	ec521    = sync.OnceValue(func() crypto.Signer { return newEC(elliptic.P521()) })
)

func newRSA(bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

func newEC(curve elliptic.Curve) crypto.Signer {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func firstKey() testKey  { return testKey{"first", jwt.SigningMethodRS256, rsaOne(), nil} }
func secondKey() testKey { return testKey{"second", jwt.SigningMethodRS256, rsaTwo(), nil} }

func (k testKey) jwk() map[string]any {
	described, err := jwkset.NewJWKFromKey(k.private.Public(), jwkset.JWKOptions{})
	if err != nil {
		panic(err)
	}
	var jwk map[string]any
	if err := json.Unmarshal([]byte(toJSON(described.Marshal())), &jwk); err != nil {
		panic(err)
	}
	jwk["kid"], jwk["alg"], jwk["use"] = k.kid, k.method.Alg(), "sig"
	return merge(jwk, k.also)
}

// merge returns what a map is with some changes. One that is nil leaves a name out.
func merge(m, changes map[string]any) map[string]any {
	m = maps.Clone(m)
	for name, value := range changes {
		if m[name] = value; value == nil {
			delete(m, name)
		}
	}
	return m
}

// sign signs a header and claims that are written in JSON.
func (k testKey) sign(header, claims string) string {
	text := encode(header) + "." + encode(claims)
	signature, err := k.method.Sign(text, k.private)
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func (k testKey) header() map[string]any {
	return map[string]any{"alg": k.method.Alg(), "kid": k.kid, "typ": "JWT"}
}

// fixture is an authorizer with one issuer.
type fixture struct {
	t      testing.TB
	clock  *clock
	issuer *testIssuer
	key    testKey
	cfg    config.Issuer
	a      *Authorizer
	log    *bytes.Buffer
}

func newFixture(t testing.TB) *fixture {
	f := &fixture{t: t, clock: newClock(), key: firstKey()}
	f.issuer = startIssuer(t, f.key)
	f.cfg = config.Issuer{URL: f.issuer.url, Audiences: []string{"other", audience}, Algorithms: []string{"RS256"}}
	return f.start(config.Authorizer{Issuers: []config.Issuer{f.cfg}})
}

// start makes the authorizer anew.
func (f *fixture) start(cfg config.Authorizer) *fixture {
	f.t.Helper()
	f.log = &bytes.Buffer{}
	a, err := newAuthorizer(cfg, f.issuer.client, slog.New(slog.NewJSONHandler(f.log, nil)), f.clock.now)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, i := range a.issuers {
		i.keys.source.timeout = time.Minute // a busy machine is no fault of the issuer
	}
	f.a = a
	return f
}

// startWith makes the authorizer anew, with another issuer.
func (f *fixture) startWith(change func(*config.Issuer)) *fixture {
	change(&f.cfg)
	return f.start(config.Authorizer{Issuers: []config.Issuer{f.cfg}})
}

func (f *fixture) claims() map[string]any {
	now := f.clock.now().Unix()
	return map[string]any{"iss": f.issuer.url, "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
}

// token is a good token with some changes to its claims.
func (f *fixture) token(changes map[string]any) string {
	return f.key.sign(toJSON(f.key.header()), toJSON(merge(f.claims(), changes)))
}

// tokenHeaded is a good token with some changes to its header.
func (f *fixture) tokenHeaded(changes map[string]any) string {
	return f.key.sign(toJSON(merge(f.key.header(), changes)), toJSON(f.claims()))
}

func (f *fixture) authorize(token string) (events.APIGatewayCustomAuthorizerResponse, error) {
	return f.a.Authorize(context.Background(), events.APIGatewayCustomAuthorizerRequest{Type: "TOKEN", AuthorizationToken: token, MethodArn: methodARN})
}

// outcome is how a token ends: "Allow", "Deny", "Unauthorized", or "error" for any other error.
func (f *fixture) outcome(token string) string {
	answer, err := f.authorize(token)
	switch {
	case err != nil && err.Error() == "Unauthorized":
		return "Unauthorized"
	case err != nil:
		return "error"
	}
	return answer.PolicyDocument.Statement[0].Effect
}

func (f *fixture) want(outcome, token string) {
	f.t.Helper()
	if got := f.outcome(token); got != outcome {
		f.t.Errorf("%s, want %s\n%s", got, outcome, f.log)
	}
}

// lines returns what was logged since it was called last.
func (f *fixture) lines() (lines []string) {
	lines = strings.Split(strings.TrimSuffix(f.log.String(), "\n"), "\n")
	f.log.Reset()
	return lines
}
