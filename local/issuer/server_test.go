package issuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	audience   = "https://signpost.example/api"
	pageURL    = "http://127.0.0.1:8080/"
	pageOrigin = "http://127.0.0.1:8080"
	password   = "correct <Horse> & \"1\""
)

// TestInputs looks at what Node reads: Go's test cache then notices a change, as in test/inputs.
func TestInputs(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("provider/*")
	if err != nil || len(files) == 0 {
		t.Fatal("provider/ is empty: ", err)
	}
	for _, file := range append(files, "../../package-lock.json") {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}

func config(t *testing.T, dir string) Config {
	t.Helper()
	node, err := exec.LookPath("../../node_modules/.bin/node")
	if err != nil {
		t.Fatal("run `npm ci` first (make test does): ", err)
	}
	if node, err = filepath.Abs(node); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("provider/main.mjs")
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Node: node, Script: script, Dir: dir, Audience: audience, Pages: []string{pageURL, "http://localhost:8080/"},
		Users: []User{
			{Subject: "local|ada", Username: "ada@example.com", Password: password, Name: "Ada", Groups: []string{"editors"}},
			{Subject: "local|grace", Username: "grace@example.com", Password: "another", Name: "Grace", Groups: []string{}},
		},
	}
}

func start(t *testing.T, dir string, port int) *Server {
	t.Helper()
	reserved, err := Reserve(port)
	if err != nil {
		t.Fatal(err)
	}
	s, err := reserved.Start(t.Context(), config(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// browser is a client that keeps cookies and doesn't follow redirects.
func browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer is a response with its body.
type answer struct {
	*http.Response
	body string
}

func send(t *testing.T, client *http.Client, method, target string, form url.Values, header ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, target, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(body)}
}

const verifier = "a-code-verifier-of-at-least-forty-three-characters"

// signInPage asks to sign in as the page does, with parameters changed, and returns the address of
// the form.
func signInPage(t *testing.T, s *Server, client *http.Client, changes url.Values) answer {
	t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {PageClientID}, "redirect_uri": {pageURL}, "response_type": {"code"}, "scope": {"openid profile offline_access"},
		"resource": {audience}, "state": {"s"}, "code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for name, values := range changes {
		query[name] = values
	}
	return send(t, client, http.MethodGet, s.URL+"/auth?"+query.Encode(), nil)
}

// submit sends the form of the sign-in page, and follows to the page's address.
func submit(t *testing.T, s *Server, client *http.Client, form url.Values) *url.URL {
	t.Helper()
	action := s.URL + signInPage(t, s, client, nil).Header.Get("Location")
	got := send(t, client, http.MethodPost, action, form)
	if got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the form was answered with %d: %s", got.StatusCode, got.body)
	}
	callback, err := url.Parse(send(t, client, http.MethodGet, got.Header.Get("Location"), nil).Header.Get("Location"))
	if err != nil || !strings.HasPrefix(callback.String(), pageURL) {
		t.Fatalf("it redirects to %s, %v", callback, err)
	}
	return callback
}

type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Error        string `json:"error"`
}

func askForTokens(t *testing.T, s *Server, form url.Values, header ...string) (answer, tokens) {
	t.Helper()
	got := send(t, http.DefaultClient, http.MethodPost, s.URL+"/token", form, header...)
	var answered tokens
	if err := json.Unmarshal([]byte(got.body), &answered); err != nil {
		t.Fatalf("%s: %v", got.body, err)
	}
	return got, answered
}

func exchange(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {PageClientID}, "code": {code}, "redirect_uri": {pageURL}, "code_verifier": {verifier}}
}

func refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {PageClientID}, "refresh_token": {token}, "resource": {audience}}
}

func signIn(t *testing.T, s *Server, username, password string) tokens {
	t.Helper()
	callback := submit(t, s, browser(), url.Values{"username": {username}, "password": {password}})
	if callback.Query().Get("state") != "s" {
		t.Errorf("the state is lost: %s", callback)
	}
	_, got := askForTokens(t, s, exchange(callback.Query().Get("code")), "Origin", pageOrigin)
	return got
}

