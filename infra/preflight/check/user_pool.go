package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"signpost/infra/uploads"
)

// checkUserPool checks that an existing pool, its clients and the group exist and fit. API Gateway
// accepts tokens of a pool in any region and account ("Configure cross-account Amazon Cognito
// authorizer for a REST API using the API Gateway console"), so another region is only worth a
// note: pages read the stack's from its outputs.
func (c *checker) checkUserPool(ctx context.Context) []Finding {
	const subject = "Callers.ExistingPool.PoolARN"
	given := orZero(c.props.Callers.ExistingPool)
	pool, found, ok := c.parse(existing{prop: subject, value: given.PoolARN})
	if !ok {
		return found
	}
	if pool.Region != c.Region {
		found = append(found, note(subject, fmt.Sprintf("is in %s, and the stack goes to %s. API Gateway takes its tokens, but the stack's output Region is not the pool's", pool.Region, c.Region),
			"give pages the pool's region, not the output's"))
	}
	if pool.AccountID != c.Account {
		return append(found, Finding{Subject: subject, Level: Unknown,
			Says: fmt.Sprintf("could not be checked, because it is in account %s and the credentials are for %s", pool.AccountID, c.Account)})
	}
	id := strings.TrimPrefix(pool.Resource, "userpool/")
	there := func(o *cognito.Options) { o.Region = pool.Region }
	_, err := c.aws.cognito.DescribeUserPool(ctx, &cognito.DescribeUserPoolInput{UserPoolId: aws.String(id)}, there)
	switch {
	case code(err) == "ResourceNotFoundException":
		return append(found, problem(subject, fmt.Sprintf("there is no user pool %s in account %s", id, c.Account),
			fmt.Sprintf("aws cognito-idp list-user-pools --max-results 60 --region %s", pool.Region), "and name one of those in infra/stages.go"))
	case err != nil:
		return append(found, notChecked(subject, err))
	}
	found = append(found, fine(subject, "%s", id))
	for _, client := range given.ClientIDs {
		found = append(found, c.checkClient(ctx, id, client, there)...)
	}
	for _, group := range c.requiredGroups() {
		found = append(found, c.checkGroup(ctx, group, id, pool.Region, there))
	}
	return found
}

func (c *checker) checkClient(ctx context.Context, pool, id string, there func(*cognito.Options)) []Finding {
	const subject = "Callers.ExistingPool.ClientIDs"
	if uploads.IsToken(id) {
		return tokenFinding(subject)
	}
	out, err := c.aws.cognito.DescribeUserPoolClient(ctx, &cognito.DescribeUserPoolClientInput{UserPoolId: aws.String(pool), ClientId: aws.String(id)}, there)
	switch {
	case code(err) == "ResourceNotFoundException":
		return []Finding{problem(subject, fmt.Sprintf("the user pool %s has no app client %s", pool, id), fmt.Sprintf("aws cognito-idp list-user-pool-clients --user-pool-id %s", pool))}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	client := out.UserPoolClient
	if why := c.noTokens(client); why != "" {
		return []Finding{problem(subject, id+" "+why)}
	}
	if aws.ToString(client.ClientSecret) != "" {
		return []Finding{note(subject, id+" has a secret, which a page can't keep: pages can't sign in by this client, servers can", "make a client without one for pages")}
	}
	return []Finding{fine(subject, "%s", id)}
}

// noTokens returns why a client can't get the tokens that the stage requires, or "".
func (c *checker) noTokens(client *types.UserPoolClientType) string {
	scopes := orZero(c.props.Callers.ExistingPool).OAuthScopes
	if scopes == nil {
		if slices.Equal(client.AllowedOAuthFlows, []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}) {
			return "has only the flow client_credentials, which gives no ID tokens: allow another flow, or ask for access tokens by OAuthScopes"
		}
		return ""
	}
	if slices.Contains(scopes, uploads.SignInScope) {
		return ""
	}
	for _, scope := range client.AllowedOAuthScopes {
		if slices.Contains(scopes, scope) {
			return ""
		}
	}
	return fmt.Sprintf("may have none of the OAuthScopes (%s): the API would accept none of its tokens. Add one to the client's allowed scopes", strings.Join(scopes, ", "))
}

// requiredGroup is a group that callers must be in.
type requiredGroup struct{ subject, name, callers string }

// requiredGroups returns the groups that callers must be in, each once.
func (c *checker) requiredGroups() (all []requiredGroup) {
	add := func(group requiredGroup) {
		if group.name != "" && !slices.ContainsFunc(all, func(other requiredGroup) bool { return other.name == group.name }) {
			all = append(all, group)
		}
	}
	add(requiredGroup{"Callers.RequiredGroup", c.props.Callers.RequiredGroup, "every caller"})
	for i, kind := range c.props.Kinds {
		add(requiredGroup{fmt.Sprintf("Kinds[%d].RequiredGroup", i), kind.RequiredGroup, "every upload of kind " + kind.Name})
	}
	return all
}

// checkGroup checks that an existing pool has a group that callers must be in. The stack adds it
// only to its own pool.
func (c *checker) checkGroup(ctx context.Context, group requiredGroup, pool, region string, there func(*cognito.Options)) Finding {
	_, err := c.aws.cognito.GetGroup(ctx, &cognito.GetGroupInput{UserPoolId: aws.String(pool), GroupName: aws.String(group.name)}, there)
	switch {
	case code(err) == "ResourceNotFoundException":
		return problem(group.subject, fmt.Sprintf("the user pool %s has no group %q, so %s would get 403", pool, group.name, group.callers),
			fmt.Sprintf("aws cognito-idp create-group --region %s --user-pool-id %s --group-name '%s'", region, pool, group.name))
	case err != nil:
		return notChecked(group.subject, err)
	}
	return fine(group.subject, "%s", group.name)
}
