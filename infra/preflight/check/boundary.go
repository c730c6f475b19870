package check

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// checkBoundary checks that the roles' permissions boundary exists.
func (c *checker) checkBoundary(ctx context.Context) []Finding {
	const subject = "PermissionsBoundaryARN"
	parsed, found, ok := c.parse(existing{prop: subject, value: c.props.PermissionsBoundaryARN,
		account: "a boundary is a policy of the role's own account, or AWS's", remedy: "name a policy of that account in infra/stages.go"})
	if !ok {
		return found
	}
	_, err := c.aws.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(c.props.PermissionsBoundaryARN)})
	switch {
	case code(err) == "NoSuchEntity":
		return []Finding{problem(subject, "there is no such policy", "aws iam list-policies --scope Local")}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	return []Finding{fine(subject, "%s", strings.TrimPrefix(parsed.Resource, "policy/"))}
}
