package cognito

import (
	"context"
	"encoding/base64"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const modules = "../../node_modules"

func start(t *testing.T, dir string) *Server {
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
	s, err := Start(t.Context(), Config{Node: node, Script: script, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func signIn(t *testing.T, s *Server, pool Pool, password string) (idToken, accessToken string) {
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
	s := start(t, t.TempDir())
	properties := Properties{"UsernameAttributes": []string{"email"}}
	pool, err := s.CreatePool(t.Context(), "One", properties, nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.CreatePool(t.Context(), "Other", properties, nil)
	if err != nil {
		t.Fatal(err)
	}
	password, err := s.CreateUser(t.Context(), pool, "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	id, access := signIn(t, s, pool, password)
	header, rest, _ := strings.Cut(id, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"CognitoLocal"}`))

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
		"ErrSignature":    {header + "." + claims + "." + signature[1:] + signature[:1], []string{pool.ARN}, false, ""},
		"ErrOtherPayload": {header + "." + strings.Replace(claims, claims[10:14], "AAAA", 1) + "." + signature, []string{pool.ARN}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Verify(t.Context(), c.token, c.pools, strings.Fields(c.scope))
			if (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
			if c.ok && c.scope == "" && got["email"] != "ada@example.com" {
				t.Errorf("got the claims %v", got)
			}
		})
	}
}

// A second start on the same folder finds the same pool, client and user.
func TestDataIsKept(t *testing.T) {
	dir := t.TempDir()
	var pools [2]Pool
	var subs [2]any
	for i := range pools {
		s := start(t, dir)
		pool, err := s.CreatePool(t.Context(), "Kept", Properties{"UsernameAttributes": []string{"email"}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		password, err := s.CreateUser(t.Context(), pool, "ada@example.com")
		if err != nil {
			t.Fatal(err)
		}
		token, _ := signIn(t, s, pool, password)
		claims, err := s.Verify(t.Context(), token, []string{pool.ARN}, nil)
		if err != nil {
			t.Fatal(err)
		}
		pools[i], subs[i] = pool, claims["sub"]
		s.Close()
	}
	if pools[0] != pools[1] || subs[0] != subs[1] {
		t.Errorf("first %v %v, then %v %v", pools[0], subs[0], pools[1], subs[1])
	}
}

// The child ends when its standard input closes, which the system does when the parent dies.
func TestEndsWithItsParent(t *testing.T) {
	s := start(t, t.TempDir())
	s.stdin.Close()
	select {
	case <-s.Ended():
	case <-time.After(2 * time.Second):
		t.Error("cognito-local outlives its parent")
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(context.Background(), Config{Node: node, Script: "/nowhere/start.js", Dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "Cannot find module '/nowhere/start.js'") {
		t.Errorf("got %v", err)
	}
}
