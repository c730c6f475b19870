package authorizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/identity"
)

// everyMethod returns the resource that stands for every method of the stage to which a method
// belongs. API Gateway caches the answer for a token and applies it to the next request, whatever
// its method. An answer for one method would refuse all others until the cache forgets it
// (auth0-samples/jwt-rsa-aws-custom-authorizer#8).
//
//	arn:aws:execute-api:eu-west-1:111122223333:abcdef/v1/POST/uploads
//	arn:aws:execute-api:eu-west-1:111122223333:abcdef/v1/*
func everyMethod(methodARN string) (string, error) {
	parts := strings.SplitN(methodARN, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "execute-api" {
		api, rest, _ := strings.Cut(parts[5], "/")
		stage, _, ok := strings.Cut(rest, "/")
		if resource := strings.Join(append(parts[:5], api), ":") + "/" + stage + "/*"; ok && api != "" && stage != "" && strings.IndexAny(resource, "*?") == len(resource)-1 {
			return resource, nil
		}
	}
	return "", fmt.Errorf("the method's ARN isn't arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH, so this is no request of API Gateway's")
}

// answer makes the authorizer's answer ("Output from an API Gateway Lambda authorizer", Amazon API
// Gateway Developer Guide).
func answer(principal, effect, methods string) events.APIGatewayCustomAuthorizerResponse {
	return events.APIGatewayCustomAuthorizerResponse{
		PrincipalID: principal,
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{
			Version:   "2012-10-17",
			Statement: []events.IAMPolicyStatement{{Action: []string{"execute-api:Invoke"}, Effect: effect, Resource: []string{methods}}},
		},
	}
}

// maxAnswerToGateway is the only size of an authorizer's answer that AWS has published, in bytes:
// that for WebSocket APIs ("Quotas for configuring and running a WebSocket API in API Gateway",
// Amazon API Gateway Developer Guide). It has none for REST APIs.
const maxAnswerToGateway = 8 << 10

// maxResource is the length of a resource in an authorizer's answer ("Output from an API Gateway
// Lambda authorizer").
const maxResource = 512

// checkAnswerSize refuses claims of kinds with which the answer to a token that has them all could
// be too large for API Gateway, which would then answer 500. It takes the longest subject, of
// characters that take the most bytes in JSON.
func checkAnswerSize(claims config.RequiredClaims) error {
	all := map[string]any{}
	for name, values := range claims {
		all[name] = values
	}
	largest := answer(strings.Repeat("0", 64), "Allow", strings.Repeat("*", maxResource))
	largest.Context = identity.Caller{
		Owner: largest.PrincipalID, Subject: strings.Repeat("<", maxName), Shared: true, Claims: all, Expires: time.Unix(lastDate, 0),
	}.Context()
	text, err := json.Marshal(largest)
	if err != nil {
		return err
	}
	if len(text) > maxAnswerToGateway {
		return fmt.Errorf("KIND_CLAIMS: the answer for a token with all of these claims could take %d bytes, and API Gateway accepts %d: require fewer or shorter values", len(text), maxAnswerToGateway)
	}
	return nil
}
