package api

import (
	"context"
	"net/http"

	"signpost/lambda/key"
	"signpost/lambda/s3sign"
)

// signedDeletions is the answer: a request for each key, in the order of the request.
type signedDeletions struct {
	Deletions []signedDeletion `json:"deletions"`
	expiry
}

type signedDeletion struct {
	Key string `json:"key"`
	s3sign.SignedRequest
}

// signDeletions serves POST /deletions. It signs a request for any key that can be the caller's,
// whether the object exists or not. All of them expire at once.
func (f *files) signDeletions(ctx context.Context, r request) (result, error) {
	asked, err := parseDeletions(r, f.cfg)
	if err != nil {
		return result{}, err
	}
	validity, err := f.signer.Validity(r.time, asked.lifetime)
	if err != nil {
		return result{}, err
	}
	answer := signedDeletions{expiry: expiryOf(validity)}
	for _, k := range asked.keys {
		signed, err := f.signer.Sign(ctx, s3sign.DeleteObject(k.Text), validity)
		if err != nil {
			return result{}, err
		}
		answer.Deletions = append(answer.Deletions, signedDeletion{k.Text, signed})
	}
	return result{status: http.StatusOK, body: answer, facts: facts{
		keys: texts(asked.keys), metric: deletionsSigned, count: int64(len(asked.keys)),
	}}, nil
}

// texts returns the keys for the log: S3's own logs name the function's role as who deletes.
func texts(keys []key.Key) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.Text
	}
	return list
}
