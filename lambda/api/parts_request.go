package presign

import (
	"encoding/json"
	"strconv"
)

const (
	// maxPartsAtOnce bounds the answer to about 150 kB.
	maxPartsAtOnce = 100

	// maxUploadID is far more than S3's own ids have, in bytes.
	maxUploadID = 1024
)

// partsRequest is a checked request to go on with an upload in parts.
type partsRequest struct {
	sub       string // whose key it must be
	key       ownKey
	uploadID  string
	parts     []part
	listAfter int64 // the part number that the list begins behind
}

// part is one part of a file.
type part struct {
	number int64  // from 1
	sha256 string // base64, "" where there is none
}

// partsFields are the fields of POST /uploads/parts in the contract's order.
// key comes first: the others are held to what it says.
var partsFields = []field[partsRequest]{
	{"key", true, readPartsKey},
	{"uploadId", true, readUploadID},
	{"parts", true, readParts},
	{"listAfter", false, readListAfter},
}

func readPartsKey(r *partsRequest, cfg Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e != nil {
		return problems{e}
	}
	key, e := readOwnKey(field, s, cfg, r.sub)
	switch {
	case e != nil:
	case key.size <= minPartSize: // unknownSize among them
		e = refuse(InvalidKey, field, "%s is not the key of an upload in parts", field)
	case key.size > cfg.MaxSize: // the limit now, not when the upload was planned
		e = tooLarge(SizeTooLarge, field, cfg.MaxSize, "the upload is of %d bytes, over this deployment's limit of %d", key.size, cfg.MaxSize)
	default:
		r.key = key
	}
	return problems{e}
}

// readUploadID takes what S3 may have given out: it means nothing to us.
func readUploadID(r *partsRequest, _ Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil && (s == "" || len(s) > maxUploadID || !consistsOf(s, isVisible, "")) {
		e = refuse(InvalidRequest, field, "%s must be the UploadId that S3 answered with: 1 to %d visible ASCII characters", field, maxUploadID)
	}
	r.uploadID = s
	return problems{e}
}

func readParts(r *partsRequest, _ Config, field string, value json.RawMessage) problems {
	entries, e := arrayValue(field, value)
	if e == nil && len(entries) > maxPartsAtOnce {
		e = refuse(InvalidRequest, field, "%s has %d entries; at most %d are allowed at once", field, len(entries), maxPartsAtOnce)
	}
	if e != nil {
		return problems{e}
	}
	var ps problems
	seen := map[int64]bool{}
	for i, entry := range entries {
		where := field + "[" + strconv.Itoa(i) + "]"
		p, found := readPart(field, where, entry, r.key)
		if len(found) == 0 && seen[p.number] {
			found.add(refuse(InvalidPart, field, "%s: part %d is there twice", where, p.number))
		}
		ps.add(found...)
		seen[p.number] = true
		r.parts = append(r.parts, p)
	}
	return ps
}

// readPart reads {"partNumber": 1, "sha256": "…"}. where tells the entries
// apart in messages: "parts[3]".
func readPart(field, where string, entry json.RawMessage, key ownKey) (part, problems) {
	var p part
	var ps problems
	if entry[0] != '{' {
		ps.add(refuse(InvalidRequest, field, "%s must be an object, not %s", where, kind(entry)))
		return p, ps
	}
	members, e := decodeObject(entry)
	if e != nil {
		ps.add(e)
		return p, ps
	}
	if _, ok := find(members, "partNumber"); !ok {
		ps.add(refuse(InvalidRequest, field, "%s lacks its partNumber", where))
	}
	for _, m := range members {
		switch {
		case m.twice:
			ps.add(refuse(InvalidRequest, field, "%s gives %q twice", where, shorten(m.name, 64)))
		case m.name == "partNumber":
			p.number, e = readPartNumber(field, where+".partNumber", m.value, key)
			ps.add(e)
		case m.name == "sha256" && isNull(m.value): // left out
		case m.name == "sha256":
			p.sha256, e = readPartSHA256(field, where+".sha256", m.value)
			ps.add(e)
		default:
			ps.add(refuse(InvalidRequest, field, "%s: there is no field %q", where, shorten(m.name, 64)))
		}
	}
	if len(ps) == 0 {
		ps.add(checkPartChecksum(field, where, p, key))
	}
	return p, ps
}

func readPartNumber(field, where string, value json.RawMessage, key ownKey) (int64, *Error) {
	if k := kind(value); k != "a number" {
		return 0, refuse(InvalidRequest, field, "%s must be a number, not %s", where, k)
	}
	last := int64(maxParts) // where the key is wrong, that is all there is to say
	if key.text != "" {
		last = cut(key.size).PartCount
	}
	n, ok := wholeNumber(string(value))
	if !ok || n < 1 || n > last {
		return 0, refuse(InvalidPart, field, "%s is %s; this upload's parts are numbered 1 to %d", where, shorten(string(value), 30), last)
	}
	return n, nil
}

func readPartSHA256(field, where string, value json.RawMessage) (string, *Error) {
	s, e := stringValue(where, value)
	if e == nil {
		e = checkSHA256(where, s)
	}
	if e != nil {
		e.Field = field
	}
	return s, e
}

// checkPartChecksum holds a part to what was declared when the upload was
// planned. S3 would refuse the rest too, but only once the bytes were sent.
func checkPartChecksum(field, where string, p part, key ownKey) *Error {
	switch {
	case key.text == "":
		return nil
	case key.partChecksums && p.sha256 == "":
		return refuse(InvalidPart, field, "%s lacks its sha256: this upload was planned with partChecksums", where)
	case !key.partChecksums && p.sha256 != "":
		return refuse(InvalidPart, field, "%s has a sha256, but this upload was planned without partChecksums, so S3 would not check it", where)
	}
	return nil
}

func readListAfter(r *partsRequest, cfg Config, field string, value json.RawMessage) problems {
	if k := kind(value); k != "a number" {
		return problems{refuse(InvalidRequest, field, "%s must be a number, not %s", field, k)}
	}
	n, ok := wholeNumber(string(value))
	switch {
	case !ok || n > maxParts:
		return problems{refuse(InvalidRequest, field, "%s must be a part's number, 0 to %d", field, maxParts)}
	case !cfg.ResumableUploads:
		return problems{refuse(InvalidRequest, field, "%s is of no use: this deployment doesn't let parts be listed", field)}
	}
	r.listAfter = n
	return nil
}
