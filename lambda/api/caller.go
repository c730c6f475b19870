package api

import (
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

// authenticate returns who calls, from the claims of the token that API Gateway's authorizer has
// verified. The authorizer checks the pool, the signature, the expiry and the OAuth scopes. It
// doesn't check the app client, although Cognito signs tokens for every client of the pool, nor the
// groups. Those are checked here.
//
// If the caller is refused, sub is still returned if it is known, but only for the log.
func authenticate(e events.APIGatewayProxyRequest, cfg config.Shared) (sub string, err error) {
	const field = "Authorization"
	wanted := tokenKindOf(cfg.TokenUse)
	claims, ok := e.RequestContext.Authorizer["claims"].(map[string]any)
	if !ok {
		return "", refuse(Unauthorized, field, "no token was verified; send %s in Authorization", wanted.name)
	}
	claim := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	if use := claim("token_use"); use != cfg.TokenUse {
		given := tokenKindOf(use)
		if given.name == "" {
			return "", refuse(Unauthorized, field, "this is not %s; send one", wanted.name)
		}
		return "", refuse(Unauthorized, field, "this is %s; send %s", given.name, wanted.name)
	}
	if !slices.Contains(cfg.ClientIDs, claim(wanted.clientClaim)) {
		return "", refuse(Unauthorized, field, "this token was issued to another app client")
	}
	sub = claim("sub")
	if !key.IsOwner(sub) {
		return "", refuse(Unauthorized, field, "this token has no usable sub claim")
	}
	if group := cfg.RequiredGroup; group != "" && !isMember(e, claim(groupsClaim), group) {
		return sub, refuse(Forbidden, field, "this is only for members of the group %q, and this token's user isn't in it; "+
			"a user who joined after signing in must sign in again", group)
	}
	return sub, nil
}

// tokenKind is what a kind of token is called in messages, and the claim that names the app client
// to which it was issued ("Understanding user pool JSON web tokens", Amazon Cognito Developer
// Guide).
type tokenKind struct{ name, clientClaim string }

// tokenKindOf returns the kind of token for a claim token_use, the zero value if it is neither of
// the two.
func tokenKindOf(use string) tokenKind {
	switch use {
	case config.IDToken:
		return tokenKind{"an ID token", "aud"}
	case config.AccessToken:
		return tokenKind{"an access token", "client_id"}
	}
	return tokenKind{}
}
