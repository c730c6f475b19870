package api

import (
	"fmt"
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

// caller is who calls.
type caller struct {
	sub    string   // the token's
	groups []string // the Cognito groups that the user was in when the token was issued
}

// isIn reports whether the caller is in a group. Everybody is in the group "".
func (c caller) isIn(group string) bool { return group == "" || slices.Contains(c.groups, group) }

// onlyForMembers refuses a caller who isn't in a group, to be read after what is refused.
func onlyForMembers(group string) string {
	return fmt.Sprintf("is only for members of the group %q, and this token's user isn't in it; "+
		"a user who joined after signing in must sign in again", group)
}

// authenticate returns who calls, from the claims of the token that API Gateway's authorizer has
// verified. The authorizer checks the pool, the signature, the expiry and the OAuth scopes. It
// doesn't check the app client, although Cognito signs tokens for every client of the pool, nor the
// groups. Those are checked here.
//
// If the caller is refused, the sub is still returned if it is known, but only for the log.
func authenticate(e events.APIGatewayProxyRequest, cfg config.Shared) (caller, error) {
	const field = "Authorization"
	wanted := tokenKindOf(cfg.TokenUse)
	claims, ok := e.RequestContext.Authorizer["claims"].(map[string]any)
	if !ok {
		return caller{}, refuse(Unauthorized, field, "no token was verified; send %s in Authorization", wanted.name)
	}
	claim := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	if use := claim("token_use"); use != cfg.TokenUse {
		given := tokenKindOf(use)
		if given.name == "" {
			return caller{}, refuse(Unauthorized, field, "this is not %s; send one", wanted.name)
		}
		return caller{}, refuse(Unauthorized, field, "this is %s; send %s", given.name, wanted.name)
	}
	if !slices.Contains(cfg.ClientIDs, claim(wanted.clientClaim)) {
		return caller{}, refuse(Unauthorized, field, "this token was issued to another app client")
	}
	c := caller{sub: claim("sub"), groups: groupsOf(e, claim(groupsClaim))}
	if !key.IsOwner(c.sub) {
		return caller{}, refuse(Unauthorized, field, "this token has no usable sub claim")
	}
	if group := cfg.RequiredGroup; !c.isIn(group) {
		return c, refuse(Forbidden, field, "this %s", onlyForMembers(group))
	}
	return c, nil
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
