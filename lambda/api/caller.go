package api

import (
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/identity"
)

// caller is who calls: whose files they may reach, and the kinds that they may use.
type caller struct{ identity.Caller }

// tokenField is the header that a refused token came in.
const tokenField = "Authorization"

// authenticate returns who calls, as API Gateway's authorizer has found out. That is either a
// function of this deployment or API Gateway itself. What the other one would say is ignored, since
// then nobody has verified it.
//
// If the caller is refused, whatever is known of them is still returned, but only for the log.
func authenticate(e events.APIGatewayProxyRequest, cfg config.Shared, now time.Time) (caller, error) {
	if cfg.LambdaAuthorizer {
		return callerOfIssuer(e, now)
	}
	return callerOfPool(e, cfg)
}

// callerOfIssuer returns the caller that the deployment's own authorizer has verified. API Gateway
// caches what it answered, so the token's expiry is checked again.
func callerOfIssuer(e events.APIGatewayProxyRequest, now time.Time) (caller, error) {
	verified, err := identity.FromContext(e.RequestContext.Authorizer)
	if err != nil {
		return caller{}, refuse(Unauthorized, tokenField, "no token was verified; send one in Authorization")
	}
	c := caller{verified}
	switch size := attributionSize(c.attribution()); {
	case c.Expired(now):
		return c, refuse(Unauthorized, tokenField, "the token has expired; sign in again")
	case size > maxMetadata:
		return c, refuse(Forbidden, tokenField, "this token's sub is too long: as the metadata %s, it comes to %d bytes; at most %d are allowed",
			config.UploadedByMetadata, size, maxMetadata)
	}
	return c, nil
}

// isIn reports whether the caller is in a group. Everybody is in the group "".
func (c caller) isIn(group string) bool { return config.InGroup(group).Missing(c.Claims) == "" }

// onlyForMembers refuses a caller who isn't in a group, to be read after what is refused.
func onlyForMembers(group string) string {
	return fmt.Sprintf("is only for members of the group %q, and this token's user isn't in it; "+
		"a user who joined after signing in must sign in again", group)
}

// mayUse reports whether the caller may use a kind.
func (c caller) mayUse(k config.Kind) bool { return c.barredFrom(k) == "" }

// barredFrom returns why the caller can't use a kind, to be read after what is refused; "" means
// that they can. It names what is missing, but nothing that the token says.
func (c caller) barredFrom(k config.Kind) string {
	if !c.isIn(k.RequiredGroup) {
		return onlyForMembers(k.RequiredGroup)
	}
	if claim := k.RequiredClaims.Missing(c.Claims); claim != "" {
		return fmt.Sprintf("is only for callers whose token has the claim %q with one of its required values, and this token doesn't; "+
			"a user whose rights have changed since signing in must sign in again", claim)
	}
	return ""
}
