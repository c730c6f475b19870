package presign

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// signedParts is the answer: a request for each part that was asked for, and
// those that end the upload. List and Abort are there where the role holds
// the two actions they take.
type signedParts struct {
	Parts    []signedPart   `json:"parts"`
	List     *signedRequest `json:"list,omitempty"`
	Complete signedRequest  `json:"complete"`
	Abort    *signedRequest `json:"abort,omitempty"`
	expiry
}

type signedPart struct {
	PartNumber int64 `json:"partNumber"`
	Size       int64 `json:"size"` // bytes: exactly so many, for they are signed
	signedRequest
}

// signParts serves POST /uploads/parts.
//
// The caller never gets URLs for more than was declared: a part's number and
// length follow from the size in the key, S3 keeps one part a number, and the
// size in the key is the one declared, or S3 knows no such upload.
func (h *Handler) signParts(ctx context.Context, c *call) (int, any, error) {
	body, refusal := jsonBody(c.event)
	if refusal != nil {
		return 0, nil, refusal
	}
	r := partsRequest{sub: c.sub}
	if err := readFields(body, partsFields, h.config, &r, nil); err != nil {
		return 0, nil, err
	}
	w, err := h.window()
	if err != nil {
		return 0, nil, err
	}
	answer := signedParts{Parts: []signedPart{}, expiry: w.expiry()}
	whole, total := cut(r.key.size), int64(0)
	for _, p := range r.parts {
		length := whole.length(p.number, r.key.size)
		signed, err := h.signer.sign(ctx, r.uploadPart(p, length), w)
		if err != nil {
			return 0, nil, err
		}
		answer.Parts = append(answer.Parts, signedPart{PartNumber: p.number, Size: length, signedRequest: signed})
		total += length
	}
	if answer.Complete, err = h.signer.sign(ctx, r.complete(), w); err != nil {
		return 0, nil, err
	}
	if h.config.ResumableUploads {
		list, err := h.signer.sign(ctx, r.list(), w)
		if err != nil {
			return 0, nil, err
		}
		abort, err := h.signer.sign(ctx, r.abort(), w)
		if err != nil {
			return 0, nil, err
		}
		answer.List, answer.Abort = &list, &abort
	}
	c.key, c.size, c.stores, c.bytesSigned = r.key.text, total, true, total
	return http.StatusOK, answer, nil
}

// about is a request that is about the upload itself.
func (r partsRequest) about(method string) s3Request {
	return s3Request{method: method, key: r.key.text, query: url.Values{"uploadId": {r.uploadID}}, size: unknownSize}
}

func (r partsRequest) uploadPart(p part, length int64) s3Request {
	s := r.about(http.MethodPut)
	s.query.Set("partNumber", strconv.FormatInt(p.number, 10))
	s.size = length
	if p.sha256 != "" {
		s.headers = map[string]string{"x-amz-checksum-sha256": p.sha256}
	}
	return s
}

// complete has S3 compare what the parts come to with what was declared, and
// refuse to overwrite (AWS, "CompleteMultipartUpload").
func (r partsRequest) complete() s3Request {
	s := r.about(http.MethodPost)
	s.headers = map[string]string{
		"Content-Type":         "application/xml",
		"If-None-Match":        "*",
		"x-amz-mp-object-size": strconv.FormatInt(r.key.size, 10),
	}
	return s
}

// list asks for as many parts as S3 tells at once.
func (r partsRequest) list() s3Request {
	s := r.about(http.MethodGet)
	s.query.Set("max-parts", "1000")
	if r.listAfter > 0 {
		s.query.Set("part-number-marker", strconv.FormatInt(r.listAfter, 10))
	}
	return s
}

func (r partsRequest) abort() s3Request { return r.about(http.MethodDelete) }
