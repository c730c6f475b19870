package uploads

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// ExistingPool is a user pool that exists already. Its users may call the API. Uploads changes
// nothing in it.
type ExistingPool struct {
	// Pool is the user pool.
	//
	// Required, unless PoolARN is given.
	Pool awscognito.IUserPool

	// PoolARN is Pool by its ARN. The pool may be in another region or account ("Configure
	// cross-account Amazon Cognito authorizer for a REST API using the API Gateway console", Amazon
	// API Gateway Developer Guide).
	//
	// Required, unless Pool is given.
	PoolARN string

	// Clients are the app clients of the pool whose tokens are accepted, at most [MaxClients], 10.
	//
	// Required, unless ClientIDs is given.
	Clients []awscognito.IUserPoolClient

	// ClientIDs are Clients by their ids. Joined by commas they have at most 300 characters.
	//
	// Required, unless Clients is given.
	ClientIDs []string

	// OAuthScopes has the API accept access tokens instead of ID tokens: those with at least one of
	// these scopes, such as "signpost/upload", which is a resource server's identifier and its
	// scope. At most 50. Only an OAuth sign-in gives tokens with a pool's own scopes; other
	// sign-ins give [SignInScope] ("Scopes, M2M, and resource servers", Amazon Cognito Developer
	// Guide).
	//
	// Default: nil. The API accepts ID tokens.
	OAuthScopes []string

	// IssuerURL is the issuer that the pool's tokens name in iss, if the pool's issuer is the updated
	// one: https://issuer-cognito-idp.<region>.amazonaws.com/<pool> ("IssuerConfigurationType",
	// Amazon Cognito user pools API Reference; awslabs/aws-jwt-verify#239). It is only for
	// Callers.Issuers, where a function verifies the pool's tokens. API Gateway itself knows the
	// issuer of a pool.
	//
	// Default: "". The original issuer, https://cognito-idp.<region>.amazonaws.com/<pool>.
	IssuerURL string
}

// MaxClients is how many app clients fit into a function's environment, with the 26 characters of
// Cognito's ids.
const MaxClients = 10

// SignInScope is the scope of the access tokens that a sign-in without OAuth gives ("Scopes, M2M,
// and resource servers", Amazon Cognito Developer Guide).
const SignInScope = "aws.cognito.signin.user.admin"

const (
	// maxJoinedClients is what a function's environment has room for, should Cognito's ids become
	// longer.
	maxJoinedClients = 300

	// maxScopes is how many scopes an app client may have ("CreateUserPoolClient", Amazon Cognito
	// user pools API Reference).
	maxScopes = 50
)

