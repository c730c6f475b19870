package s3

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"
)

// GetObject and HeadObject answer for an object that is not there: 403 AccessDenied, unless the caller may list the
// bucket ("GetObject: Permissions", Amazon S3 API Reference).
func (b *guardedBackend) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	out, err := b.Backend.GetObject(ctx, in)
	return out, b.hideMissing(ctx, err)
}

func (b *guardedBackend) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	out, err := b.Backend.HeadObject(ctx, in)
	return out, b.hideMissing(ctx, err)
}

func (b *guardedBackend) hideMissing(ctx context.Context, err error) error {
	if !errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchKey)) {
		return err
	}
	if account, _ := ctx.Value("account").(auth.Account); b.policy.allowsListing(account.Access) {
		return err
	}
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}
