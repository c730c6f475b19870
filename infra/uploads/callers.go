package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"

	"signpost/lambda/config"
)

// Callers are the users who may call the API: those of a user pool that Uploads makes, of an
// existing one, or of other issuers. The zero value is a new user pool with its defaults.
type Callers struct {
	// NewPool configures the user pool and the app client that Uploads makes.
	//
	// Default: nil. Without ExistingPool and Issuers, it is a new pool with the defaults of NewPool.
	NewPool *NewPool

	// ExistingPool is a user pool that exists already.
	//
	// Default: nil.
	ExistingPool *ExistingPool

	// Issuers are OpenID Connect providers whose tokens are accepted. Without NewPool and
	// ExistingPool, there is no user pool at all. With one of them, the pool's tokens are accepted
	// too; the files of its users stay theirs.
	//
	// Default: nil. Only the tokens of a user pool are accepted, and API Gateway itself verifies
	// them.
	Issuers *Issuers

	// RequiredGroup is the Cognito group that callers must be in; all others get 403. A new pool
	// gets the group. With Issuers, it is for the users of the pool alone: RequiredClaims of an
	// issuer is for its own.
	//
	// Letters, digits and _.:@/+=-, at most 128. Cognito allows more in a group's name, but API
	// Gateway passes a caller's groups to the function as one text, joined by commas
	// ("CreateGroup", Amazon Cognito user pools API Reference).
	//
	// Default: "". Every user of the pool may call.
	RequiredGroup string
}

func (c Callers) withDefaults() Callers {
	c.Issuers = c.Issuers.withDefaults()
	if c.ExistingPool != nil || !c.hasPool() {
		return c
	}
	var pool NewPool
	if c.NewPool != nil {
		pool = *c.NewPool
	}
	pool = pool.withDefaults()
	c.NewPool = &pool
	return c
}

func (c Callers) check(found problems, props Props) {
	c.NewPool.check(found.in("NewPool"))
	found.notBoth("NewPool", c.NewPool != nil, "ExistingPool", c.ExistingPool != nil)
	c.ExistingPool.check(found.in("ExistingPool"), c.Issuers)
	props.checkAuthorizerSize(found)
	c.Issuers.check(found.in("Issuers"), c.ExistingPool)
	checkGroup(found, c.RequiredGroup)
	if c.RequiredGroup != "" && !c.hasPool() {
		found.add("RequiredGroup", "%q is a group of a user pool, and there is none: write RequiredClaims of the issuers, such as map[string][]string{\"groups\": {%[1]q}}", c.RequiredGroup)
	}
}

// hasPool reports whether tokens of a user pool are accepted.
func (c Callers) hasPool() bool {
	return c.Issuers == nil || c.NewPool != nil || c.ExistingPool != nil
}

func checkGroup(found problems, group string) {
	if problem := config.GroupProblem(group); group != "" && problem != "" {
		found.add("RequiredGroup", "%q %s", group, problem)
	}
}

// scopes are the OAuth scopes of which an access token must have one. Nil asks for ID tokens.
func (c Callers) scopes() []string {
	switch {
	case c.ExistingPool != nil:
		return c.ExistingPool.OAuthScopes
	case c.NewPool != nil && c.NewPool.AccessTokens:
		return []string{SignInScope}
	}
	return nil
}

// tokenUse is the claim token_use of the tokens that the API accepts.
func (c Callers) tokenUse() string {
	if c.scopes() != nil {
		return config.AccessToken
	}
	return config.IDToken
}

// callers are the user pool and the app clients whose tokens the API accepts. There are none with
// Issuers alone.
type callers struct {
	pool      awscognito.IUserPool
	client    awscognito.IUserPoolClient // the first one
	clientIDs []string
	issuer    string // the pool's issuer, if it isn't the original one
}

// newCallers makes a pool and a client, or takes the existing ones.
func newCallers(scope constructs.Construct, props Props) callers {
	if existing := props.Callers.ExistingPool; existing != nil {
		return existing.callers(scope)
	}
	if !props.Callers.hasPool() {
		return callers{}
	}
	pool := newUserPool(scope, props)
	client := newUserPoolClient(pool, *props.Callers.NewPool)
	addGroups(pool, props)
	return callers{pool: pool, client: client, clientIDs: []string{*client.UserPoolClientId()}}
}
