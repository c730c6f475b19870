package check

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const logRoleSubject = "API Gateway's log role"

// checkLogRole checks the role that API Gateway writes logs with: one for an account and region,
// outside of any stack ("Set up CloudWatch logging for REST APIs in API Gateway"). missing is true
// if there is none.
func (c *checker) checkLogRole(ctx context.Context) (found []Finding, missing bool) {
	account, err := c.aws.apigateway.GetAccount(ctx, &apigateway.GetAccountInput{})
	if err != nil {
		return []Finding{notChecked(logRoleSubject, err)}, false
	}
	role := aws.ToString(account.CloudwatchRoleArn)
	if role == "" {
		return []Finding{c.noLogRole(fmt.Sprintf("account %s has none in %s", c.Account, c.Region))}, true
	}
	parsed, err := arn.Parse(role)
	if err != nil || parsed.AccountID != c.Account {
		return []Finding{fine(logRoleSubject, "%s", role)}, false
	}
	out, err := c.aws.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(roleName(parsed))})
	switch {
	case code(err) == "NoSuchEntity":
		return []Finding{c.noLogRole(role + " is set, and that role was deleted")}, true
	case err != nil:
		return []Finding{notChecked(logRoleSubject, err)}, false
	case !trustsAPIGateway(out.Role.AssumeRolePolicyDocument):
		return []Finding{problem(logRoleSubject, role+" does not trust apigateway.amazonaws.com, so API Gateway can't write with it",
			"let it, with the trust policy in docs/operations.md, API Gateway's log role by hand: "+
				fmt.Sprintf("aws iam update-assume-role-policy --role-name %s --policy-document …", roleName(parsed)))}, false
	}
	return []Finding{fine(logRoleSubject, "%s", role)}, false
}

func (c *checker) noLogRole(what string) Finding {
	return problem(logRoleSubject,
		what+`, so the deployment would end with "CloudWatch Logs role ARN must be set in account settings to enable logging"`,
		fmt.Sprintf("make deploy STAGE=%s", c.Stage.Name)+" offers to set one, and with YES=1 sets it without asking",
		"or by hand: docs/operations.md, API Gateway's log role by hand")
}

// roleName is the last part of a role's ARN: its path isn't part of its name.
func roleName(role arn.ARN) string { return role.Resource[strings.LastIndex(role.Resource, "/")+1:] }

// trustsAPIGateway reports whether API Gateway may assume the role with that policy, which IAM
// gives URL-encoded.
func trustsAPIGateway(policy *string) bool {
	text, err := url.QueryUnescape(aws.ToString(policy))
	if err != nil {
		return false
	}
	var document struct {
		Statement oneOrMore[struct {
			Effect    string
			Principal json.RawMessage // an object, or "*"
		}]
	}
	if json.Unmarshal([]byte(text), &document) != nil {
		return false
	}
	for _, statement := range document.Statement {
		var principal struct{ Service oneOrMore[string] }
		if json.Unmarshal(statement.Principal, &principal) != nil || statement.Effect != "Allow" {
			continue
		}
		for _, service := range principal.Service {
			if service == logRoleService {
				return true
			}
		}
	}
	return false
}

// oneOrMore is a list that policies may write without brackets if it has one member.
type oneOrMore[T any] []T

func (l *oneOrMore[T]) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}
