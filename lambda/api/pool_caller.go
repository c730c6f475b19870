package api

import (
	"slices"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/identity"
	"signpost/lambda/key"
)

// callerOfPool returns the user of the Cognito user pool whose token API Gateway itself has
// verified. Its authorizer checks the pool, the signature, the expiry and the OAuth scopes. It
// doesn't check the app client, although Cognito signs tokens for every client of the pool, nor the
// groups. Those are checked here.
func callerOfPool(e events.APIGatewayProxyRequest, cfg config.Shared) (caller, error) {
	wanted := tokenKindOf(cfg.TokenUse)
	claims, ok := e.RequestContext.Authorizer["claims"].(map[string]any)
	if !ok {
		return caller{}, refuse(Unauthorized, tokenField, "no token was verified; send %s in Authorization", wanted.name)
	}
	claim := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	if use := claim("token_use"); use != cfg.TokenUse {
		given := tokenKindOf(use)
		if given.name == "" {
			return caller{}, refuse(Unauthorized, tokenField, "this is not %s; send one", wanted.name)
		}
		return caller{}, refuse(Unauthorized, tokenField, "this is %s; send %s", given.name, wanted.name)
	}
	if !slices.Contains(cfg.ClientIDs, claim(wanted.clientClaim)) {
		return caller{}, refuse(Unauthorized, tokenField, "this token was issued to another app client")
	}
	sub := claim("sub")
	if !key.IsOwner(sub) {
		return caller{}, refuse(Unauthorized, tokenField, "this token has no usable sub claim")
	}
	c := caller{identity.Caller{Owner: sub, Subject: sub, Claims: map[string]any{}}}
	required := config.ClaimsOfKinds(append([]config.Kind{{RequiredGroup: cfg.RequiredGroup}}, cfg.Kinds...))
	for name := range required {
		c.Claims[name] = claimOf(e, name, claim(name))
	}
	if group := cfg.RequiredGroup; !c.isIn(group) {
		return c, refuse(Forbidden, tokenField, "this %s", onlyForMembers(group))
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
