package api

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// claimOf returns a claim of a Cognito token as the token has it, from the text that API Gateway
// passes on.
//
// In the token, cognito:groups is a list. The Cognito authorizer of a REST API passes it on as one
// string, the names joined by commas (aws/chalice#783; "AWS Cognito Group" on re:Post). An HTTP API
// writes brackets and spaces
// (aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock#803), but there is
// none here. Cognito allows commas and brackets in the name of a group ("CreateGroup", Amazon
// Cognito user pools API Reference), so "x,admins" is a member of x and of admins, or of one group
// with that name. Any other claim with a comma may be a list as well.
//
// A text without a comma is unambiguous. For any other, the list in the token decides: API Gateway
// has verified it, and its elements must add up to the very string that API Gateway made of them.
// Otherwise the caller counts as not having the claim.
func claimOf(e events.APIGatewayProxyRequest, name, text string) any {
	switch {
	case text == "":
		return nil
	case !strings.Contains(text, ","):
		return text
	}
	list := listInToken(e, name)
	if strings.Join(list, ",") != text {
		return nil
	}
	values := make([]any, len(list))
	for i, element := range list {
		values[i] = element
	}
	return values
}

// listInToken returns a list that is a claim of the token. It returns none if the request has more
// than one Authorization header, because it isn't known which of them API Gateway has verified.
func listInToken(e events.APIGatewayProxyRequest, claim string) []string {
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
		return listIn(token, claim)
	}
	return nil
}

// listIn returns a list that is a claim in a token's payload. It verifies nothing.
func listIn(token, claim string) (list []string) {
	parts := strings.Split(token[strings.LastIndexByte(token, ' ')+1:], ".") // after "Bearer "
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(payload, &claims) != nil || json.Unmarshal(claims[claim], &list) != nil {
		return nil
	}
	return list
}
