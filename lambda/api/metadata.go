package presign

import (
	"encoding/json"
	"mime"
	"strings"
	"unicode"
)

const (
	maxMetadataEntries = 10

	// maxMetadata is the most S3 takes, names and values together, without the
	// prefix x-amz-meta- (AWS, "Working with object metadata").
	maxMetadata = 2 << 10

	// maxMetadataName keeps the names, which a signed URL lists once more, from
	// filling the 8 KB that S3 takes for a request line and headers.
	maxMetadataName = 128
)

// parseMetadata reads the field metadata into headers' values by lower-case
// name, in the form they are signed and sent in.
func parseMetadata(field string, value json.RawMessage) (map[string]string, problems) {
	var ps problems
	if value[0] != '{' {
		ps.add(refuse(InvalidRequest, field, "%s must be an object of strings, not %s", field, kind(value)))
		return nil, ps
	}
	members, e := decodeObject(value)
	if e != nil {
		ps.add(e)
		return nil, ps
	}
	if len(members) > maxMetadataEntries {
		ps.add(refuse(InvalidRequest, field, "%s has %d entries; at most %d are allowed", field, len(members), maxMetadataEntries))
		return nil, ps
	}
	metadata := make(map[string]string, len(members))
	total := 0
	for _, m := range members {
		name, value, e := metadataEntry(field, m)
		if _, twice := metadata[name]; e == nil && (twice || m.twice) {
			e = refuse(InvalidRequest, field, "%s gives %q twice; S3 makes no difference between upper and lower case", field, name)
		}
		if e != nil {
			ps.add(e)
			continue
		}
		metadata[name] = value
		total += len(name) + len(value)
	}
	if total > maxMetadata {
		ps.add(refuse(InvalidRequest, field, "%s comes to %d bytes, names and values as they are sent; at most %d are allowed", field, total, maxMetadata))
	}
	return metadata, ps
}

func metadataEntry(field string, m member) (name, value string, e *Error) {
	shown := shorten(m.name, 64)
	switch {
	case m.name == "" || len(m.name) > maxMetadataName || !consistsOf(m.name, isAlnum, "-_."):
		return "", "", refuse(InvalidRequest, field, "%s: the name %q must be 1 to %d letters, digits, '-', '_' and '.', for it becomes part of a header's", field, shown, maxMetadataName)
	case m.value[0] != '"':
		return "", "", refuse(InvalidRequest, field, "%s: the value of %q must be a string, not %s", field, shown, kind(m.value))
	}
	if value, e = stringValue(field, m.value); e != nil {
		return "", "", e
	}
	switch {
	case value == "":
		return "", "", refuse(InvalidRequest, field, "%s: the value of %q is empty; leave the entry out", field, shown)
	case strings.ContainsFunc(value, unicode.IsControl):
		return "", "", refuse(InvalidRequest, field, "%s: the value of %q holds a control character, which a header can't", field, shown)
	case strings.TrimSpace(value) != value || strings.Contains(value, "  "):
		return "", "", refuse(InvalidRequest, field, "%s: the value of %q begins or ends with a space or has two in a row, which a signature doesn't keep", field, shown)
	}
	return strings.ToLower(m.name), headerText(value), nil
}

// headerText makes a value fit for a header. What is not ASCII is encoded as
// RFC 2047 has it, which S3 reads and writes (AWS, "Working with object
// metadata"); a browser could not send it otherwise.
func headerText(s string) string { return mime.BEncoding.Encode("UTF-8", s) }
