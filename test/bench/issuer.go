package main

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/config"
)

// issuer is an OpenID Connect issuer on loopback, with one key. It has no TLS, so what a handshake
// costs is not in the times of the function that fetches the key.
type issuer struct {
	server *http.Server
	url    string
	key    *rsa.PrivateKey
}

func newIssuer() (*issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	i := &issuer{url: "http://" + ln.Addr().String() + "/", key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{"issuer": i.url, "jwks_uri": i.url + "keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]string{i.publicKey()}})
	})
	i.server = &http.Server{Handler: mux}
	go i.server.Serve(ln)
	return i, nil
}

func (i *issuer) close() { i.server.Close() }

const keyID = "2026-11"

// publicKey returns the key as the issuer publishes it ("JSON Web Key", RFC 7517).
func (i *issuer) publicKey() map[string]string {
	encode := base64.RawURLEncoding.EncodeToString
	exponent := big.NewInt(int64(i.key.E)).Bytes()
	return map[string]string{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID, "n": encode(i.key.N.Bytes()), "e": encode(exponent)}
}

const audience = "https://uploads.example.com/"

// environment returns the environment of the function that verifies the issuer's tokens.
func (i *issuer) environment() map[string]string {
	trusted := config.Issuer{URL: i.url, Audiences: []string{audience}, Algorithms: []string{config.DefaultAlgorithm}}
	return config.Authorizer{Issuers: []config.Issuer{trusted}}.Environment()
}

// event returns what API Gateway asks that function about a caller with a valid token.
func (i *issuer) event() (string, error) {
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": i.url, "sub": sub, "aud": audience, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "email": "ada@example.com",
	})
	token.Header["kid"] = keyID
	signed, err := token.SignedString(i.key)
	if err != nil {
		return "", err
	}
	event, err := json.Marshal(events.APIGatewayCustomAuthorizerRequest{
		Type:               "TOKEN",
		AuthorizationToken: "Bearer " + signed,
		MethodArn:          "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/v1/POST/uploads",
	})
	return string(event), err
}

// isAllowed checks that the caller was allowed.
func isAllowed(response []byte) error {
	var answer events.APIGatewayCustomAuthorizerResponse
	if err := json.Unmarshal(response, &answer); err != nil {
		return fmt.Errorf("the response is not JSON: %w", err)
	}
	if statements := answer.PolicyDocument.Statement; len(statements) != 1 || statements[0].Effect != "Allow" {
		return errors.New("the caller was not allowed")
	}
	return nil
}
