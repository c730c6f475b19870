package api

import (
	"strings"
	"unicode/utf8"

	"signpost/lambda/config"
	"signpost/lambda/mediatype"
	"signpost/lambda/s3sign"
)

// maxFilename is the longest name of a file, in characters (Unicode code points).
const maxFilename = 255

// uploadRequest is a valid request to upload one file.
type uploadRequest struct {
	kind          *config.Kind // while the request is read, nil if the kind is refused
	filename      string
	nameField     string // the field that has it
	contentType   mediatype.Type
	size          int64             // in bytes, or s3sign.UnknownSize
	sha256        string            // in base64; "" if the caller gave none
	metadata      map[string]string // by name in lower case, values as they are sent
	partChecksums bool              // whether the caller will give a SHA-256 of each part
	attribution   string            // as caller.attribution returns it
}

// parseUpload reads POST /uploads.
func parseUpload(r request, cfg config.Upload) (uploadRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return uploadRequest{}, err
	}
	return readUpload(body, cfg, r.caller)
}

// readUpload reads the fields of one file: the body of POST /uploads, or a file of POST
// /uploads/batch. The kind comes first, because it decides about the others; these are in the
// contract's order. The order is that of the refusals.
func readUpload(file object, cfg config.Upload, c caller) (uploadRequest, error) {
	known := kinds{cfg.Kinds, cfg.Kind}
	var found problems
	r := uploadRequest{nameField: "filename", size: s3sign.UnknownSize, attribution: c.attribution()}
	file.read(&found, []field{
		{
			name:   "kind",
			read:   func(v value) { r.kind = readKind(v, known, c) },
			absent: func(v value) { r.kind = kindWithoutName(v, known, c) },
		},
		{name: "filename", required: true, read: r.readFilename},
		{name: "contentType", required: true, read: r.readContentType},
		{name: "size", required: true, read: r.readSize},
		{name: "sha256", read: func(v value) { r.sha256 = readSHA256(v) }},
		{name: "metadata", read: func(v value) { r.readMetadata(v, cfg.LambdaAuthorizer) }, absent: func(v value) { r.checkRequiredMetadata(v, nil) }},
		{name: "partChecksums", read: r.readPartChecksums},
	}, func() { r.check(&found, cfg.MultipartThreshold) })
	return r, found.err()
}

// parseDocument reads GET /api/documents/signed.
func parseDocument(asked request, cfg config.Upload) (uploadRequest, error) {
	known := kinds{cfg.Kinds, cfg.Kind}
	var found problems
	r := uploadRequest{nameField: "key", size: s3sign.UnknownSize, attribution: asked.caller.attribution()}
	named := false
	queryObject(asked.event).read(&found, []field{
		{
			name: "kind",
			read: func(v value) {
				r.kind = readKind(v, known, asked.caller)
				r.refuseRequiredMetadata(v)
			},
			absent: func(v value) { r.kind = kindWithoutName(v, known, asked.caller) },
		},
		{name: "key", required: true, holds: "the file's name", read: func(v value) { named = true; r.readFilename(v) }},
		{
			name: "contentType",
			read: r.readContentType,
			absent: func(v value) {
				if named {
					r.readContentType(v) // an empty one, so that the name decides
				}
			},
		},
		{name: "size", read: r.readSinglePutSize},
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
func (r *uploadRequest) readContentType(v value) {
	if declared, ok := v.string(); ok {
		r.contentType = readFileType(v, declared, r.filename, r.kind)
	}
}

func (r *uploadRequest) readSize(v value) {
	n, ok := v.byteCount()
	if k := r.kind; ok && k != nil && n > k.MaxSize {
		v.refuseSize(k.MaxSize, "%s is over %s", v.shown(), sizeLimit(*k))
	}
	r.size = n
}

// readSinglePutSize reads the size of a file that must be sent in one request, however large the
// files of its kind may be.
func (r *uploadRequest) readSinglePutSize(v value) {
	if k := r.kind; k != nil && k.MaxSize <= config.MaxPutSize {
		r.readSize(v)
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

// readMetadata reads the caller's own metadata. The attribution's name is reserved if some callers
// have one: a file of another caller would seem to have one too.
func (r *uploadRequest) readMetadata(v value, attributed bool) {
	o, ok := v.object("an object of strings")
	if !ok {
		return
	}
	if attributed && hasMetadata(o.members, config.UploadedByMetadata) {
		v.refuse(InvalidRequest, "can't have the name %q, which is reserved: this deployment adds it itself to files whose owner several users share", config.UploadedByMetadata)
	}
	r.checkRequiredMetadata(v, o.members)
	r.metadata = readMetadata(v, o.members, r.attribution)
}

// checkRequiredMetadata refuses metadata without a name that the file's kind requires.
func (r *uploadRequest) checkRequiredMetadata(v value, given []member) {
	if r.kind == nil {
		return
	}
	if missing := missingMetadata(r.kind.RequiredMetadata, given); len(missing) > 0 {
		v.refuse(InvalidRequest, "lacks %s; every file of the kind %q must have %s",
			strings.Join(missing, ", "), r.kind.Name, strings.Join(r.kind.RequiredMetadata, ", "))
	}
}

// refuseRequiredMetadata refuses a kind that requires metadata, on a route that has none.
func (r *uploadRequest) refuseRequiredMetadata(v value) {
	if r.kind != nil && len(r.kind.RequiredMetadata) > 0 {
		v.refuse(InvalidRequest, "%q requires metadata (%s), which only POST /uploads takes", r.kind.Name, strings.Join(r.kind.RequiredMetadata, ", "))
	}
}

// readPartChecksums reads a field that has no effect on a file that is sent in one request, so that
// a caller can set it without knowing how the file will be sent.
func (r *uploadRequest) readPartChecksums(v value) { r.partChecksums, _ = v.bool() }