// scopeForm follows CreateResourceServer (Amazon Cognito user pools API Reference).
var scopeForm = regexp.MustCompile(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E][\x21\x23-\x5B\x5D-\x7E]{0,255}$`)

func (e *ExistingPool) check(found problems, issuers *Issuers) {
	if e == nil {
		return
	}
	if e.Pool == nil && e.PoolARN == "" {
		found.add("Pool", "is missing: give the user pool, or its ARN as PoolARN")
	}
	found.notBoth("Pool", e.Pool != nil, "PoolARN", e.PoolARN != "")
	found.arn("PoolARN", "user pool", e.PoolARN)
	e.checkClients(found)
	e.checkScopes(found)
	if issuers != nil {
		e.checkScopesBesideIssuers(found)
	}
	e.checkIssuerURL(found, issuers != nil)
}

func (e *ExistingPool) checkClients(found problems) {
	if len(e.Clients) == 0 && len(e.ClientIDs) == 0 {
		found.add("Clients", "is empty: give the pool's app clients whose tokens are accepted, or their ids as ClientIDs")
	}
	tooMany := func(field string, count int) {
		if count > MaxClients {
			found.add(field, "has %d entries, more than the function's environment has room for: give at most %d", count, MaxClients)
		}
	}
	tooMany("Clients", len(e.Clients))
	for _, client := range e.Clients {
		if client == nil {
			found.add("Clients", "has a nil client: give an app client")
		}
	}
	found.notBoth("Clients", len(e.Clients) > 0, "ClientIDs", len(e.ClientIDs) > 0)
	tooMany("ClientIDs", len(e.ClientIDs))
	joined := strings.Join(e.ClientIDs, ",")
	if len(joined) > maxJoinedClients && !IsToken(joined) {
		found.add("ClientIDs", "has %d characters in all, and the function's environment has room for %d: give fewer", len(joined), maxJoinedClients)
	}
	for i, id := range e.ClientIDs {
		if slices.Contains(e.ClientIDs[:i], id) {
			found.add("ClientIDs", "%q is given twice: give it once", id)
		} else if problem := config.ClientIDProblem(id); !IsToken(id) && problem != "" {
			found.add("ClientIDs", "%q %s", id, problem)
		}
	}
}

func (e *ExistingPool) checkScopes(found problems) {
	const field = "OAuthScopes"
	if e.OAuthScopes != nil && len(e.OAuthScopes) == 0 {
		found.add(field, "is empty: give at least one scope, or nil for ID tokens")
	}
	for i, scope := range e.OAuthScopes {
		if slices.Contains(e.OAuthScopes[:i], scope) {
			found.add(field, "%q is given twice: give it once", scope)
		} else if !scopeForm.MatchString(scope) {
			found.add(field, `%q is not a scope: write a resource server's identifier, a slash and its scope, such as "signpost/upload"`, scope)
		}
	}
	if len(e.OAuthScopes) > maxScopes {
		found.add(field, "has %d entries, more than an app client can have: give at most %d", len(e.OAuthScopes), maxScopes)
	}
}

// checkScopesBesideIssuers checks what the function that verifies tokens can't require, and API
// Gateway can.
func (e *ExistingPool) checkScopesBesideIssuers(found problems) {
	if len(e.OAuthScopes) == 0 {
		return
	}
	for _, problem := range (config.RequiredClaims{scopeClaim: e.OAuthScopes}).Problems() {
		found.add("OAuthScopes", "%s (beside Issuers)", strings.TrimPrefix(problem, strconv.Quote(scopeClaim)+" "))
	}
}

func (e *ExistingPool) checkIssuerURL(found problems, issuers bool) {
	const field = "IssuerURL"
	problem := config.IssuerProblem(e.IssuerURL)
	switch {
	case e.IssuerURL == "":
	case !issuers:
		found.add(field, "is given without Callers.Issuers: leave it out, since API Gateway itself knows the issuer of a pool")
	case problem != "" && !IsToken(e.IssuerURL):
		found.add(field, "%q %s", e.IssuerURL, problem)
	}
}

// isIssuer reports whether an issuer's URL is that of the pool, as far as its id is known.
func (e *ExistingPool) isIssuer(url string) bool {
	if e == nil {
		return false
	}
	_, id, known := strings.Cut(e.PoolARN, ":userpool/")
	return url == e.IssuerURL || known && strings.HasSuffix(url, "/"+id)
}

// callers returns the pool and its clients. It imports what is given by ARN and ids.
func (e *ExistingPool) callers(scope constructs.Construct) callers {
	existing := callers{pool: e.Pool, clientIDs: e.ClientIDs, issuer: e.IssuerURL}
	if e.Pool == nil {
		existing.pool = awscognito.UserPool_FromUserPoolArn(scope, jsii.String("UserPool"), jsii.String(e.PoolARN))
	}
	if len(e.Clients) == 0 {
		existing.client = awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("Client"), jsii.String(e.ClientIDs[0]))
		return existing
	}
	existing.client = e.Clients[0]
	for _, client := range e.Clients {
		existing.clientIDs = append(existing.clientIDs, *client.UserPoolClientId())
	}
	return existing
}
