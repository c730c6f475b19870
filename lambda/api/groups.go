package api

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

const groupsClaim = "cognito:groups"

// groupsOf returns the groups of a caller.
//
// In the token, cognito:groups is a list. The Cognito authorizer of a REST API passes it on as one
// string, the names joined by commas (aws/chalice#783; "AWS Cognito Group" on re:Post). An HTTP API
// writes brackets and spaces
// (aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock#803), but there is
// none here. Cognito allows commas and brackets in the name of a group ("CreateGroup", Amazon
// Cognito user pools API Reference), so "x,admins" is a member of x and of admins, or of one group
// with that name.
//
// A single name is unambiguous. For several, the list in the token decides: API Gateway has
// verified it, and its names must add up to the very string that API Gateway made of them.
// Otherwise the caller counts as in no group.
func groupsOf(e events.APIGatewayProxyRequest, claim string) []string {
	switch {
	case claim == "":
		return nil
	case !strings.Contains(claim, ","):
		return []string{claim}
	}
	if groups := tokenGroups(e); strings.Join(groups, ",") == claim {
		return groups
	}
	return nil
}

// tokenGroups returns the groups in the token. It returns none if the request has more than one
// Authorization header, because it isn't known which of them API Gateway has verified.
func tokenGroups(e events.APIGatewayProxyRequest) []string {
	tokens := map[string]bool{}
	for name, value := range e.Headers {
		if strings.EqualFold(name, "Authorization") {
			tokens[value] = true
		}
	}
	count := 0
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, "Authorization") {
			count += len(values)
			for _, value := range values {
				tokens[value] = true
			}
		}
	}
	if len(tokens) != 1 || count > 1 {
		return nil
	}
	for token := range tokens {
		return groupsIn(token)
	}
	return nil
}

// groupsIn returns the groups in a token's payload. It verifies nothing.
func groupsIn(token string) []string {
	parts := strings.Split(token[strings.LastIndexByte(token, ' ')+1:], ".") // after "Bearer "
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct {
		Groups []string `json:"cognito:groups"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	return claims.Groups
}