// claimsOf verifies a token as any API would.
func claimsOf(t *testing.T, s *Server, token string) (claims jwt.MapClaims, header map[string]any) {
	t.Helper()
	keys, err := keyfunc.NewJWKSetJSON(json.RawMessage(send(t, http.DefaultClient, http.MethodGet, s.URL+"/jwks", nil).body))
	if err != nil {
		t.Fatal(err)
	}
	claims = jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(token, claims, keys.Keyfunc, jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(s.URL), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatal(err)
	}
	return claims, parsed.Header
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	for username, want := range map[string]struct {
		password, subject string
		groups            int
	}{
		"ada@example.com": {password, "local|ada", 1}, "grace@example.com": {"another", "local|grace", 0},
	} {
		got := signIn(t, s, username, want.password)
		claims, header := claimsOf(t, s, got.AccessToken)
		groups, isList := claims["groups"].([]any)
		if claims["sub"] != want.subject || claims["aud"] != audience || claims["client_id"] != PageClientID || header["typ"] != "at+jwt" || !isList || len(groups) != want.groups {
			t.Errorf("%s: the access token has %v %v", username, header, claims)
		}
		if id, _ := claimsOf(t, s, got.IDToken); id["sub"] != want.subject || id["aud"] != PageClientID || id["name"] == nil {
			t.Errorf("%s: the ID token has %v", username, id)
		}
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	secret, err := os.ReadFile(s.MachineSecretFile)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "resource": {audience}}
	basic := func(secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(MachineClientID+":"+secret))
	}
	_, got := askForTokens(t, s, form, "Authorization", basic(strings.TrimSpace(string(secret))))
	if claims, _ := claimsOf(t, s, got.AccessToken); claims["sub"] != MachineClientID || claims["aud"] != audience || got.RefreshToken != "" {
		t.Errorf("got %v", claims)
	}
	if got, refused := askForTokens(t, s, form, "Authorization", basic("wrong")); got.StatusCode != http.StatusUnauthorized || refused.AccessToken != "" {
		t.Errorf("a wrong secret: %d %+v", got.StatusCode, refused)
	}
	form.Set("resource", "https://other.example/")
	if _, refused := askForTokens(t, s, form, "Authorization", basic(strings.TrimSpace(string(secret)))); refused.Error != "invalid_target" {
		t.Errorf("another API: %+v", refused)
	}
}

// What must not end in a code, or in a token.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	client := browser()
	form := s.URL + signInPage(t, s, client, nil).Header.Get("Location")
	for name, got := range map[string]answer{
		"WrongPassword": send(t, client, http.MethodPost, form, url.Values{"username": {"ada@example.com"}, "password": {"wrong"}}),
		"NoUser":        send(t, client, http.MethodPost, form, url.Values{"username": {`"><script>`}, "password": {password}}),
		"NoFields":      send(t, client, http.MethodPost, form, url.Values{}),
		"OtherBrowser":  send(t, browser(), http.MethodPost, form, url.Values{"username": {"ada@example.com"}, "password": {password}}),
		"TooLarge":      send(t, client, http.MethodPost, form, url.Values{"password": {strings.Repeat("x", 9000)}}),
		"RedirectURI":   signInPage(t, s, client, url.Values{"redirect_uri": {"https://evil.example/"}}),
	} {
		if got.StatusCode/100 != 4 || strings.Contains(got.Header.Get("Location"), "code=") || strings.Contains(got.body, "<script>") {
			t.Errorf("%s: %d %s\n%s", name, got.StatusCode, got.Header.Get("Location"), got.body)
		}
	}
	for name, changes := range map[string]url.Values{
		"NoPKCE":    {"code_challenge": nil, "code_challenge_method": nil},
		"PlainPKCE": {"code_challenge": {verifier}, "code_challenge_method": {"plain"}},
		"Implicit":  {"response_type": {"id_token"}, "nonce": {"n"}},
		"OtherAPI":  {"resource": {"https://other.example/"}},
	} {
		if got := signInPage(t, s, browser(), changes).Header.Get("Location"); !strings.HasPrefix(got, pageURL) || !strings.Contains(got, "error=") {
			t.Errorf("%s: it redirects to %q", name, got)
		}
	}
	code := submit(t, s, client, url.Values{"username": {"ada@example.com"}, "password": {password}}).Query().Get("code")
	if _, got := askForTokens(t, s, exchange(code), "Origin", "https://evil.example"); got.Error == "" {
		t.Error("another page's origin gets tokens")
	}
	withoutVerifier := exchange(code)
	withoutVerifier.Del("code_verifier")
	if _, got := askForTokens(t, s, withoutVerifier); got.Error == "" {
		t.Error("a code without its verifier gets tokens")
	}
}

