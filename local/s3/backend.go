package s3

import (
	"context"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
)

// awsBackend is versitygw's store with the behavior of AWS where versitygw differs from it: see
// incomplete_body.go, listing.go, missing_object.go, multipart.go, policy.go and versions.go.
type awsBackend struct {
	backend.Backend
	store   *store
	policy  *policy
	events  events
	uploads locks
}

// GetBucketPolicy returns the policy that decides the request behind ctx. versitygw asks for it to
// authorize each request.
func (b *awsBackend) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	if bucket != b.policy.bucket {
		return nil, s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)
	}
	return b.policy.forRequest(ctx)
}

// PutBucketPolicy is refused: policies come from the template.
func (b *awsBackend) PutBucketPolicy(context.Context, string, []byte) error {
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}
