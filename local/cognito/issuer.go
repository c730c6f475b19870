package cognito

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// issuer is what a pool's tokens name as their issuer.
func (s *Server) issuer(poolID string) string { return s.issuerDomain + "/" + poolID }

// keysURL is where cognito-local has a pool's keys, for the client of its socket.
func keysURL(poolID string) string { return "http://cognito-local/" + poolID + keysPath }

// The paths below an issuer ("OpenID Connect Discovery 1.0", 4; "Verifying JSON web tokens", Amazon
// Cognito Developer Guide).
const (
	configurationPath = "/.well-known/openid-configuration"
	keysPath          = "/.well-known/jwks.json"
)

// Transport returns a transport for a client that verifies tokens of a pool: it has the pool's
// configuration and keys, which on AWS are at the issuer's URL. All other requests go to next.
func (s *Server) Transport(pool Pool, next http.RoundTripper) http.RoundTripper {
	return poolTransport{s, pool, next}
}

type poolTransport struct {
	server *Server
	pool   Pool
	next   http.RoundTripper
}

// RoundTrip answers a request for the pool's configuration itself: that of cognito-local has
// another issuer than its tokens.
func (t poolTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	switch r.URL.String() {
	case t.pool.Issuer + configurationPath:
		return answerJSON(r, map[string]any{
			"issuer": t.pool.Issuer, "jwks_uri": t.pool.Issuer + keysPath, "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	case t.pool.Issuer + keysPath:
		forwarded, err := http.NewRequestWithContext(r.Context(), http.MethodGet, keysURL(t.pool.ID), nil)
		if err != nil {
			return nil, err
		}
		return t.server.client.Transport.RoundTrip(forwarded)
	}
	return t.next.RoundTrip(r)
}

func answerJSON(r *http.Request, document any) (*http.Response, error) {
	body, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}
