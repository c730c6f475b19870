package api

import (
	"mime"
	"slices"
	"strings"
	"unicode"

	"signpost/lambda/ascii"
	"signpost/lambda/config"
)

const (
	maxMetadataEntries = config.MaxRequiredMetadata

	// maxMetadata is the most that S3 accepts, names and values together, without the prefix
	// x-amz-meta- ("Working with object metadata", Amazon S3 User Guide).
	maxMetadata = 2 << 10
)

// readMetadata reads the entries of the field metadata. It returns the values, as they are signed
// and sent in headers, by name in lower case. An attribution, if there is one, takes its part of
// what S3 accepts.
func readMetadata(v value, entries []member, attribution string) map[string]string {
	if len(entries) > maxMetadataEntries {
		v.refuse(InvalidRequest, "has %d entries; at most %d are allowed", len(entries), maxMetadataEntries)
		return nil
	}
	metadata := make(map[string]string, len(entries))
	total := 0
	for _, m := range entries {
		text, ok := readMetadataEntry(v, m)
		if !ok {
			continue
		}
		name := strings.ToLower(m.name)
		if _, twice := metadata[name]; twice || m.count > 1 {
			v.refuse(InvalidRequest, "gives %q twice; S3 ignores the case of names", name)
			continue
		}
		metadata[name] = text
		total += len(name) + len(text)
	}
	taken := attributionSize(attribution)
	switch left := maxMetadata - taken; {
	case total <= left:
	case taken == 0:
		v.refuse(InvalidRequest, "comes to %d bytes, names and values as they are sent; at most %d are allowed", total, left)
	default:
		v.refuse(InvalidRequest, "comes to %d bytes, names and values as they are sent; at most %d are allowed, since %s takes %d of the %d that S3 accepts",
			total, left, config.UploadedByMetadata, taken, maxMetadata)
	}
	return metadata
}

// readMetadataEntry reads one value of metadata, and checks its name.
func readMetadataEntry(metadata value, m member) (string, bool) {
	shown := shorten(m.name, 64)
	entry := value{name: metadata.name, field: metadata.field, json: m.json, found: metadata.found}
	if m.name == "" || len(m.name) > config.MaxMetadataName || !ascii.ConsistsOf(m.name, config.MetadataNameChars) {
		entry.refuse(InvalidRequest, "has the name %q; it becomes part of a header name, so it must be 1 to %d letters, digits, '-', '_' and '.'", shown, config.MaxMetadataName)
		return "", false
	}
	if jsonType := entry.jsonType(); jsonType != "a string" {
		entry.refuse(InvalidRequest, "has an entry %q whose value must be a string, not %s", shown, jsonType)
		return "", false
	}
	text, ok := entry.string()
	switch {
	case !ok:
		return "", false
	case text == "":
		entry.refuse(InvalidRequest, "gives %q an empty value; leave the entry out", shown)
		return "", false
	case strings.ContainsFunc(text, unicode.IsControl):
		entry.refuse(InvalidRequest, "gives %q a value with a control character, which a header can't have", shown)
		return "", false
	case strings.TrimSpace(text) != text || strings.Contains(text, "  "):
		entry.refuse(InvalidRequest, "gives %q a value that begins or ends with a space or has two in a row, which a signature doesn't preserve", shown)
		return "", false
	}
	return headerText(text), true
}

// hasMetadata reports whether an entry has a name, in whatever case.
func hasMetadata(entries []member, name string) bool {
	return slices.ContainsFunc(entries, func(m member) bool { return strings.ToLower(m.name) == name })
}

// missingMetadata returns the required names that no entry has, in whatever case.
func missingMetadata(required []string, entries []member) (missing []string) {
	for _, name := range required {
		if !hasMetadata(entries, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// headerText encodes a value for a header. What isn't ASCII is encoded as in RFC 2047, which S3
// reads and writes ("Working with object metadata", Amazon S3 User Guide); a browser couldn't send
// it otherwise.
func headerText(s string) string { return mime.BEncoding.Encode("UTF-8", s) }
