package uploads

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// authorizeName is what alarms and graphs call the function.
const authorizeName = "Authorize"

// authorizerTimeoutSeconds is for two requests to an issuer, one after the other: for its
// configuration and for its keys. They have time-outs of their own, so that the function's log says
// which issuer doesn't answer. It is also what Lambda gives a function to start ("Understanding the
// Lambda execution environment lifecycle", AWS Lambda Developer Guide).
const authorizerTimeoutSeconds = 10

// newAuthorizeFunction makes the function that verifies the tokens of Issuers. Its role has no
// grants: what it needs is public.
//
// When it starts, it makes TLS connections to the issuers, while a user waits. Lambda allocates CPU
// in proportion to memory, and a function has one vCPU at 1,769 MB ("Configure Lambda function
// memory", AWS Lambda Developer Guide). With 128 MB that is 7 % of one, which makes a handshake
// last for several tenths of a second; with 512 MB it is 29 %. API Gateway keeps most results, so
// the function runs seldom, and the memory costs little.
func newAuthorizeFunction(scope constructs.Construct, props Props, callers callers) awslambda.Function {
	return newFunction(scope, props, function{
		id:           "AuthorizeFunction",
		handler:      "authorize",
		description:  "Verifies the tokens of callers for API Gateway",
		code:         props.Callers.Issuers.Code,
		policy:       "Authorize",
		callsIssuers: true,
		environment:  authorizerConfig(props, callers.issuerURL(), callers.clientIDs).Environment(),
	})
}

// authorizer is what decides who may call the API.
type authorizer struct {
	made     awsapigateway.Authorizer
	kind     awsapigateway.AuthorizationType
	caller   string         // the variable of the access log that says who called
	deployed map[string]any // the properties of which a deployment has a copy
	needs    []constructs.IDependable
}

