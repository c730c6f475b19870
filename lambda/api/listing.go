package api

import (
	"context"
	"net/http"

	"signpost/lambda/s3sign"
)

// signListing serves POST /listings. It signs a request for one page of the caller's own files of
// one kind.
func (f *files) signListing(ctx context.Context, r request) (result, error) {
	asked, err := parseListing(r, f.cfg)
	if err != nil {
		return result{}, err
	}
	signed, err := f.sign(ctx, r, s3sign.ListObjectsV2(asked.folder, asked.after.Text, asked.limit), *asked.kind)
	return result{status: http.StatusOK, body: signed, facts: facts{metric: listingsSigned, count: 1}}, err
}
