package presign

import (
	"context"
	"net/http"
	"net/url"

	"signpost/lambda/mediatype"
)

// upload is a checked request for one file's place in the bucket.
type upload struct {
	filename    string
	contentType mediatype.Type
	size        int64             // bytes, or unknownSize
	sha256      string            // base64, "" where the caller gave none
	metadata    map[string]string // by lower-case name, values as they are sent

	// partChecksums declares a SHA-256 for each part of a file sent in parts.
	partChecksums bool
}

// plannedUpload is the answer: where the file will be, and the request that
// puts it there, or that begins an upload in parts.
type plannedUpload struct {
	Key string `json:"key"`
	signedRequest
	Multipart *multipart `json:"multipart,omitempty"`
	expiry
}

// plan chooses the key and signs the request that takes the file there.
func (h *Handler) plan(ctx context.Context, c *call, u upload, inParts bool) (plannedUpload, error) {
	w, err := h.window()
	if err != nil {
		return plannedUpload{}, err
	}
	var planned plannedUpload
	memory, request := "", u.put()
	if inParts {
		memory, request = keyMemory(u.size, u.partChecksums), u.create()
		m := cut(u.size)
		planned.Multipart = &m
	}
	request.key = newKey(h.config.KeyPrefix, c.sub, h.now(), memory, u.filename)
	signed, err := h.signer.sign(ctx, request, w)
	if err != nil {
		return plannedUpload{}, err
	}
	if len(u.metadata) > 0 && signed.length() > maxSignedRequest {
		return plannedUpload{}, refuse(InvalidRequest, "metadata", "metadata and filename together are more than fits into the headers S3 takes; shorten the metadata")
	}
	c.key, c.size, c.counted = request.key, u.size, uploadsPlanned
	c.stores, c.bytesSigned = true, u.size
	if inParts {
		c.bytesSigned = 0 // only parts have bytes
	}
	planned.Key, planned.signedRequest, planned.expiry = request.key, signed, w.expiry()
	return planned, nil
}

// put is S3's PutObject: all in one request.
func (u upload) put() s3Request {
	h := u.headers()
	h["If-None-Match"] = "*" // an object is never overwritten
	if sum := checksumToSign(u.size, u.sha256); sum != "" {
		h["x-amz-checksum-sha256"] = sum
	}
	return s3Request{method: http.MethodPut, headers: h, size: u.size}
}

// create is S3's CreateMultipartUpload. It stores nothing yet: what forbids to
// overwrite is signed when the upload is completed.
func (u upload) create() s3Request {
	h := u.headers()
	if u.partChecksums {
		h["x-amz-checksum-algorithm"] = "SHA256"
	}
	return s3Request{method: http.MethodPost, query: url.Values{"uploads": {""}}, headers: h, size: unknownSize}
}

// headers are what S3 keeps beside the bytes, and will hold the caller to.
func (u upload) headers() map[string]string {
	h := map[string]string{
		"Content-Type":        u.contentType.Full,
		"Content-Disposition": contentDisposition(attachment, u.filename),
	}
	for name, value := range u.metadata {
		h["x-amz-meta-"+name] = value
	}
	return h
}
