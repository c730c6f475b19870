package api

import (
	"context"
	"net/http"

	"signpost/lambda/s3sign"
)

// signedParts is the answer: a request for each part that was asked for, and the requests that end
// the upload. List and Abort are there if the function's role may do both.
type signedParts struct {
	Parts    []signedPart          `json:"parts"`
	List     *s3sign.SignedRequest `json:"list,omitempty"`
	Complete s3sign.SignedRequest  `json:"complete"`
	Abort    *s3sign.SignedRequest `json:"abort,omitempty"`
	expiry
}

type signedPart struct {
	PartNumber int64 `json:"partNumber"`
	Size       int64 `json:"size"` // in bytes; this exact length is signed
	s3sign.SignedRequest
}

// signParts serves POST /uploads/parts.
//
// The caller never gets requests for more bytes than were declared. The numbers and lengths of
// parts follow from the size in the key, and S3 stores one part under each number. The size in the
// key is the one that was declared; with another one, S3 knows no such upload.
func (u *uploads) signParts(ctx context.Context, r request) (result, error) {
	asked, err := parseParts(r, u.cfg)
	if err != nil {
		return result{}, err
	}
	validity, err := u.signer.Validity(r.time, asked.kind.URLLifetime)
	if err != nil {
		return result{}, err
	}
	upload := s3sign.MultipartUpload{Key: asked.key.Text, ID: asked.uploadID}
	split, total := s3sign.Split(asked.key.Size), int64(0)
	answer := signedParts{Parts: []signedPart{}, expiry: expiryOf(validity)}
	for _, p := range asked.parts {
		length := split.Length(p.number, asked.key.Size)
		signed, err := u.signer.Sign(ctx, s3sign.UploadPart(upload, p.number, length, p.sha256), validity)
		if err != nil {
			return result{}, err
		}
		answer.Parts = append(answer.Parts, signedPart{PartNumber: p.number, Size: length, SignedRequest: signed})
		total += length
	}
	if answer.Complete, err = u.signer.Sign(ctx, s3sign.CompleteMultipartUpload(upload, asked.key.Size), validity); err != nil {
		return result{}, err
	}
	if u.cfg.ResumableUploads {
		if answer.List, answer.Abort, err = u.signResume(ctx, upload, asked.listAfter, validity); err != nil {
			return result{}, err
		}
	}
	return result{status: http.StatusOK, body: answer, facts: facts{key: asked.key.Text, size: total, stores: true, bytesSigned: total}}, nil
}

// signResume signs the requests that serve to resume an upload later, or to give it up.
func (u *uploads) signResume(ctx context.Context, upload s3sign.MultipartUpload, listAfter int64, validity s3sign.Validity) (list, abort *s3sign.SignedRequest, err error) {
	listParts, err := u.signer.Sign(ctx, s3sign.ListParts(upload, listAfter), validity)
	if err != nil {
		return nil, nil, err
	}
	abortUpload, err := u.signer.Sign(ctx, s3sign.AbortMultipartUpload(upload), validity)
	if err != nil {
		return nil, nil, err
	}
	return &listParts, &abortUpload, nil
}
