package conformance_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	outputsFile = flag.String("outputs", "", "test the stack that wrote this outputs file; a relative path starts at the project's root")
	pageOrigin  = flag.String("origin", "http://localhost:8080", "with -outputs: an origin that the stack allows")
)

// projectRoot is where go.mod lies; tests run in their package's folder.
var projectRoot = func() string {
	root, err := filepath.Abs("../..")
	if err != nil {
		panic(err)
	}
	return root
}()

// stack holds a stack's outputs.
type stack struct {
	ApiUrl, Region, UploadBucketName, UserPoolId, UserPoolClientId string

	Local *localOutputs // of a local run alone
}

type localOutputs struct {
	PageUrl, S3Endpoint, CognitoEndpoint string
	Users                                []struct{ Username, Password string }
	CognitoSocket                        string
}

// origin is a page's origin that the stack allows.
func (s stack) origin() string {
	if s.Local != nil {
		return strings.TrimSuffix(s.Local.PageUrl, "/")
	}
	return *pageOrigin
}

// bucketURL is where the bucket is, without a trailing slash.
func (s stack) bucketURL() string {
	if s.Local != nil {
		return s.Local.S3Endpoint + "/" + s.UploadBucketName
	}
	return "https://" + s.UploadBucketName + ".s3." + s.Region + ".amazonaws.com"
}

func readOutputs(path string) (stack, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(projectRoot, path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return stack{}, err
	}
	var stacks map[string]stack
	if err := json.Unmarshal(raw, &stacks); err != nil {
		return stack{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(stacks) != 1 {
		return stack{}, fmt.Errorf("%s names %d stacks; it must name the one to test", path, len(stacks))
	}
	for _, s := range stacks {
		return s, nil
	}
	panic("unreachable")
}

// user is somebody signed in.
type user struct {
	idToken, accessToken, refreshToken string
	sub                                string
}

// signInBoth signs two users in: those of the local run by their passwords. On a deployed stack
// people sign in by SRP and perhaps a second factor, so their tokens come from the environment.
func signInBoth(s stack) (first, second user, err error) {
	if s.Local == nil {
		first = user{idToken: os.Getenv("ID_TOKEN"), accessToken: os.Getenv("ACCESS_TOKEN"), refreshToken: os.Getenv("REFRESH_TOKEN")}
		second = user{idToken: os.Getenv("SECOND_ID_TOKEN")}
		if first.idToken == "" || first.accessToken == "" || first.refreshToken == "" || second.idToken == "" {
			return first, second, errors.New("a deployed stack is tested as two of its users: set ID_TOKEN, ACCESS_TOKEN and REFRESH_TOKEN to the first one's tokens, SECOND_ID_TOKEN to another's")
		}
	} else {
		if first, err = signIn(s, s.UserPoolClientId, s.Local.Users[0].Username, s.Local.Users[0].Password); err != nil {
			return first, second, err
		}
		if second, err = signIn(s, s.UserPoolClientId, s.Local.Users[1].Username, s.Local.Users[1].Password); err != nil {
			return first, second, err
		}
	}
	first.sub, second.sub = fmt.Sprint(claimsOf(first.idToken)["sub"]), fmt.Sprint(claimsOf(second.idToken)["sub"])
	if first.sub == second.sub {
		return first, second, fmt.Errorf("the two users are one: %s", first.sub)
	}
	return first, second, nil
}

// signIn gets a user's tokens for an app client by the password.
func signIn(s stack, clientID, username, password string) (user, error) {
	var answer struct {
		AuthenticationResult struct{ IdToken, AccessToken, RefreshToken string }
	}
	err := cognito(s, "InitiateAuth", fields{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": clientID,
		"AuthParameters": fields{"USERNAME": username, "PASSWORD": password},
	}, &answer)
	r := answer.AuthenticationResult
	return user{idToken: r.IdToken, accessToken: r.AccessToken, refreshToken: r.RefreshToken}, err
}

// cognito calls the local Cognito: at its endpoint what a page may call, and at its socket, which
// only this user can open, the rest.
func cognito(s stack, operation string, input fields, output any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return err
	}
	request, err := http.NewRequest("POST", s.Local.CognitoEndpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	send := exchange
	if strings.HasPrefix(operation, "Admin") || strings.HasPrefix(operation, "Create") {
		send = s.administer
	}
	a, err := send(request)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("Cognito's %s: %d %s", operation, a.status, a.body)
	}
	if output == nil {
		return nil
	}
	return json.Unmarshal(a.body, output)
}

// administer sends the request to the local Cognito's socket.
func (s stack) administer(r *http.Request) (answer, error) {
	socket := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", s.Local.CognitoSocket)
		},
	}}
	response, err := socket.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, body}, err
}

// claimsOf reads a token without checking it.
func claimsOf(token string) map[string]any {
	var claims map[string]any
	if parts := strings.Split(token, "."); len(parts) == 3 {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		json.Unmarshal(raw, &claims)
	}
	return claims
}

// localCognito skips a test that administers Cognito, and says why.
func localCognito(t *testing.T, why string) {
	t.Helper()
	if target.Local == nil {
		t.Skipf("NOT RUN against the stack of -outputs: %s", why)
	}
}

// localOnly skips a test that needs more than HTTP to the stack, and says why.
func localOnly(t *testing.T, why string) {
	t.Helper()
	if mainRun == nil {
		t.Skipf("NOT RUN against the stack of -outputs: %s", why)
	}
}
