package conformance_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// planWith plans an upload with this Authorization header.
func planWith(t *testing.T, authorization string) answer {
	t.Helper()
	return uploads(t, nil, authorized(authorization))
}

func authorized(authorization string) edit {
	if authorization == "" {
		return dropHeader("Authorization")
	}
	return setHeader("Authorization", authorization)
}

func TestAuthorizationHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		authorization string
		ok            bool
	}{
		"OK":                    {ada.idToken, true},
		"OKBearer":              {"Bearer " + ada.idToken, true},
		"ErrNone":               {"", false},
		"ErrEmptyBearer":        {"Bearer ", false},
		"ErrBearerAlone":        {"Bearer", false},
		"ErrBearerTwice":        {"Bearer Bearer " + ada.idToken, false},
		"ErrBasic":              {"Basic " + ada.idToken, false},
		"ErrGarbage":            {"garbage", false},
		"ErrDots":               {"..", false},
		"ErrTwoTokens":          {ada.idToken + "," + grace.idToken, false},
		"ErrSignatureCut":       {ada.idToken[:len(ada.idToken)-10], false},
		"ErrSignatureMissing":   {ada.idToken[:strings.LastIndex(ada.idToken, ".")+1], false},
		"ErrPayloadOfAnother":   {swapPayload(ada.idToken, grace.idToken), false},
		"ErrAccessToken":        {ada.accessToken, false},
		"ErrBearerAccessToken":  {"Bearer " + ada.accessToken, false},
		"ErrRefreshToken":       {ada.refreshToken, false},
		"ErrLooksLikeSignature": {"AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/execute-api/aws4_request", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planWith(t, c.authorization)
			if other := documents(t, "key=cat.png", authorized(c.authorization)); (a.status == 201) != (other.status == 200) {
				t.Errorf("POST /uploads answered %d, GET /api/documents/signed %d", a.status, other.status)
			}
			if c.ok {
				planned(t, a, 201)
				return
			}
			refused(t, a, "Unauthorized", "")
		})
	}
}

func TestTokenElsewhere(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]edit{
		"ErrInQuery":  func(r *http.Request) { r.URL.RawQuery = "Authorization=" + ada.idToken },
		"ErrInCookie": setHeader("Cookie", "Authorization="+ada.idToken),
		"ErrInXAuth":  setHeader("X-Authorization", ada.idToken),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, uploads(t, nil, dropHeader("Authorization"), e), "Unauthorized", "")
		})
	}
}

func swapPayload(token, other string) string {
	parts, others := strings.Split(token, "."), strings.Split(other, ".")
	return parts[0] + "." + others[1] + "." + parts[2]
}

// forger makes tokens. The local Cognito's signing key is public, so tests can sign tokens that it
// would never issue.
type forger struct {
	key    *rsa.PrivateKey
	public string // PEM
	header map[string]any
	claims jwt.MapClaims // of a good token
}

