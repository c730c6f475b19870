package s3

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"
)

// GetObject answers 403 AccessDenied for a missing object, unless the caller may list the bucket
// ("GetObject: Permissions", Amazon S3 API Reference).
func (b *awsBackend) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	out, err := b.Backend.GetObject(ctx, in)
	return out, b.hideMissing(ctx, err)
}

// HeadObject does the same.
func (b *awsBackend) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	out, err := b.Backend.HeadObject(ctx, in)
	return out, b.hideMissing(ctx, err)
}

func (b *awsBackend) hideMissing(ctx context.Context, err error) error {
	if !errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchKey)) {
		return err
	}
	if account, _ := ctx.Value("account").(auth.Account); b.policy.allowsListing(account.Access) {
		return err
	}
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}
