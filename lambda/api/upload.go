package api

import (
	"context"
	"maps"
	"net/http"

	"signpost/lambda/config"
	"signpost/lambda/key"
	"signpost/lambda/s3sign"
)

// uploads serves the routes of the upload function.
type uploads struct {
	cfg    config.Upload
	signer Signer
}

// plannedUpload is the answer: the file's key, and the request that stores it or begins an upload
// in parts.
type plannedUpload struct {
	Key string `json:"key"`
	s3sign.SignedRequest
	Multipart *s3sign.Parts `json:"multipart,omitempty"`
	expiry
}

// plan serves POST /uploads.
func (u *uploads) plan(ctx context.Context, r request) (result, error) {
	file, err := parseUpload(r, u.cfg)
	if err != nil {
		return result{}, err
	}
	planned, signed, err := u.planFile(ctx, r, file)
	return result{status: http.StatusCreated, body: planned, facts: signed}, err
}

// signDocument serves GET /api/documents/signed. It always plans a single PutObject, because its
// clients only know how to send that.
func (u *uploads) signDocument(ctx context.Context, r request) (result, error) {
	file, err := parseDocument(r, u.cfg)
	if err != nil {
		return result{}, err
	}
	planned, signed, err := u.planPut(ctx, r, file)
	return result{status: http.StatusOK, body: planned, facts: signed}, err
}

// planFile plans a file in the way that its size demands.
func (u *uploads) planFile(ctx context.Context, r request, file uploadRequest) (plannedUpload, facts, error) {
	if file.size > u.cfg.MultipartThreshold {
		return u.planMultipart(ctx, r, file)
	}
	return u.planPut(ctx, r, file)
}

// planPut plans a file that is sent in one request.
func (u *uploads) planPut(ctx context.Context, r request, file uploadRequest) (plannedUpload, facts, error) {
	k := key.New(u.cfg.KeyPrefix, file.kind.Name, r.caller.Owner, file.filename, r.time)
	planned, err := u.sign(ctx, r, file, k, s3sign.PutObject(k, file.object()))
	if err != nil {
		return plannedUpload{}, facts{}, err
	}
	return planned, facts{
		key: k, size: file.size, metric: uploadsPlanned, count: 1, stores: true, bytesSigned: file.size,
	}, nil
}

// planMultipart plans a file that is sent in parts. The answer can store no bytes yet; only parts
// can.
func (u *uploads) planMultipart(ctx context.Context, r request, file uploadRequest) (plannedUpload, facts, error) {
	k := key.NewMultipart(u.cfg.KeyPrefix, file.kind.Name, r.caller.Owner, file.filename, r.time, file.size, file.partChecksums)
	planned, err := u.sign(ctx, r, file, k, s3sign.CreateMultipartUpload(k, file.object(), file.partChecksums))
	if err != nil {
		return plannedUpload{}, facts{}, err
	}
	parts := s3sign.Split(file.size)
	planned.Multipart = &parts
	return planned, facts{
		key: k, size: file.size, metric: uploadsPlanned, count: 1, stores: true, bytesSigned: 0,
	}, nil
}

// sign signs the request that stores a file or begins to.
func (u *uploads) sign(ctx context.Context, r request, file uploadRequest, k string, o s3sign.Operation) (plannedUpload, error) {
	validity, err := u.signer.Validity(r.time, file.kind.URLLifetime)
	if err != nil {
		return plannedUpload{}, err
	}
	signed, err := u.signer.Sign(ctx, o, validity)
	if err != nil {
		return plannedUpload{}, err
	}
	if surplus := signed.Length() - s3sign.MaxRequestLength; surplus > 0 {
		if problem := file.tooLong(surplus); problem != nil {
			return plannedUpload{}, problem
		}
	}
	return plannedUpload{Key: k, SignedRequest: signed, expiry: expiryOf(validity)}, nil
}

// tooLong refuses a file whose headers are longer than S3 accepts by a number of bytes. It returns
// nil if nothing could be shortened: the filename alone always fits.
func (r uploadRequest) tooLong(surplus int) error {
	switch {
	case r.attribution != "" && len(r.metadata) > 0:
		return refuse(InvalidRequest, "metadata", "metadata, filename and %s together are %d bytes too long for the headers that S3 accepts; shorten the metadata",
			config.UploadedByMetadata, surplus)
	case r.attribution != "":
		return refuse(InvalidRequest, r.nameField, "%s and %s together are %d bytes too long for the headers that S3 accepts; shorten the name",
			r.nameField, config.UploadedByMetadata, surplus)
	case len(r.metadata) > 0:
		return refuse(InvalidRequest, "metadata", "metadata and filename together don't fit into the headers that S3 accepts; shorten the metadata")
	}
	return nil
}

// object describes the file to S3.
func (r uploadRequest) object() s3sign.Object {
	metadata := r.metadata
	if r.attribution != "" {
		metadata = map[string]string{config.UploadedByMetadata: r.attribution}
		maps.Copy(metadata, r.metadata)
	}
	return s3sign.Object{Filename: r.filename, ContentType: r.contentType.Full, Size: r.size, SHA256: r.sha256, Metadata: metadata}
}
