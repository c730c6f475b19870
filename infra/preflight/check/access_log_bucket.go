package check

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"signpost/infra/uploads"
)

// checkAccessLogBucket checks that an existing bucket is in the same account and region, and that
// S3 may write logs to it.
func (c *checker) checkAccessLogBucket(ctx context.Context) []Finding {
	const subject = "AccessLogBucketName"
	name := c.props.AccessLogBucketName
	if name == "" {
		return nil
	}
	if uploads.IsToken(name) {
		return tokenFinding(subject)
	}
	other := []string{"name another in infra/stages.go, or none: the stack makes one of its own"}
	out, err := c.aws.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(c.Account)})
	region, status := bucketRegion(out, err)
	switch {
	case status == http.StatusNotFound:
		return []Finding{problem(subject, "there is no bucket "+name, append(other, fmt.Sprintf("or make it: aws s3 mb s3://%s --region %s", name, c.Region))...)}
	case region != "" && region != c.Region:
		return []Finding{problem(subject, fmt.Sprintf("%s is in %s, and the stack goes to %s: S3 writes access logs only to buckets of the same region", name, region, c.Region), other...)}
	case status == http.StatusForbidden && !c.ownsBucket(ctx, name):
		return []Finding{problem(subject, fmt.Sprintf("%s does not belong to account %s: S3 writes access logs only to buckets of the same account", name, c.Account), other...)}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	policy, err := c.aws.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String(name)})
	switch {
	case err != nil && code(err) != "NoSuchBucketPolicy":
		return []Finding{notChecked(subject, err)}
	case err != nil || !strings.Contains(aws.ToString(policy.Policy), "logging.s3.amazonaws.com"):
		return []Finding{note(subject, "the policy of "+name+" does not name logging.s3.amazonaws.com: S3 would write no log, without an error",
			`add the statement of "Enabling Amazon S3 server access logging" (Amazon S3 User Guide) to it`)}
	}
	return []Finding{fine(subject, "%s", name)}
}

// bucketRegion returns the bucket's region, which S3 names in errors too, and the status of S3's
// answer.
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

// ownsBucket reports whether the account has a bucket of that name, or may have: HeadBucket answers
// 403 both to other accounts and to callers who lack a permission, and the list of buckets may not
// be readable either.
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
