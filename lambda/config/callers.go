package config

import (
	"fmt"
	"strings"

	"signpost/lambda/ascii"
)

// The kinds of token, by their claim token_use ("Understanding user pool JSON web tokens", Amazon
// Cognito Developer Guide).
const (
	IDToken     = "id"
	AccessToken = "access"
)

func tokenUseProblem(s string) string {
	if s == IDToken || s == AccessToken {
		return ""
	}
	return fmt.Sprintf("is neither %s nor %s", IDToken, AccessToken)
}

// ClientIDProblem returns what is wrong with the id of an app client, to be read after the quoted
// value; "" means that it is valid ("CreateUserPoolClient", Amazon Cognito user pools API
// Reference).
func ClientIDProblem(s string) string {
	if s == "" || len(s) > 128 || !ascii.ConsistsOf(s, ascii.Alphanumeric+"_+") {
		return "is not an app client's id: letters and digits, as Cognito made it"
	}
	return ""
}

// GroupProblem returns what is wrong with the name of a group that callers must be in, to be read
// after the quoted value; "" means that it is valid.
//
// Cognito allows more ("CreateGroup", Amazon Cognito user pools API Reference). But API Gateway
// passes the caller's groups to the function as one text: a REST API joins them by commas, and an
// HTTP API adds spaces and brackets.
func GroupProblem(s string) string {
	switch {
	case strings.ContainsAny(s, ", []"):
		return "can't be distinguished from other groups: API Gateway passes a caller's groups to the function as one text, " +
			"joined by commas; name a group without commas, spaces and brackets"
	case s == "" || len(s) > 128 || !ascii.ConsistsOf(s, ascii.Alphanumeric+"_.:@/+=-"):
		return "isn't a group name that API Gateway passes on intact: use letters, digits and _.:@/+=-, at most 128"
	}
	return ""
}
