package cognito

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// Verify checks a token as API Gateway's Cognito authorizer does. One of the pools must have issued
// and signed it, it must not have expired, and it must be an ID token or, if scopes are given, an
// access token with one of them. The authorizer accepts tokens of all the pool's app clients: the
// function checks the client.
func (s *Server) Verify(ctx context.Context, token string, poolARNs, scopes []string) (map[string]any, error) {
	if len(poolARNs) == 0 {
		return nil, errors.New("cognito: the authorizer has no user pool")
	}
	var refused []error
	for _, arn := range poolARNs {
		_, id, _ := strings.Cut(arn, ":userpool/")
		claims, err := s.verify(ctx, token, id, scopes)
		if err == nil {
			return claims, nil
		}
		refused = append(refused, err)
	}
	return nil, errors.Join(refused...)
}

func (s *Server) verify(ctx context.Context, token, poolID string, scopes []string) (map[string]any, error) {
	keys, err := s.poolKeys(ctx, poolID)
	if err != nil {
		return nil, fmt.Errorf("cognito: the pool's keys: %w", err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(token, claims, keys.Keyfunc,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(s.issuer(poolID)), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
	if err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	return claims, checkUse(claims, scopes)
}

func checkUse(claims jwt.MapClaims, scopes []string) error {
	want := "id"
	if len(scopes) > 0 {
		want = "access"
	}
	if claims["token_use"] != want {
		return fmt.Errorf("cognito: token_use is %v, want %s", claims["token_use"], want)
	}
	granted, _ := claims["scope"].(string)
	if want == "access" && !slices.ContainsFunc(strings.Fields(granted), func(scope string) bool { return slices.Contains(scopes, scope) }) {
		return fmt.Errorf("cognito: the token has the scopes %q, but none of %q", granted, scopes)
	}
	return nil
}

// poolKeys returns a pool's JSON Web Key Set. It is fetched only once, because cognito-local never
// changes its key: a token with an unknown key is refused without asking again.
func (s *Server) poolKeys(ctx context.Context, poolID string) (keyfunc.Keyfunc, error) {
	s.keysLock.Lock()
	defer s.keysLock.Unlock()
	if keys, ok := s.keys[poolID]; ok {
		return keys, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, keysURL(poolID), nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	set, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	keys, err := keyfunc.NewJWKSetJSON(set)
	if err == nil {
		s.keys[poolID] = keys
	}
	return keys, err
}
