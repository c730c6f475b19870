package api

import (
	"signpost/lambda/ascii"
	"signpost/lambda/config"
	"signpost/lambda/key"
	"signpost/lambda/s3sign"
)

const (
	// maxPartsAtOnce limits the answer to about 150 kB.
	maxPartsAtOnce = 100

	// maxUploadID is far more than S3's own ids have, in bytes.
	maxUploadID = 1024
)

// partsRequest is a valid request to continue an upload in parts.
type partsRequest struct {
	key       key.Key
	kind      config.Kind
	uploadID  string
	parts     []part
	listAfter int64 // the part number after which the list begins
}

// part is one part of a file.
type part struct {
	number int64  // from 1
	sha256 string // in base64, "" for none
}

// parseParts reads POST /uploads/parts. The fields are in the contract's order. The key comes
// first, because it decides which parts there are.
func parseParts(r request, cfg config.Upload) (partsRequest, error) {
	body, err := jsonObject(r.event)
	if err != nil {
		return partsRequest{}, err
	}
	var found problems
	var p partsRequest
	body.read(&found, []field{
		{name: "key", required: true, read: func(v value) { p.readKey(v, cfg, r.caller) }},
		{name: "uploadId", required: true, read: p.readUploadID},
		{name: "parts", required: true, read: p.readParts},
		{name: "listAfter", read: func(v value) { p.readListAfter(v, cfg.ResumableUploads) }},
	}, nil)
	return p, found.err()
}

func (p *partsRequest) readKey(v value, cfg config.Upload, c caller) {
	k, ok := readKey(v, cfg.KeyPrefix, c)
	if !ok {
		return
	}
	kind, ok := checkKindOfUpload(v, k, cfg, c)
	switch {
	case !ok:
	case k.Size <= config.MinPartSize: // 0 if the file is sent in one request
		v.refuse(InvalidKey, "is not the key of an upload in parts")
	case k.Size > kind.MaxSize: // the limit may have been higher when the upload was planned
		v.refuseSize(kind.MaxSize, "is that of an upload of %d bytes, over %s", k.Size, sizeLimit(kind))
	default:
		p.key, p.kind = k, kind
	}
}

// readUploadID accepts whatever S3 may have answered with; its content doesn't matter here.
func (p *partsRequest) readUploadID(v value) {
	id, ok := v.string()
	if ok && (id == "" || len(id) > maxUploadID || !ascii.ConsistsOf(id, ascii.Visible)) {
		v.refuse(InvalidRequest, "must be the UploadId that S3 answered with: 1 to %d visible ASCII characters", maxUploadID)
	}
	p.uploadID = id
}

func (p *partsRequest) readParts(v value) {
	elements, ok := v.array()
	if ok && len(elements) > maxPartsAtOnce {
		v.refuse(InvalidRequest, "has %d entries; at most %d are allowed at once", len(elements), maxPartsAtOnce)
		return
	}
	seen := map[int64]bool{}
	for _, element := range elements {
		part, ok := p.readPart(element)
		if ok && seen[part.number] {
			element.refuse(InvalidPart, "is part %d again: give each part once", part.number)
		}
		seen[part.number] = true
		p.parts = append(p.parts, part)
	}
}

// readPart reads {"partNumber": 1, "sha256": "…"}. It reports whether the part is valid.
func (p *partsRequest) readPart(v value) (part, bool) {
	o, ok := v.object("an object")
	if !ok {
		return part{}, false
	}
	var read part
	before := v.found.count
	o.read(v.found, []field{
		{name: "partNumber", required: true, read: func(v value) { read.number = p.readPartNumber(v) }},
		{name: "sha256", read: func(v value) { read.sha256 = readSHA256(v) }},
	}, nil)
	if v.found.count == before {
		p.checkPartChecksum(v, read)
	}
	return read, v.found.count == before
}

func (p *partsRequest) readPartNumber(v value) int64 {
	text, ok := v.number()
	if !ok {
		return 0
	}
	last := int64(config.MaxParts) // all that is known if the key is invalid
	if p.key.Text != "" {
		last = s3sign.Split(p.key.Size).Count
	}
	n, ok := wholeNumber(text)
	if !ok || n < 1 || n > last {
		v.refuse(InvalidPart, "is %s; this upload's parts are numbered 1 to %d", v.shown(), last)
	}
	return n
}

// checkPartChecksum compares a part with what was declared when the upload was planned. S3 would
// refuse it too, but only after the bytes were sent.
func (p *partsRequest) checkPartChecksum(v value, read part) {
	switch {
	case p.key.Text == "":
	case p.key.PartChecksums && read.sha256 == "":
		v.refuse(InvalidPart, "lacks its sha256: this upload was planned with partChecksums")
	case !p.key.PartChecksums && read.sha256 != "":
		v.refuse(InvalidPart, "has a sha256, but this upload was planned without partChecksums, so S3 would not check it")
	}
}

func (p *partsRequest) readListAfter(v value, resumable bool) {
	text, ok := v.number()
	if !ok {
		return
	}
	n, ok := wholeNumber(text)
	switch {
	case !ok || n > config.MaxParts:
		v.refuse(InvalidRequest, "must be a part's number, 0 to %d", config.MaxParts)
	case !resumable:
		v.refuse(InvalidRequest, "has no effect: this deployment doesn't let parts be listed")
	}
	p.listAfter = n
}
