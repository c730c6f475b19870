package conformance_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/identity"
)

// issuerAudience is the claim aud of the tokens that are accepted from the issuers here.
const issuerAudience = "https://signpost.example/api"

// testIssuer is an OpenID Connect issuer on this machine.
type testIssuer struct {
	url string
	key *rsa.PrivateKey
}

// newTestIssuer starts an issuer that ends with the test.
func newTestIssuer(t *testing.T) testIssuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	issuer := testIssuer{key: key}
	documents := map[string]any{
		"/.well-known/jwks.json": fields{"keys": []fields{{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": text(key.N), "e": text(big.NewInt(int64(key.E))),
		}}},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document, ok := documents[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(document)
	}))
	t.Cleanup(server.Close)
	issuer.url = server.URL + "/"
	documents["/.well-known/openid-configuration"] = fields{"issuer": issuer.url, "jwks_uri": server.URL + "/.well-known/jwks.json"}
	return issuer
}

// token signs a good token for the subject with these claims changed.
func (i testIssuer) token(t *testing.T, subject string, changed fields) string {
	t.Helper()
	claims := jwt.MapClaims{
		"iss": i.url, "sub": subject, "aud": issuerAudience, "scope": "openid upload",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	for name, value := range changed {
		claims[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "1"
	signed, err := token.SignedString(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// accepting is how ISSUERS names the issuer.
func (i testIssuer) accepting() fields {
	return fields{"url": i.url, "aud": []string{issuerAudience}, "alg": []string{"RS256"}, "claims": fields{"scope": []string{"upload"}}}
}

// withIssuers returns the target's template with a Lambda authorizer that accepts these issuers.
// With the pool, its ID tokens are accepted too; without, the template has no user pool.
func withIssuers(t *testing.T, pool bool, accepted ...fields) []byte {
	t.Helper()
	var tree struct {
		Resources, Outputs map[string]map[string]any
	}
	if err := json.Unmarshal(synthesizedTemplate(t), &tree); err != nil {
		t.Fatal(err)
	}
	ids := map[any]string{}
	for id, resource := range tree.Resources {
		ids[resource["Type"]] = id
		properties, _ := resource["Properties"].(map[string]any)
		if properties["AuthorizationType"] == "COGNITO_USER_POOLS" {
			properties["AuthorizationType"] = "CUSTOM"
		}
		if resource["Type"] == "AWS::Lambda::Function" {
			variables := properties["Environment"].(map[string]any)["Variables"].(map[string]any)
			delete(variables, "TOKEN_USE")
			delete(variables, "USER_POOL_CLIENT_IDS")
			variables["LAMBDA_AUTHORIZER"] = "true"
		}
	}
	client, userPool := ids["AWS::Cognito::UserPoolClient"], ids["AWS::Cognito::UserPool"]
	if pool {
		accepted = append(accepted, fields{
			"url": "https://${" + userPool + ".ProviderName}", "aud": []string{"${" + client + "}"}, "alg": []string{"RS256"}, "use": "id",
		})
	} else {
		delete(tree.Resources, client)
		delete(tree.Resources, userPool)
		delete(tree.Outputs, "UserPoolId")
		delete(tree.Outputs, "UserPoolClientId")
	}
	issuers, err := json.Marshal(accepted)
	if err != nil {
		t.Fatal(err)
	}
	function := tree.Resources[ids["AWS::Lambda::Function"]]["Properties"].(map[string]any)
	tree.Resources["Authorize"] = fields{"Type": "AWS::Lambda::Function", "Properties": fields{
		"Handler": "authorize", "Role": function["Role"],
		"Environment": fields{"Variables": fields{"ISSUERS": fields{"Fn::Sub": string(issuers)}}},
	}}
	tree.Resources[ids["AWS::ApiGateway::Authorizer"]]["Properties"] = fields{
		"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
		"AuthorizerUri": fields{"Fn::Join": []any{"", []any{"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", fields{"Fn::GetAtt": []string{"Authorize", "Arn"}}, "/invocations"}}},
	}
	template, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// onIssuersRun sends a request to the run with this token.
func onIssuersRun(r *localRun, token string) edit {
	return func(request *http.Request) {
		moved, _ := http.NewRequest("", strings.Replace(request.URL.String(), target.ApiUrl, r.ApiUrl, 1), nil)
		request.URL, request.Host = moved.URL, moved.Host
		request.Header.Set("Authorization", "Bearer "+token)
	}
}

// TestIssuersBesideAPool runs the template with callers of an issuer beside those of the pool. Each
// caller's files are their own, and those of the pool's users are where they were without issuers.
func TestIssuersBesideAPool(t *testing.T) {
	t.Parallel()
	issuer, gone := newTestIssuer(t), testIssuer{url: "http://127.0.0.1:1/"}
	gone.key = issuer.key
	r := runEdited(t, withIssuers(t, true, issuer.accepting(), gone.accepting()))
	u, err := signIn(r.stack, r.UserPoolClientId, r.Local.Users[0].Username, r.Local.Users[0].Password)
	if err != nil {
		t.Fatal(err)
	}
	good := issuer.token(t, "auth0|ada", nil)
	for name, c := range map[string]struct{ token, owner string }{
		"OKIssuer": {good, identity.Owner(issuer.url, "sub", "auth0|ada")},
		"OKOther":  {issuer.token(t, "auth0|grace", nil), identity.Owner(issuer.url, "sub", "auth0|grace")},
		"OKPool":   {u.idToken, fmt.Sprint(claimsOf(u.idToken)["sub"])},
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(t, uploads(t, nil, onIssuersRun(r, c.token)), 201)
			if owner := strings.Split(p.Key, "/")[1]; owner != c.owner {
				t.Errorf("the key is %s, but the owner %s", p.Key, c.owner)
			}
			if a := s3(t, p.request(t, "hello")); a.status != http.StatusOK {
				t.Errorf("the upload got %d", a.status)
			}
		})
	}
	forged := testIssuer{issuer.url, newTestIssuer(t).key}
	for name, c := range map[string]struct{ token, code string }{
		"ErrOtherKey":      {forged.token(t, "auth0|ada", nil), "Unauthorized"},
		"ErrExpired":       {issuer.token(t, "auth0|ada", fields{"exp": time.Now().Add(-time.Hour).Unix()}), "Unauthorized"},
		"ErrAudience":      {issuer.token(t, "auth0|ada", fields{"aud": "https://other.example/"}), "Unauthorized"},
		"ErrUnknownIssuer": {issuer.token(t, "auth0|ada", fields{"iss": "https://login.example.com/"}), "Unauthorized"},
		"ErrPoolOfAnother": {ada.idToken, "Unauthorized"},
		"ErrAccessToken":   {u.accessToken, "Unauthorized"},
		"ErrNoClaim":       {issuer.token(t, "auth0|ada", fields{"scope": "openid"}), "Forbidden"},
		"ErrIssuerGone":    {gone.token(t, "auth0|ada", nil), "Internal"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, uploads(t, nil, onIssuersRun(r, c.token)), c.code, "")
		})
	}
	log, err := os.ReadFile(filepath.Join(r.dir, "function.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{good, u.idToken} {
		if signature := token[strings.LastIndex(token, "."):]; bytes.Contains(log, []byte(signature)) {
			t.Error("function.log has a token")
		}
	}
}

// TestIssuersWithoutAPool runs the template without a user pool: then Cognito doesn't run.
func TestIssuersWithoutAPool(t *testing.T) {
	t.Parallel()
	issuer := newTestIssuer(t)
	r := runEdited(t, withIssuers(t, false, issuer.accepting()))
	if r.UserPoolId != "" || r.Local.CognitoEndpoint != "" || len(r.Local.Users) > 0 {
		t.Errorf("the outputs have a user pool: %s %s %v", r.UserPoolId, r.Local.CognitoEndpoint, r.Local.Users)
	}
	if children, err := descendantsOf(r.process.Process.Pid); err != nil || len(children) > 0 {
		t.Errorf("the run has the processes %v (%v)", children, err)
	}
	if printed := r.stdout.String(); strings.Contains(printed, "Cognito:") {
		t.Errorf("it speaks of Cognito:\n%s", printed)
	}
	p := planned(t, uploads(t, nil, onIssuersRun(r, issuer.token(t, "auth0|ada", nil))), 201)
	if a := s3(t, p.request(t, "hello")); a.status != http.StatusOK {
		t.Errorf("the upload got %d", a.status)
	}
	refused(t, uploads(t, nil, onIssuersRun(r, ada.idToken)), "Unauthorized", "")
}