func newForger(t *testing.T) forger {
	t.Helper()
	localCognito(t, "nobody can sign for a real user pool")
	read := func(name string) (pem string) {
		var file struct{ PEM string }
		raw, err := os.ReadFile(filepath.Join(projectRoot, "node_modules/cognito-local/lib/keys", name))
		if err == nil {
			err = json.Unmarshal(raw, &file)
		}
		if err != nil {
			t.Fatal(err)
		}
		return file.PEM
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(read("cognitoLocal.private.json")))
	if err != nil {
		t.Fatal(err)
	}
	good, _, err := jwt.NewParser().ParseUnverified(ada.idToken, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return forger{key, read("cognitoLocal.public.json"), good.Header, good.Claims.(jwt.MapClaims)}
}

// sign makes a token like the good one but for these claims and header fields; nil drops one.
func (f forger) sign(t *testing.T, method jwt.SigningMethod, key any, header, claims fields) string {
	t.Helper()
	token := jwt.NewWithClaims(method, maps.Clone(f.claims))
	for name, value := range f.header {
		if name != "alg" {
			token.Header[name] = value
		}
	}
	override(token.Header, header)
	override(token.Claims.(jwt.MapClaims), claims)
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func override(m map[string]any, changes fields) {
	maps.Copy(m, changes)
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
}

func TestForgedClaims(t *testing.T) {
	t.Parallel()
	f := newForger(t)
	now := time.Now()
	issuer := f.claims["iss"].(string)
	for name, c := range map[string]struct {
		claims fields
		field  string // of the refusal: only the function names one, the authorizer doesn't
		ok     bool
	}{
		"OK":                   {claims: fields{}, ok: true},
		"ErrExpired":           {claims: fields{"exp": now.Add(-time.Minute).Unix()}},
		"ErrNoExpiry":          {claims: fields{"exp": nil}},
		"ErrNotYetValid":       {claims: fields{"nbf": now.Add(time.Hour).Unix()}},
		"ErrIssuedLater":       {claims: fields{"iat": now.Add(time.Hour).Unix()}},
		"ErrIssuerOtherPool":   {claims: fields{"iss": issuer + "x"}},
		"ErrIssuerElsewhere":   {claims: fields{"iss": "https://evil.example/" + target.UserPoolId}},
		"ErrIssuerMissing":     {claims: fields{"iss": nil}},
		"ErrAccessToken":       {claims: fields{"token_use": "access"}},
		"ErrTokenUseMissing":   {claims: fields{"token_use": nil}},
		"ErrOtherClient":       {claims: fields{"aud": "otherclient"}, field: "Authorization"},
		"ErrTwoClients":        {claims: fields{"aud": []string{target.UserPoolClientId, "otherclient"}}, field: "Authorization"},
		"ErrSubMissing":        {claims: fields{"sub": nil}, field: "Authorization"},
		"ErrSubTraversal":      {claims: fields{"sub": "../" + grace.sub}, field: "Authorization"},
		"OKSubOfOtherProvider": {claims: fields{"sub": strings.Repeat("a", 128)}, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planWith(t, f.sign(t, jwt.SigningMethodRS256, f.key, nil, c.claims))
			if !c.ok {
				refused(t, a, "Unauthorized", c.field)
				return
			}
			p := planned(t, a, 201)
			if sub, given := c.claims["sub"]; given && !strings.HasPrefix(p.Key, "uploads/"+sub.(string)+"/") {
				t.Errorf("the key is %s", p.Key)
			}
		})
	}
}

func TestForgedSignatures(t *testing.T) {
	t.Parallel()
	f := newForger(t)
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ownJWK := fields{"kty": "RSA", "e": "AQAB", "kid": f.header["kid"], "n": own.N.Bytes()}
	none, hs, rs := jwt.SigningMethodNone, jwt.SigningMethodHS256, jwt.SigningMethodRS256
	for name, token := range map[string]string{
		"ErrAlgNone":              f.sign(t, none, jwt.UnsafeAllowNoneSignatureType, nil, nil),
		"ErrAlgNoneUpperCase":     f.sign(t, none, jwt.UnsafeAllowNoneSignatureType, fields{"alg": "None"}, nil),
		"ErrAlgNoneWithSignature": f.sign(t, rs, f.key, fields{"alg": "none"}, nil),
		"ErrAlgMissing":           f.sign(t, rs, f.key, fields{"alg": nil}, nil),
		"ErrHS256WithPublicKey":   f.sign(t, hs, []byte(f.public), nil, nil),
		"ErrHS256WithTrimmedKey":  f.sign(t, hs, []byte(strings.TrimSpace(f.public)+"\n"), nil, nil),
		"ErrHS256NoKey":           f.sign(t, hs, []byte{}, nil, nil),
		"ErrRS512":                f.sign(t, jwt.SigningMethodRS512, f.key, nil, nil),
		"ErrPS256":                f.sign(t, jwt.SigningMethodPS256, f.key, nil, nil),
		"ErrOwnKey":               f.sign(t, rs, own, nil, nil),
		"ErrOwnKeyInHeader":       f.sign(t, rs, own, fields{"jwk": ownJWK}, nil),
		"ErrOwnKeyByURL":          f.sign(t, rs, own, fields{"jku": "https://evil.example/jwks.json"}, nil),
		"ErrKidUnknown":           f.sign(t, rs, f.key, fields{"kid": "other"}, nil),
		"ErrKidTraversal":         f.sign(t, rs, f.key, fields{"kid": "../../dev/null"}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, planWith(t, token), "Unauthorized", "")
		})
	}
	t.Run("OK", func(t *testing.T) { planned(t, planWith(t, f.sign(t, rs, f.key, nil, nil)), 201) })
}

// TestOtherClientsAndPools signs real users in with another client or pool, whose tokens are not
// for this API.
func TestOtherClientsAndPools(t *testing.T) {
	t.Parallel()
	localCognito(t, "it makes an app client and a user pool")
	newClient := func(pool string) string {
		var created struct{ UserPoolClient struct{ ClientId string } }
		if err := cognito(target, "CreateUserPoolClient", fields{"UserPoolId": pool, "ClientName": "other"}, &created); err != nil {
			t.Fatal(err)
		}
		return created.UserPoolClient.ClientId
	}
	t.Run("ErrOtherClientOfThePool", func(t *testing.T) {
		u, err := signIn(target, newClient(target.UserPoolId), target.Local.Users[0].Username, target.Local.Users[0].Password)
		if err != nil {
			t.Fatal(err)
		}
		if sub := claimsOf(u.idToken)["sub"]; sub != ada.sub {
			t.Fatalf("signed in as %v, not as %s", sub, ada.sub)
		}
		refused(t, planWith(t, u.idToken), "Unauthorized", "Authorization")
		refused(t, planWith(t, u.accessToken), "Unauthorized", "")
	})
	t.Run("ErrOtherPool", func(t *testing.T) {
		var created struct{ UserPool struct{ Id string } }
		if err := cognito(target, "CreateUserPool", fields{"PoolName": "other"}, &created); err != nil {
			t.Fatal(err)
		}
		pool := created.UserPool.Id
		user := fields{"UserPoolId": pool, "Username": target.Local.Users[0].Username, "MessageAction": "SUPPRESS"}
		if err := cognito(target, "AdminCreateUser", user, nil); err != nil {
			t.Fatal(err)
		}
		user["Password"], user["Permanent"] = target.Local.Users[0].Password, true
		if err := cognito(target, "AdminSetUserPassword", user, nil); err != nil {
			t.Fatal(err)
		}
		u, err := signIn(target, newClient(pool), target.Local.Users[0].Username, target.Local.Users[0].Password)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, planWith(t, u.idToken), "Unauthorized", "")
	})
}

// TestOnlyTheTokenSaysWho: no header of the caller's says whose upload it is.
func TestOnlyTheTokenSaysWho(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"X-Sub", "X-User-Id", "X-Forwarded-User", "X-Amzn-Oidc-Identity", "X-Amz-Meta-Sub"} {
		t.Run("OK "+header, func(t *testing.T) {
			checkPlan(t, planUpload(t, nil, setHeader(header, grace.sub)))
		})
	}
}
