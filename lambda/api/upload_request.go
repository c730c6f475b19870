package api

import (
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/mediatype"
	"signpost/lambda/s3sign"
)

// maxFilename is the longest name of a file, in characters (Unicode code points).
const maxFilename = 255

// uploadRequest is a valid request to upload one file.
type uploadRequest struct {
	filename      string
	contentType   mediatype.Type
	size          int64             // in bytes, or s3sign.UnknownSize
	sha256        string            // in base64; "" if the caller gave none
	metadata      map[string]string // by name in lower case, values as they are sent
	partChecksums bool              // whether the caller will give a SHA-256 of each part
}

// parseUpload reads POST /uploads.
func parseUpload(e events.APIGatewayProxyRequest, cfg config.Upload) (uploadRequest, error) {
	body, err := jsonObject(e)
	if err != nil {
		return uploadRequest{}, err
	}
	return readUpload(body, cfg)
}

// readUpload reads the fields of one file: the body of POST /uploads, or a file of POST
// /uploads/batch. The fields are in the contract's order, which is that of the refusals.
func readUpload(file object, cfg config.Upload) (uploadRequest, error) {
	var found problems
	r := uploadRequest{size: s3sign.UnknownSize}
	file.read(&found, []field{
		{name: "filename", required: true, read: r.readFilename},
		{name: "contentType", required: true, read: func(v value) { r.readContentType(v, cfg.AllowedTypes) }},
		{name: "size", required: true, read: func(v value) { r.readSize(v, cfg.MaxSize) }},
		{name: "sha256", read: func(v value) { r.sha256 = readSHA256(v) }},
		{name: "metadata", read: func(v value) { r.metadata = readMetadata(v) }},
		{name: "partChecksums", read: r.readPartChecksums},
	}, func() { r.check(&found, cfg.MultipartThreshold) })
	return r, found.err()
}

// parseDocument reads GET /api/documents/signed.
func parseDocument(e events.APIGatewayProxyRequest, cfg config.Upload) (uploadRequest, error) {
	var found problems
	r := uploadRequest{size: s3sign.UnknownSize}
	named := false
	queryObject(e).read(&found, []field{
		{name: "key", required: true, holds: "the file's name", read: func(v value) { named = true; r.readFilename(v) }},
		{
			name: "contentType",
			read: func(v value) { r.readContentType(v, cfg.AllowedTypes) },
			absent: func(v value) {
				if named {
					r.readContentType(v, cfg.AllowedTypes) // an empty one, so that the name decides
				}
			},
		},
		{name: "size", read: func(v value) { r.readSinglePutSize(v, cfg.MaxSize) }},
	}, nil)
	return r, found.err()
}

// check reports fields that don't go together.
func (r *uploadRequest) check(found *problems, multipartThreshold int64) {
	if r.sha256 == "" {
		return
	}
	if r.size > multipartThreshold {
		found.add(refuse(InvalidRequest, "sha256", "a file of more than %d bytes is sent in parts, and S3 computes no SHA-256 of the whole file; "+
			"set partChecksums to true and send a sha256 with each part", multipartThreshold))
	}
	if r.size == 0 && r.sha256 != s3sign.EmptySHA256 {
		found.add(refuse(InvalidRequest, "sha256", "sha256 is not that of an empty file, but size is 0"))
	}
}

func (r *uploadRequest) readFilename(v value) { r.filename = readFilename(v) }

// readFilename reads the name of a file. Almost any name is valid: it may hold path separators and
// control characters, or consist of dots, because it is only used percent-encoded in
// Content-Disposition and, as a slug, in the key. An invalid name is returned too, since the file's
// type may still depend on its extension.
func readFilename(v value) string {
	name, ok := v.string()
	if !ok {
		return ""
	}
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		v.refuse(InvalidRequest, "must not be empty")
	case !utf8.ValidString(name):
		v.refuse(InvalidRequest, "is not valid UTF-8")
	case n > maxFilename:
		v.refuse(InvalidRequest, "has %d characters; at most %d are allowed", n, maxFilename)
	}
	return name
}

// readContentType needs the filename, which is read before it.
func (r *uploadRequest) readContentType(v value, allowed []string) {
	if declared, ok := v.string(); ok {
		r.contentType = readFileType(v, declared, r.filename, allowed)
	}
}

func (r *uploadRequest) readSize(v value, maxSize int64) {
	n, ok := v.byteCount()
	if ok && n > maxSize {
		v.refuseSize(maxSize, "%s is over this deployment's limit of %d bytes", v.shown(), maxSize)
	}
	r.size = n
}

// readSinglePutSize reads the size of a file that must be sent in one request, however large the
// deployment's files may be.
func (r *uploadRequest) readSinglePutSize(v value, maxSize int64) {
	if maxSize <= config.MaxPutSize {
		r.readSize(v, maxSize)
		return
	}
	n, ok := v.byteCount()
	if ok && n > config.MaxPutSize {
		v.refuseSize(config.MaxPutSize, "%s is over the limit of %d bytes of a single PutObject; POST /uploads plans larger files", v.shown(), config.MaxPutSize)
	}
	r.size = n
}

// readSHA256 reads a SHA-256 in base64.
func readSHA256(v value) string {
	s, ok := v.string()
	if !ok {
		return ""
	}
	if problem := s3sign.SHA256Problem(s); problem != "" {
		v.refuse(InvalidRequest, "%s", problem)
	}
	return s
}

// readPartChecksums reads a field that has no effect on a file that is sent in one request, so that
// a caller can set it without knowing how the file will be sent.
func (r *uploadRequest) readPartChecksums(v value) { r.partChecksums, _ = v.bool() }
