package apigateway

import "strings"

// cognitoAuthorizer accepts the tokens of user pools.
type cognitoAuthorizer struct {
	pools  []string // their ARNs
	verify Verify
}

func (*cognitoAuthorizer) authorizationType() string { return "COGNITO_USER_POOLS" }

// authorize checks the token, with or without "Bearer " before it. The name of the authorizer's
// header is not case-sensitive, or no browser could sign in.
func (a *cognitoAuthorizer) authorize(c *call) (map[string]any, *refusal) {
	token := strings.TrimSpace(c.Header.Get("Authorization"))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return nil, &unauthorized
	}
	claims, err := a.verify(c.Context(), token, a.pools, c.method.AuthorizationScopes)
	if err != nil {
		return nil, &unauthorized
	}
	return map[string]any{"claims": claimStrings(claims)}, nil
}
