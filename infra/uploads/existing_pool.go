package uploads

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// MaxClients is how many app clients fit into the function's environment, at the 26 characters that
// Cognito gives their ids; maxJoinedClients is what it has room for should that change.
const (
	MaxClients       = 10
	maxJoinedClients = 300
)

// SignInScope is the one scope that an access token holds after a sign-in without OAuth ("Scopes,
// M2M, and resource servers", Amazon Cognito Developer Guide).
const SignInScope = "aws.cognito.signin.user.admin"

// maxScopes is how many scopes an app client may have ("CreateUserPoolClient", Amazon Cognito user
// pools API Reference).
const maxScopes = 50

var (
	// clientIDForm, groupForm and scopeForm follow CreateUserPoolClient, CreateGroup and
	// CreateResourceServer in the Amazon Cognito user pools API Reference. A group's name may hold
	// more there; but API Gateway hands the caller's groups over as one text, joined by commas. HTTP APIs
	// write spaces and brackets as well.
	clientIDForm = regexp.MustCompile(`^[\w+]{1,128}$`)
	groupForm    = regexp.MustCompile(`^[A-Za-z0-9_.:@/+=-]{1,128}$`)
	scopeForm    = regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E][\x21\x23-\x5B\x5D-\x7E]{0,255}$`)
)

func (p Props) validateCallers(found *PropsError) {
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
	p.validateLifetimes(found)
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
	if len(p.OAuthScopes) > maxScopes {
		found.add("OAuthScopes", "are %d, more than a client can have: name at most %d", len(p.OAuthScopes), maxScopes)
	}
	switch {
	case strings.ContainsAny(p.RequiredGroup, ", []"):
		found.add("RequiredGroup", "%q can't be told apart from other groups: API Gateway hands a caller's groups to the function as one text, "+
			"joined by commas; name a group without commas, spaces and brackets", p.RequiredGroup)
	case p.RequiredGroup != "" && !groupForm.MatchString(p.RequiredGroup):
		found.add("RequiredGroup", "%q is not a group's name that reaches the function whole: use letters, digits and _.:@/+=-, at most 128", p.RequiredGroup)
	}
}

func (p Props) validateClients(found *PropsError) {
	const field = "UserPoolClientIDs"
	switch {
	case p.UserPoolARN == "" && len(p.UserPoolClientIDs) > 0:
		found.add(field, "are given without UserPoolARN: give the pool that they belong to")
	case p.UserPoolARN != "" && len(p.UserPoolClientIDs) == 0:
		found.add(field, "are missing, and UserPoolARN is given: name the pool's app clients whose tokens are accepted")
	case len(p.UserPoolClientIDs) > MaxClients:
		found.add(field, "are %d, more than the function's environment has room for: name at most %d", len(p.UserPoolClientIDs), MaxClients)
	}
	if total := len(strings.Join(p.UserPoolClientIDs, ",")); total > maxJoinedClients && !isToken(strings.Join(p.UserPoolClientIDs, "")) {
		found.add(field, "are %d characters in all, over the %d that the function's environment has room for: name fewer", total, maxJoinedClients)
	}
	for i, id := range p.UserPoolClientIDs {
		if slices.Contains(p.UserPoolClientIDs[:i], id) {
			found.add(field, "%q is there twice: name it once", id)
		} else if !isToken(id) && !clientIDForm.MatchString(id) {
			found.add(field, "%q is not an app client's id: letters and digits, as Cognito made it", id)
		}
	}
}

func (p Props) validateLifetimes(found *PropsError) {
	full := p.withDefaults()
	for _, lifetime := range []struct {
		field           string
		given           time.Duration
		value, min, max time.Duration
	}{
		{"TokenLifetime", p.TokenLifetime, full.TokenLifetime, MinTokenLifetime, MaxTokenLifetime},
		{"SessionLifetime", p.SessionLifetime, full.SessionLifetime, MinSessionLifetime, MaxSessionLifetime},
	} {
		switch {
		case lifetime.given != 0 && p.UserPoolARN != "":
			found.add(lifetime.field, "is for the client that Uploads makes, and UserPoolARN names another pool: set it on that pool's clients")
		case lifetime.value < lifetime.min || lifetime.value > lifetime.max:
			found.add(lifetime.field, "%v is out of range: give %.0f to %.0f minutes", lifetime.value, lifetime.min.Minutes(), lifetime.max.Minutes())
		case lifetime.value%time.Minute != 0:
			found.add(lifetime.field, "%v has a part of a minute: give whole minutes", lifetime.value)
		}
	}
	if full.SessionLifetime < full.TokenLifetime {
		found.add("SessionLifetime", "%v is shorter than TokenLifetime %v: a session holds at least one token", full.SessionLifetime, full.TokenLifetime)
	}
}

// tokenUse is the kind of token that the API takes, by its claim token_use.
func (p Props) tokenUse() string {
	if p.OAuthScopes != nil {
		return "access"
	}
	return "id"
}
