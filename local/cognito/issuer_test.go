package cognito

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// elsewhere is a transport that must not be needed for a pool.
type elsewhere struct{}

var errElsewhere = errors.New("elsewhere")

func (elsewhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errElsewhere }

// A client with the transport finds the keys of the pool's tokens from their issuer, as on AWS.
func TestTransport(t *testing.T) {
	s := start(t, t.TempDir(), 0)
	pool, err := s.CreatePool(t.Context(), "One", Properties{"UsernameAttributes": []string{"email"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CreateUser(t.Context(), pool, "ada@example.com", password); err != nil {
		t.Fatal(err)
	}
	if want := issuerDomain + "/" + pool.ID; pool.Issuer != want {
		t.Errorf("the issuer is %s, want %s", pool.Issuer, want)
	}
	id, access := signIn(t, s, pool)
	for _, token := range []string{id, access} {
		claims := jwt.MapClaims{}
		if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil || claims["iss"] != pool.Issuer {
			t.Errorf("a token's issuer is %v (%v), want %s", claims["iss"], err, pool.Issuer)
		}
	}

	client := &http.Client{Transport: s.Transport(pool, elsewhere{})}
	for path, want := range map[string]string{
		configurationPath: `"issuer":"` + pool.Issuer + `","jwks_uri":"` + pool.Issuer + keysPath + `"`,
		keysPath:          `"kid":"CognitoLocal"`,
	} {
		response, err := client.Get(pool.Issuer + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: got %d %s (%v), want %s", path, response.StatusCode, body, err, want)
		}
	}
	for _, url := range []string{
		pool.Issuer, pool.Issuer + "x" + keysPath, issuerDomain + "/us-east-1_AbCdEfGhI" + keysPath, "https://login.example.com" + configurationPath,
	} {
		if response, err := client.Get(url); !errors.Is(err, errElsewhere) {
			t.Errorf("%s: got %v (%v), want another server to be asked", url, response, err)
		}
	}
}
