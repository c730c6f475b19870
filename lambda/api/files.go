package api

import (
	"context"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
)

// files serves the routes about stored files. Each function has one of them.
type files struct {
	cfg    config.Files
	signer Signer
}

// expiringRequest is the answer of a route that signs one request.
type expiringRequest struct {
	s3sign.SignedRequest
	expiry
}

// sign signs one request about files of a kind.
func (f *files) sign(ctx context.Context, r request, o s3sign.Operation, kind config.Kind) (expiringRequest, error) {
	validity, err := f.signer.Validity(r.time, kind.URLLifetime)
	if err != nil {
		return expiringRequest{}, err
	}
	signed, err := f.signer.Sign(ctx, o, validity)
	return expiringRequest{signed, expiryOf(validity)}, err
}
