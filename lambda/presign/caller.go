package presign

import (
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// maxSub is the longest sub we take into a key. Cognito's are UUIDs.
const maxSub = 128

// callerOf reads who calls from the claims that API Gateway's authorizer has
// verified. The authorizer vouches for the pool, the signature and the expiry,
// but not for the app client: Cognito signs ID tokens for every client of
// the pool, so that is checked here.
func callerOf(e events.APIGatewayProxyRequest, clientIDs []string) (sub string, err *Error) {
	claims, ok := e.RequestContext.Authorizer["claims"].(map[string]any)
	if !ok {
		return "", refuse(Unauthorized, "Authorization", "no token was verified; send the ID token in Authorization")
	}
	text := func(name string) string {
		s, _ := claims[name].(string)
		return s
	}
	switch use := text("token_use"); {
	case use == "access":
		return "", refuse(Unauthorized, "Authorization", "this is an access token; send the ID token")
	case use != "id":
		return "", refuse(Unauthorized, "Authorization", "this is not an ID token; send the ID token")
	case !slices.Contains(clientIDs, text("aud")):
		return "", refuse(Unauthorized, "Authorization", "this token was issued to another app client")
	}
	sub = text("sub")
	if sub == "" || len(sub) > maxSub || !consistsOf(sub, isAlnum, "-") {
		return "", refuse(Unauthorized, "Authorization", "this token names no caller we know how to serve")
	}
	return sub, nil
}
