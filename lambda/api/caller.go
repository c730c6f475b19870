package presign

import (
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// maxSub is the longest sub we take into a key. Cognito's are UUIDs.
const maxSub = 128

// tokenKinds are the tokens a deployment can ask for: what they are called and
// which claim names the app client they were issued to (AWS, "Understanding
// user pool JSON web tokens").
var tokenKinds = map[string]struct{ name, clientClaim string }{
	idToken:     {"an ID token", "aud"},
	accessToken: {"an access token", "client_id"},
}

// callerOf reads who calls from the claims that API Gateway's authorizer has
// verified. The authorizer vouches for the pool, the signature, the expiry and
// the OAuth scopes, but not for the app client, since Cognito signs tokens for
// every client of the pool, nor for groups. Those are checked here.
//
// Beside a refusal, sub is who was refused, if it is known: for the log alone.
func callerOf(e events.APIGatewayProxyRequest, cfg Config) (sub string, err *Error) {
	const field = "Authorization"
	wanted := tokenKinds[cfg.TokenUse]
	claims, ok := e.RequestContext.Authorizer["claims"].(map[string]any)
	if !ok {
		return "", refuse(Unauthorized, field, "no token was verified; send %s in Authorization", wanted.name)
	}
	text := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	if use := text("token_use"); use != cfg.TokenUse {
		given, known := tokenKinds[use]
		if !known {
			return "", refuse(Unauthorized, field, "this is not %s; send one", wanted.name)
		}
		return "", refuse(Unauthorized, field, "this is %s; send %s", given.name, wanted.name)
	}
	if !slices.Contains(cfg.ClientIDs, text(wanted.clientClaim)) {
		return "", refuse(Unauthorized, field, "this token was issued to another app client")
	}
	sub = text("sub")
	if !isSub(sub) {
		return "", refuse(Unauthorized, field, "this token names no caller we know how to serve")
	}
	if g := cfg.RequiredGroup; g != "" && !isMember(e, text(groupsClaim), g) {
		return sub, refuse(Forbidden, field, "this is only for members of the group %q, and the token doesn't say that its user is one; "+
			"who has joined since signing in must sign in again", g)
	}
	return sub, nil
}

// isSub reports what may stand in a key for a user.
func isSub(s string) bool { return s != "" && len(s) <= maxSub && consistsOf(s, isAlnum, "-") }
