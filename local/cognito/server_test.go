package cognito

import (
	"context"
	"encoding/base64"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const modules = "../../node_modules"

func start(t *testing.T, dir string, port int) *Server {
	t.Helper()
	script, err := filepath.Abs(modules + "/cognito-local/lib/bin/start.js")
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath(modules + "/.bin/node")
	if err != nil {
		t.Fatal("run `npm ci` first (make test does): ", err)
	}
	if node, err = filepath.Abs(node); err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), Config{Node: node, Script: script, Dir: dir, Port: port, IssuerDomain: issuerDomain, HeaderTimeout: headerTimeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

const headerTimeout = time.Second

const issuerDomain = "https://cognito-idp.us-east-1.amazonaws.com"

const password = "correct-Horse-1"

func signIn(t *testing.T, s *Server, pool Pool) (idToken, accessToken string) {
	t.Helper()
	var answer struct {
		AuthenticationResult struct{ IdToken, AccessToken string }
	}
	err := s.call(t.Context(), "InitiateAuth", Properties{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": pool.ClientID,
		"AuthParameters": Properties{"USERNAME": "ada@example.com", "PASSWORD": password},
	}, &answer)
	if err != nil {
		t.Fatal(err)
	}
	return answer.AuthenticationResult.IdToken, answer.AuthenticationResult.AccessToken
}

func TestVerify(t *testing.T) {
	s := start(t, t.TempDir(), 0)
	properties := Properties{"UsernameAttributes": []string{"email"}}
	pool, err := s.CreatePool(t.Context(), "One", properties, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.CreatePool(t.Context(), "Other", properties, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateUser(t.Context(), pool, "ada@example.com", password); err != nil {
		t.Fatal(err)
	}
	id, access := signIn(t, s, pool)
	header, rest, _ := strings.Cut(id, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"CognitoLocal"}`))
	unknown := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"unknown"}`))

	for name, c := range map[string]struct {
		token string
		pools []string
		ok    bool
		scope string
	}{
		"OK":              {id, []string{pool.ARN}, true, ""},
		"OKSecondPool":    {id, []string{other.ARN, pool.ARN}, true, ""},
		"ErrOtherPool":    {id, []string{other.ARN}, false, ""},
		"ErrNoPool":       {id, nil, false, ""},
		"ErrAccessToken":  {access, []string{pool.ARN}, false, ""},
		"OKAccessToken":   {access, []string{pool.ARN}, true, "aws.cognito.signin.user.admin"},
		"ErrOtherScope":   {access, []string{pool.ARN}, false, "uploads/write"},
		"ErrIDForScope":   {id, []string{pool.ARN}, false, "aws.cognito.signin.user.admin"},
		"ErrGarbage":      {"garbage", []string{pool.ARN}, false, ""},
		"ErrAlgNone":      {none + "." + claims + ".", []string{pool.ARN}, false, ""},
		"ErrUnknownKey":   {unknown + "." + claims + "." + signature, []string{pool.ARN}, false, ""},
		"ErrSignature":    {header + "." + claims + "." + signature[1:] + signature[:1], []string{pool.ARN}, false, ""},
		"ErrOtherPayload": {header + "." + strings.Replace(claims, claims[10:14], "AAAA", 1) + "." + signature, []string{pool.ARN}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			// An unknown key must not cause a wait.
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			got, err := s.Verify(ctx, c.token, c.pools, strings.Fields(c.scope))
			if (err == nil) != c.ok || ctx.Err() != nil {
				t.Errorf("got %v", err)
			}
			if c.ok && c.scope == "" && got["email"] != "ada@example.com" {
				t.Errorf("got the claims %v", got)
			}
		})
	}
}

// A second start with the same folder and port has the same pool, client and user, and accepts the
// tokens of the first.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	var port int
	var tokens []string
	var pools [2]Pool
	var subs [2]any
	for i := range pools {
		s := start(t, dir, port)
		port = s.Port
		pool, err := s.CreatePool(t.Context(), "Kept", Properties{"UsernameAttributes": []string{"email"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CreateUser(t.Context(), pool, "ada@example.com", password); err != nil {
			t.Fatal(err)
		}
		token, _ := signIn(t, s, pool)
		for _, token := range append(tokens, token) {
			claims, err := s.Verify(t.Context(), token, []string{pool.ARN}, nil)
			if err != nil {
				t.Fatal(err)
			}
			subs[i] = claims["sub"]
		}
		pools[i], tokens = pool, append(tokens, token)
		s.Close()
	}
	if pools[0] != pools[1] || subs[0] != subs[1] {
		t.Errorf("first %v %v, then %v %v", pools[0], subs[0], pools[1], subs[1])
	}
}

// If another program has taken the port, the server starts on another one.
func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	if s := start(t, t.TempDir(), port); s.Port == port || !strings.HasSuffix(s.URL, ":"+strconv.Itoa(s.Port)) {
		t.Errorf("got port %d and %s where %d is taken", s.Port, s.URL, port)
	}
}

// The child ends when its standard input closes, as it does when the parent dies.
func TestEndsWithItsParent(t *testing.T) {
	s := start(t, t.TempDir(), 0)
	s.process.Stdin.Close()
	select {
	case <-s.Ended():
	case <-time.After(2 * time.Second):
		t.Error("cognito-local outlives its parent")
	}
}

func TestStartReportsTheError(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(context.Background(), Config{Node: node, Script: "/nowhere/start.js", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "Cannot find module '/nowhere/start.js'") {
		t.Errorf("got %v", err)
	}
}
