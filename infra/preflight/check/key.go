package check

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// checkKey checks that S3 can encrypt with an existing KMS key ("Using server-side encryption with
// AWS KMS keys (SSE-KMS)", Amazon S3 User Guide: symmetric, in the bucket's region).
func (c *checker) checkKey(ctx context.Context) []Finding {
	const subject = "Encryption.KeyARN"
	arn := orZero(c.props.Encryption).KeyARN
	parsed, found, ok := c.parse(existing{prop: subject, value: arn,
		region: "S3 encrypts only with keys of the bucket's own region", remedy: "name a key of that region in infra/stages.go, or have one made: Encryption: &uploads.Encryption{}"})
	if !ok {
		return found
	}
	out, err := c.aws.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String(arn)})
	switch {
	case code(err) == "NotFoundException":
		return []Finding{problem(subject, "there is no such key", fmt.Sprintf("aws kms list-keys --region %s", c.Region), "and name one of those in infra/stages.go")}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	key := out.KeyMetadata
	id := aws.ToString(key.KeyId)
	switch {
	case key.KeyUsage != types.KeyUsageTypeEncryptDecrypt || key.KeySpec != types.KeySpecSymmetricDefault:
		return []Finding{problem(subject, fmt.Sprintf("is a key for %s of the kind %s, and S3 needs ENCRYPT_DECRYPT and SYMMETRIC_DEFAULT", key.KeyUsage, key.KeySpec), "name another key in infra/stages.go")}
	case key.KeyState == types.KeyStatePendingDeletion:
		return []Finding{problem(subject, "is scheduled for deletion: without it, its files are lost", fmt.Sprintf("aws kms cancel-key-deletion --key-id %s", id), fmt.Sprintf("aws kms enable-key --key-id %s", id))}
	case key.KeyState == types.KeyStateDisabled:
		return []Finding{problem(subject, "is disabled", fmt.Sprintf("aws kms enable-key --key-id %s", id))}
	case key.KeyState != types.KeyStateEnabled:
		return []Finding{problem(subject, fmt.Sprintf("is in the state %s, not Enabled", key.KeyState))}
	case parsed.AccountID != c.Account:
		return []Finding{note(subject, "is in account "+parsed.AccountID+": its policy must let account "+c.Account+" use it, which was not checked")}
	}
	return []Finding{fine(subject, "%s", id)}
}
