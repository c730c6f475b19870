package api

import (
	"strings"

	"signpost/lambda/config"
	"signpost/lambda/key"
	"signpost/lambda/mediatype"
	"signpost/lambda/s3sign"
)

// downloadRequest is a valid request to read one object.
type downloadRequest struct {
	key      key.Key
	kind     config.Kind
	inline   bool
	filename string // "" if the caller gave none
}

// parseDownload reads POST /downloads. The fields are in the contract's order.
func parseDownload(r request, cfg config.Files) (downloadRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return downloadRequest{}, err
	}
	var found problems
	var d downloadRequest
	body.read(&found, []field{
		{name: "key", required: true, read: func(v value) { d.readKey(v, cfg, r.caller) }},
		{name: "disposition", read: d.readDisposition},
		{name: "filename", read: func(v value) { d.filename = readFilename(v) }},
	}, func() { d.check(&found) })
	return d, found.err()
}

func (d *downloadRequest) readKey(v value, cfg config.Files, c caller) {
	k, ok := readKey(v, cfg.KeyPrefix, c)
	if !ok {
		return
	}
	kind, ok := checkKindOfFile(v, k, cfg, c)
	switch {
	case !ok:
	case kind.NoDownloads:
		v.refuse(Forbidden, "is of the kind %q, whose files can't be downloaded", k.Kind)
	default:
		d.key, d.kind = k, kind
	}
}

// readDisposition reads a field whose default is attachment.
func (d *downloadRequest) readDisposition(v value) {
	s, ok := v.string()
	if ok && s != s3sign.Inline && s != s3sign.Attachment {
		v.refuse(InvalidRequest, `must be "attachment" or "inline"`)
	}
	d.inline = s == s3sign.Inline
}

// check reports fields that don't go together.
func (d *downloadRequest) check(found *problems) {
	extension := key.Extension(d.key.Name)
	if d.inline && mediatype.Inline(extension) == "" {
		found.add(refuse(InvalidRequest, "disposition", "only images, video, audio, PDF and plain text, by the key's extension, can be shown inline, because they can't run script; use attachment"))
	}
	if d.filename != "" && !strings.EqualFold(key.Extension(d.filename), extension) {
		found.add(refuse(InvalidRequest, "filename", "filename must end in %q, as the key does: the extension can't be changed", extension))
	}
}
