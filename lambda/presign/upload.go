package presign

import (
	"context"
	"net/http"
	"time"
)

// upload is a checked request for one file's place in the bucket.
type upload struct {
	filename    string
	contentType mediaType
	size        int64             // bytes, or unknownSize
	sha256      string            // base64, "" where the caller gave none
	metadata    map[string]string // by lower-case name, values as they are sent
}

// plannedUpload is the answer: where the file will be, and the request that
// puts it there.
type plannedUpload struct {
	Key string `json:"key"`
	signedRequest
	ExpiresIn int64  `json:"expiresIn"` // seconds
	ExpiresAt string `json:"expiresAt"` // RFC 3339, UTC
}

// plan chooses the key and signs the PutObject.
func (h *Handler) plan(ctx context.Context, c *call, u upload) (plannedUpload, error) {
	// Signatures count whole seconds, so the answer does too.
	now := h.now().UTC().Truncate(time.Second)
	lifetime, err := h.signer.lifetimeAt(now)
	if err != nil {
		return plannedUpload{}, err
	}
	key := newKey(h.config.KeyPrefix, c.sub, h.now(), u.filename)
	signed, err := h.signer.sign(ctx, s3Request{
		method:  http.MethodPut,
		key:     key,
		headers: u.headers(),
		size:    u.size,
	}, now, lifetime)
	if err != nil {
		return plannedUpload{}, err
	}
	if len(u.metadata) > 0 && signed.length() > maxSignedRequest {
		return plannedUpload{}, refuse(InvalidRequest, "metadata", "metadata and filename together are more than fits into the headers S3 takes; shorten the metadata")
	}
	c.key, c.size = key, u.size
	return plannedUpload{
		Key:           key,
		signedRequest: signed,
		ExpiresIn:     int64(lifetime / time.Second),
		ExpiresAt:     now.Add(lifetime).Format(time.RFC3339),
	}, nil
}

// headers are what S3 will hold the caller to, Content-Length apart.
func (u upload) headers() map[string]string {
	h := map[string]string{
		"Content-Type":        u.contentType.full,
		"Content-Disposition": contentDisposition(u.filename),
		"If-None-Match":       "*", // an object is never overwritten
	}
	if sum := checksumToSign(u.size, u.sha256); sum != "" {
		h["x-amz-checksum-sha256"] = sum
	}
	for name, value := range u.metadata {
		h["x-amz-meta-"+name] = value
	}
	return h
}
