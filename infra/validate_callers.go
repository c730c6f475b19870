package infra

import (
	"regexp"
	"slices"
)

// MaxClients is how many app clients fit into the function's environment.
const MaxClients = 10

// SignInScope is the one scope that an access token holds after a sign-in without OAuth ("Scopes,
// M2M, and resource servers", Amazon Cognito Developer Guide).
const SignInScope = "aws.cognito.signin.user.admin"

var (
	// clientIDForm, groupForm and scopeForm follow CreateUserPoolClient, CreateGroup and
	// CreateResourceServer in the Amazon Cognito user pools API Reference. A group's name may hold
	// more there; but API Gateway hands the caller's groups over as one text, with commas, spaces
	// and brackets around them.
	clientIDForm = regexp.MustCompile(`^[\w+]{1,128}$`)
	groupForm    = regexp.MustCompile(`^[A-Za-z0-9_.:@/+=-]{1,128}$`)
	scopeForm    = regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E][\x21\x23-\x5B\x5D-\x7E]{0,255}$`)
)

func (p UploadsProps) validateCallers(found *PropsError) {
	found.arn("UserPoolARN", "user pool", p.UserPoolARN)
	p.validateClients(found)
	if p.UserPoolARN != "" {
		if p.OptionalMFA {
			found.add("OptionalMFA", "is for the pool that Uploads makes, and UserPoolARN names another: set it on that pool")
		}
		if p.PasswordAuth {
			found.add("PasswordAuth", "is for the client that Uploads makes, and UserPoolARN names another pool: set it on that pool's clients")
		}
	}
	if p.OAuthScopes != nil && len(p.OAuthScopes) == 0 {
		found.add("OAuthScopes", "names no scope: give at least one, or nil for ID tokens")
	}
	for i, scope := range p.OAuthScopes {
		switch {
		case slices.Contains(p.OAuthScopes[:i], scope):
			found.add("OAuthScopes", "%q is there twice: name it once", scope)
		case !scopeForm.MatchString(scope):
			found.add("OAuthScopes", `%q is not a scope: write a resource server's name, a slash and its scope, such as "signpost/upload"`, scope)
		case scope != SignInScope && p.UserPoolARN == "":
			found.add("OAuthScopes", "%q needs UserPoolARN: only an OAuth sign-in gives such tokens, and the pool that Uploads makes has none; %q works with it", scope, SignInScope)
		}
	}
	if len(p.OAuthScopes) > 50 {
		found.add("OAuthScopes", "are %d, more than a client can have: name at most 50", len(p.OAuthScopes))
	}
	if p.RequiredGroup != "" && !groupForm.MatchString(p.RequiredGroup) {
		found.add("RequiredGroup", "%q is not a group's name that reaches the function whole: use letters, digits and _.:@/+=-, at most 128", p.RequiredGroup)
	}
}

func (p UploadsProps) validateClients(found *PropsError) {
	const field = "UserPoolClientIDs"
	switch {
	case p.UserPoolARN == "" && len(p.UserPoolClientIDs) > 0:
		found.add(field, "are given without UserPoolARN: give the pool that they belong to")
	case p.UserPoolARN != "" && len(p.UserPoolClientIDs) == 0:
		found.add(field, "are missing, and UserPoolARN is given: name the pool's app clients whose tokens are accepted")
	case len(p.UserPoolClientIDs) > MaxClients:
		found.add(field, "are %d, more than the function's environment has room for: name at most %d", len(p.UserPoolClientIDs), MaxClients)
	}
	for i, id := range p.UserPoolClientIDs {
		if slices.Contains(p.UserPoolClientIDs[:i], id) {
			found.add(field, "%q is there twice: name it once", id)
		} else if !isToken(id) && !clientIDForm.MatchString(id) {
			found.add(field, "%q is not an app client's id: letters and digits, as Cognito made it", id)
		}
	}
}

// tokenUse is the kind of token that the API takes, by its claim token_use.
func (p UploadsProps) tokenUse() string {
	if p.OAuthScopes != nil {
		return "access"
	}
	return "id"
}
