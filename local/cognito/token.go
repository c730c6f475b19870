package cognito

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// Verify checks an ID token as API Gateway's Cognito authorizer does: signed by one of the pools, of that pool's
// issuer, not expired, and an ID token. The authorizer takes the tokens of any of the pool's clients; which client
// it is, is the function's to check.
func (s *Server) Verify(_ context.Context, token string, poolARNs []string) (map[string]any, error) {
	var issuers []string
	for _, arn := range poolARNs {
		_, id, _ := strings.Cut(arn, ":userpool/")
		issuers = append(issuers, s.URL+"/"+id)
	}
	if len(issuers) == 0 {
		return nil, errors.New("cognito: the authorizer names no user pool")
	}
	var refused []error
	for _, issuer := range issuers {
		claims, err := s.verify(token, issuer)
		if err == nil {
			return claims, nil
		}
		refused = append(refused, err)
	}
	return nil, errors.Join(refused...)
}

func (s *Server) verify(token, issuer string) (map[string]any, error) {
	keys, err := s.poolKeys(issuer)
	if err != nil {
		return nil, fmt.Errorf("cognito: the pool's keys: %w", err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, keys.Keyfunc,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	if err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	if claims["token_use"] != "id" {
		return nil, fmt.Errorf("cognito: token_use is %v, not id", claims["token_use"])
	}
	return claims, nil
}

// poolKeys fetches a pool's JSON Web Key Set once and keeps it for as long as the server runs.
func (s *Server) poolKeys(issuer string) (keyfunc.Keyfunc, error) {
	s.keysLock.Lock()
	defer s.keysLock.Unlock()
	if keys, ok := s.keys[issuer]; ok {
		return keys, nil
	}
	keys, err := keyfunc.NewDefaultCtx(s.running, []string{issuer + "/.well-known/jwks.json"})
	if err == nil {
		s.keys[issuer] = keys
	}
	return keys, err
}
