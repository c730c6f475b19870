package s3

import (
	"context"
	"errors"

	"github.com/versity/versitygw/s3err"
)

// hideMissing is the answer to a request for an object that doesn't exist: 404 if the caller may
// list it, and else 403 AccessDenied ("GetObject: Permissions", Amazon S3 API Reference).
//
// Whether a caller may is decided as for a ListObjects with the object's key as its prefix. So a
// statement that allows s3:ListBucket for some prefixes gives 404 under those prefixes
// (kopia/kopia#3072 tried that with S3, and ceph/ceph#68577 does the same to match it).
func (b *awsBackend) hideMissing(ctx context.Context, key string, err error) error {
	if !errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchKey)) {
		return err
	}
	mayList, policyErr := b.policy.allowsListing(ctx, key)
	if policyErr != nil {
		return policyErr
	}
	if !mayList {
		return s3err.GetAPIError(s3err.ErrAccessDenied)
	}
	if marker := b.store.hidingMarker(key); marker != "" {
		setMarkerHeaders(ctx, marker)
	}
	return err
}