// A password with characters of HTML is what the user's button sends.
func TestUserButton(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	client := browser()
	page := send(t, client, http.MethodGet, s.URL+signInPage(t, s, client, nil).Header.Get("Location"), nil)
	value := regexp.MustCompile(`name="password" value="([^"]*)"`).FindStringSubmatch(page.body)
	if value == nil || html.UnescapeString(value[1]) != password {
		t.Errorf("the form has %q", value)
	}
	policy := page.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self' " + pageOrigin} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s is not in the policy %s", want, policy)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	if got := submit(t, s, browser(), url.Values{"cancel": {"yes"}}).Query(); got.Get("error") != "access_denied" || got.Get("code") != "" || got.Get("state") != "s" {
		t.Errorf("got %v", got)
	}
}

// Each refresh token works once. The second use of one ends the session: somebody has a copy.
func TestRotation(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	first := signIn(t, s, "ada@example.com", password)
	_, second := askForTokens(t, s, refresh(first.RefreshToken))
	if claims, _ := claimsOf(t, s, second.AccessToken); claims["sub"] != "local|ada" || second.RefreshToken == first.RefreshToken {
		t.Errorf("got %v, and the same refresh token: %v", claims, second.RefreshToken == first.RefreshToken)
	}
	if _, copied := askForTokens(t, s, refresh(first.RefreshToken)); copied.Error != "invalid_grant" {
		t.Errorf("a used refresh token: %+v", copied)
	}
	if _, ended := askForTokens(t, s, refresh(second.RefreshToken)); ended.Error != "invalid_grant" {
		t.Errorf("after a copy was used: %+v", ended)
	}
}

// A second start with the same folder and port has the same key, secret and sessions.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir, 0)
	got := signIn(t, first, "ada@example.com", password)
	secret, err := os.ReadFile(first.MachineSecretFile)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(first.URL, "http://"))
	first.Close()
	number, _ := net.LookupPort("tcp", port)
	second := start(t, dir, number)
	if second.URL != first.URL {
		t.Errorf("the URL was %s and is now %s", first.URL, second.URL)
	}
	claimsOf(t, second, got.AccessToken)
	if again, _ := os.ReadFile(second.MachineSecretFile); string(again) != string(secret) {
		t.Error("the secret has changed")
	}
	if _, renewed := askForTokens(t, second, refresh(got.RefreshToken)); renewed.AccessToken == "" {
		t.Errorf("the refresh token isn't valid any more: %+v", renewed)
	}
	if other := start(t, t.TempDir(), 0); send(t, http.DefaultClient, "GET", other.URL+"/jwks", nil).body == send(t, http.DefaultClient, "GET", second.URL+"/jwks", nil).body {
		t.Error("another folder has the same key")
	}
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "issuer")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "machine-secret"), []byte("of an earlier run\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir, 0)
	signIn(t, s, "ada@example.com", password)
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may use %s: %s", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files < 6 {
		t.Errorf("%d files, %v", files, err)
	}
}

// A site can point its own name at this machine.
func TestOtherHost(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	r, _ := http.NewRequest(http.MethodGet, s.URL+"/jwks", nil)
	r.Host = "evil.example"
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("answered %d", response.StatusCode)
	}
}

// Files belong to an issuer's users by its URL, so another port would lose them.
func TestTakenPort(t *testing.T) {
	t.Parallel()
	taken, err := Reserve(0)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err := Reserve(taken.Port); err == nil || !strings.Contains(err.Error(), "-dir") {
		t.Errorf("got %v", err)
	}
}

// The child ends when its standard input closes, as it does when the parent dies.
func TestEndsWithItsParent(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), 0)
	s.process.Stdin.Close()
	select {
	case <-s.Ended():
	case <-time.After(10 * time.Second):
		t.Error("oidc-provider outlives its parent")
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	s := start(t, filepath.Join(t.TempDir(), strings.Repeat("x", 120)), 0)
	s.Close()
	if _, err := os.Stat(filepath.Dir(s.socket)); err == nil {
		t.Error("the folder of the socket is left")
	}
}

func TestStartReportsTheError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "store.json"), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	reserved, err := Reserve(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reserved.Start(t.Context(), config(t, dir)); err == nil || !strings.Contains(err.Error(), "store.json") {
		t.Errorf("got %v", err)
	}
}
