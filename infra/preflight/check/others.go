package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
	"github.com/aws/aws-sdk-go-v2/service/wafv2/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// checkWebACL wants an existing web ACL to be a regional one where the API is.
func (c *checker) checkWebACL(ctx context.Context) []Finding {
	const subject = "WebACLARN"
	parsed, found, ok := c.parse(existing{prop: subject, value: c.props.WebACLARN,
		region: "a web ACL protects APIs of its own region alone", account: "a web ACL protects APIs of its own account alone",
		remedy: "name one of the stack's account and region in infra/stages.go, or have one made: WebACL: true"})
	if !ok {
		return found
	}
	parts := strings.Split(parsed.Resource, "/") // regional/webacl/name/id
	if len(parts) != 4 || parts[0] != "regional" {
		return nil // which the props' own findings say
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

// checkAlarmTopic wants an existing topic to be one that alarms can reach.
func (c *checker) checkAlarmTopic(ctx context.Context) []Finding {
	const subject = "AlarmTopicARN"
	parsed, found, ok := c.parse(existing{prop: subject, value: c.props.AlarmTopicARN,
		region: "alarms reach topics of their own region alone", remedy: "name a topic of that region in infra/stages.go, or none: the alarms get one of their own"})
	if !ok {
		return found
	}
	out, err := c.aws.sns.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(c.props.AlarmTopicARN)})
	switch {
	case code(err) == "NotFound" || code(err) == "NotFoundException":
		return []Finding{problem(subject, "there is no such topic", fmt.Sprintf("aws sns create-topic --region %s --name %s", c.Region, parsed.Resource))}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	case strings.HasSuffix(out.Attributes["KmsMasterKeyId"], "alias/aws/sns"):
		// "Why didn't I receive an SNS notification for my CloudWatch alarm trigger?" (AWS re:Post)
		return []Finding{note(subject, "is encrypted with AWS's own key for SNS, which alarms may not use: they would go off and reach nobody", "encrypt the topic with a key of your own, whose policy lets cloudwatch.amazonaws.com use it")}
	}
	return []Finding{fine(subject, "%s", parsed.Resource)}
}

// checkBoundary wants the policy that bounds the roles.
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

// checkAccessLogBucket wants an existing bucket of the same account and region that S3 may write logs to.
func (c *checker) checkAccessLogBucket(ctx context.Context) []Finding {
	const subject = "AccessLogBucketName"
	name := c.props.AccessLogBucketName
	if name == "" {
		return nil
	}
	if isToken(name) {
		return tokenFinding(subject)
	}
	other := []string{"name another in infra/stages.go, or none: the stack makes one of its own"}
	out, err := c.aws.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(c.Account)})
	region, status := bucketRegion(out, err)
	switch {
	case status == http.StatusNotFound:
		return []Finding{problem(subject, "there is no bucket "+name, append(other, fmt.Sprintf("or make it: aws s3 mb s3://%s --region %s", name, c.Region))...)}
	case region != "" && region != c.Region:
		return []Finding{problem(subject, fmt.Sprintf("%s is in %s, and the stack goes to %s: S3 writes access logs to buckets of the same region alone", name, region, c.Region), other...)}
	case status == http.StatusForbidden && !c.ownsBucket(ctx, name):
		return []Finding{problem(subject, fmt.Sprintf("%s does not belong to account %s: S3 writes access logs to buckets of the same account alone", name, c.Account), other...)}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	policy, err := c.aws.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String(name)})
	switch {
	case err != nil && code(err) != "NoSuchBucketPolicy":
		return []Finding{notChecked(subject, err)}
	case err != nil || !strings.Contains(aws.ToString(policy.Policy), "logging.s3.amazonaws.com"):
		return []Finding{note(subject, "the policy of "+name+" does not name logging.s3.amazonaws.com: S3 would write no log, and say nothing",
			`add the statement of "Enabling Amazon S3 server access logging" (Amazon S3 User Guide) to it`)}
	}
	return []Finding{fine(subject, "%s", name)}
}

// bucketRegion is where S3 says that a bucket is, in an error too, and the status of that.
func bucketRegion(out *s3.HeadBucketOutput, err error) (region string, status int) {
	if err == nil {
		return aws.ToString(out.BucketRegion), http.StatusOK
	}
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil {
		return "", 0
	}
	return answer.Response.Header.Get("X-Amz-Bucket-Region"), answer.HTTPStatusCode()
}

// ownsBucket says whether the account has a bucket of that name; when that can't be known, it says so too, as HeadBucket
// answers 403 both to other accounts and to those who lack a permission.
func (c *checker) ownsBucket(ctx context.Context, name string) bool {
	out, err := c.aws.s3.ListBuckets(ctx, &s3.ListBucketsInput{Prefix: aws.String(name), MaxBuckets: aws.Int32(1000)})
	if err != nil {
		return true
	}
	for _, bucket := range out.Buckets {
		if aws.ToString(bucket.Name) == name {
			return true
		}
	}
	return false
}