// newAuthorizer makes the authorizer: API Gateway itself verifies the tokens of a user pool alone,
// and the function all others. It is nil for a pool alone.
func newAuthorizer(scope constructs.Construct, props Props, pool awscognito.IUserPool, function awslambda.IFunction) authorizer {
	if function != nil {
		return newTokenAuthorizer(scope, props, function)
	}
	made := awsapigateway.NewCognitoUserPoolsAuthorizer(scope, jsii.String("Authorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
	return authorizer{
		made: made, kind: awsapigateway.AuthorizationType_COGNITO, caller: "$context.authorizer.claims.sub",
		deployed: map[string]any{"userPools": []*string{pool.UserPoolArn()}},
		needs:    []constructs.IDependable{made},
	}
}

// tokenExpression is what an Authorization header must match before API Gateway calls the function:
// a JSON Web Signature in its compact form, with or without "Bearer" ("JSON Web Signature", RFC
// 7515, 7.1). To all else, API Gateway itself answers 401 ("Authorizer", Amazon API Gateway REST API
// Reference: identityValidationExpression).
const tokenExpression = `^([Bb][Ee][Aa][Rr][Ee][Rr] +)?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`

// newTokenAuthorizer has API Gateway call the function with the Authorization header of each
// request, and keep what it answers ("Use API Gateway Lambda authorizers", Amazon API Gateway
// Developer Guide). CDK adds the permission to call the function, for this authorizer alone.
//
// Since November 2026, REST APIs have authorizers of type JWT, which need no function. Neither CDK
// nor CloudFormation's schema in it knows them yet, and they have no owner claim. This function is
// the one place that would change.
//
// Its id is not that of the Cognito authorizer. CloudFormation would else change the type of the one
// that the methods still use.
func newTokenAuthorizer(scope constructs.Construct, props Props, function awslambda.IFunction) authorizer {
	lifetime := props.Callers.Issuers.CacheLifetime.Seconds()
	made := awsapigateway.NewTokenAuthorizer(scope, jsii.String("TokenAuthorizer"), &awsapigateway.TokenAuthorizerProps{
		Handler:         function,
		IdentitySource:  awsapigateway.IdentitySource_Header(jsii.String("Authorization")),
		ValidationRegex: jsii.String(tokenExpression),
		ResultsCacheTtl: awscdk.Duration_Seconds(jsii.Number(lifetime)),
	})
	return authorizer{
		made: made, kind: awsapigateway.AuthorizationType_CUSTOM,
		// The function's name for the caller. It has no quote and no line feed in it, as a subject
		// may.
		caller:   "$context.authorizer.principalId",
		deployed: map[string]any{"tokenAuthorizer": []any{function.FunctionArn(), tokenExpression, lifetime}},
		// The permission to call the function is one of the function's children.
		needs: []constructs.IDependable{made, function},
	}
}

// issuerURL is the URL that a pool's tokens have as their issuer, "" without a pool. CloudFormation
// and CDK give the original one without the scheme, with the region of the pool and the suffix of
// the partition: cognito-idp.<region>.amazonaws.com/<pool>, in China amazonaws.com.cn
// ("IssuerConfigurationType", Amazon Cognito user pools API Reference; "AWS::Cognito::UserPool", AWS
// CloudFormation Template Reference: ProviderName).
func (c callers) issuerURL() string {
	switch {
	case c.pool == nil:
		return ""
	case c.issuer != "":
		return c.issuer
	}
	return "https://" + *c.pool.UserPoolProviderName()
}

// authorizerConfig returns the settings of the function that verifies tokens. The pool's URL and
// client ids are empty without a pool.
func authorizerConfig(props Props, poolURL string, clientIDs []string) config.Authorizer {
	settings := config.Authorizer{KindClaims: config.ClaimsOfKinds(kindsConfig(props.Kinds))}
	for _, issuer := range props.Callers.Issuers.List {
		settings.Issuers = append(settings.Issuers, issuer.config())
	}
	if props.Callers.hasPool() {
		settings.Issuers = append(settings.Issuers, props.Callers.poolIssuer(poolURL, clientIDs))
	}
	return settings
}

// scopeClaim has the scopes of a Cognito access token ("Understanding the access token", Amazon
// Cognito Developer Guide).
const scopeClaim = "scope"

// poolIssuer is the user pool as one of the issuers. Cognito signs with RS256 alone ("Verifying JSON
// web tokens", Amazon Cognito Developer Guide).
func (c Callers) poolIssuer(url string, clientIDs []string) config.Issuer {
	claims := config.RequiredClaims{}
	maps.Copy(claims, config.InGroup(c.RequiredGroup))
	if scopes := c.scopes(); scopes != nil {
		claims[scopeClaim] = scopes
	}
	return config.Issuer{
		URL:            url,
		Audiences:      clientIDs,
		Algorithms:     []string{config.DefaultAlgorithm},
		RequiredClaims: claims,
		TokenUse:       c.tokenUse(),
	}
}

// checkAuthorizerSize checks the environment of the function that verifies tokens, as
// checkEnvironmentSize does that of the others.
func (p Props) checkAuthorizerSize(found problems) {
	if p.Callers.Issuers == nil {
		return
	}
	full := p.withDefaults()
	for i, issuer := range full.Callers.Issuers.List {
		full.Callers.Issuers.List[i] = issuer.longest()
	}
	environment := authorizerConfig(full, full.Callers.longestPoolURL(), full.Callers.longestClientIDs()).Environment()
	if size := jsonSize(environment); size > maxEnvironment {
		found.add("Issuers", "make the environment of the function that verifies tokens %d bytes long, %d more than the %d that Lambda allows: shorten or leave out what takes most, which is %s",
			size, size-maxEnvironment, maxEnvironment, fmt.Sprintf("List with %d, and RequiredClaims of Kinds with %d", jsonSize(environment["ISSUERS"]), jsonSize(environment["KIND_CLAIMS"])))
	}
}

// longest is the issuer with the largest length for what is known only during the deployment.
func (i Issuer) longest() Issuer {
	if IsToken(i.URL) {
		i.URL = strings.Repeat("u", config.MaxIssuerURL)
	}
	i.Audiences = slices.Clone(i.Audiences)
	for n, audience := range i.Audiences {
		if IsToken(audience) {
			i.Audiences[n] = strings.Repeat("a", config.MaxAudience)
		}
	}
	return i
}
