package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
)

// checkWebACL checks that an existing web ACL is a regional one, in the API's region.
func (c *checker) checkWebACL(ctx context.Context) []Finding {
	const subject = "WebACL.ARN"
	parsed, found, ok := c.parse(existing{prop: subject, value: orZero(c.props.WebACL).ARN,
		region: "a web ACL protects only APIs of its own region", account: "a web ACL protects only APIs of its own account",
		remedy: "name one of the stack's account and region in infra/stages.go, or have one made: WebACL: &uploads.WebACL{}"})
	if !ok {
		return found
	}
	parts := strings.Split(parsed.Resource, "/") // regional/webacl/name/id
	if len(parts) != 4 || parts[0] != "regional" {
		return nil // which the checks of the props report
	}
	_, err := c.aws.wafv2.GetWebACL(ctx, &wafv2.GetWebACLInput{Scope: types.ScopeRegional, Name: aws.String(parts[2]), Id: aws.String(parts[3])})
	switch {
	case code(err) == "WAFNonexistentItemException":
		return []Finding{problem(subject, "there is no such web ACL", fmt.Sprintf("aws wafv2 list-web-acls --scope REGIONAL --region %s", c.Region))}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	return []Finding{fine(subject, "%s", parts[2])}
}
