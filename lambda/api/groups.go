package presign

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

const groupsClaim = "cognito:groups"

// isMember reports whether a caller is in a group.
//
// In the token, cognito:groups is a list. A REST API's Cognito authorizer hands it over as one string, the names
// joined by commas (aws/chalice#783; "AWS Cognito Group" on re:Post); brackets and spaces are how HTTP APIs write it
// (aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock#803), and there is none of those here.
// But Cognito lets a group's name hold commas and brackets (AWS, "CreateGroup"), so "x,admins" is a member of x and
// admins, or of one group that is called so.
//
// One name alone can't be mistaken. For several, the list in the token decides: API Gateway has verified it, and what
// is read there must come to the very string that API Gateway made of it.
func isMember(e events.APIGatewayProxyRequest, claim, group string) bool {
	if !strings.Contains(claim, ",") {
		return claim == group
	}
	groups := tokenGroups(e)
	return strings.Join(groups, ",") == claim && slices.Contains(groups, group)
}

// tokenGroups reads the groups out of the token. It gives none where the request has more than one Authorization
// header, for then it isn't known which of them API Gateway has verified.
func tokenGroups(e events.APIGatewayProxyRequest) []string {
	given := map[string]bool{}
	for name, value := range e.Headers {
		if strings.EqualFold(name, "Authorization") {
			given[value] = true
		}
	}
	count := 0
	for name, values := range e.MultiValueHeaders {
		if strings.EqualFold(name, "Authorization") {
			count += len(values)
			for _, value := range values {
				given[value] = true
			}
		}
	}
	if len(given) != 1 || count > 1 {
		return nil
	}
	for token := range given {
		return groupsIn(token)
	}
	return nil
}

// groupsIn reads a token's payload. It verifies nothing.
func groupsIn(token string) []string {
	parts := strings.Split(token[strings.LastIndexByte(token, ' ')+1:], ".") // behind "Bearer "
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
