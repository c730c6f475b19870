package api

import (
	"context"
	"net/http"

	"signpost/lambda/s3sign"
)

// signScan serves POST /scans. It signs a request for any key that can be the caller's, whether the
// object exists or not.
func (f *files) signScan(ctx context.Context, r request) (result, error) {
	asked, err := parseScan(r, f.cfg)
	if err != nil {
		return result{}, err
	}
	signed, err := f.sign(ctx, r, s3sign.GetObjectTagging(asked.key.Text), asked.kind)
	return result{status: http.StatusOK, body: signed, facts: facts{
		key: asked.key.Text, size: s3sign.UnknownSize, metric: scansSigned, count: 1,
	}}, err
}
