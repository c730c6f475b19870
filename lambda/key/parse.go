package key

import (
	"strconv"
	"strings"

	"signpost/lambda/ascii"
	"signpost/lambda/config"
)

// maxLength is the longest key that S3 accepts, in bytes ("Naming Amazon S3 objects", Amazon S3 User Guide).
const maxLength = 1024

// Key is a key of the form that [New] and [NewMultipart] make, taken apart.
type Key struct {
	Text  string // the whole key
	Owner string // the user it was made for
	Name  string // its last segment, a slug

	// Of an upload in parts:
	Size          int64 // declared size in bytes; 0 if the file is sent in one request
	PartChecksums bool  // whether each part was declared to have a checksum
}

// Parse takes a key apart. It reports whether s has the form of a key under the prefix.
//
// A key of the right form may still have been made up, or have a changed size. S3 then has nothing under it.
func Parse(prefix, s string) (Key, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(s) > maxLength {
		return Key{}, false
	}
	segments := strings.Split(rest, "/")
	if len(segments) != 3 || !IsOwner(segments[0]) || !isSlug(segments[2]) {
		return Key{}, false
	}
	size, partChecksums, ok := parseID(segments[1])
	if !ok {
		return Key{}, false
	}
	return Key{Text: s, Owner: segments[0], Name: segments[2], Size: size, PartChecksums: partChecksums}, true
}

// parseID reads the segment with the id: a ULID, and what [NewMultipart] adds to it.
func parseID(s string) (size int64, partChecksums, ok bool) {
	id, suffix, multipart := strings.Cut(s, "-")
	if len(id) != 26 || id[0] > '7' || !ascii.ConsistsOf(id, crockford) {
		return 0, false, false
	}
	if !multipart {
		return 0, false, true
	}
	digits, partChecksums := strings.CutSuffix(suffix, checksumSuffix)
	size, err := strconv.ParseInt(digits, 36, 64)
	// Each size has one spelling: no sign, no leading zero, lower case.
	if err != nil || size < 1 || size > config.MaxObjectSize || strconv.FormatInt(size, 36) != digits {
		return 0, false, false
	}
	return size, partChecksums, true
}
