package presign

import (
	"strconv"
	"strings"
)

// maxKey is the longest key S3 takes, in bytes (AWS, "Naming Amazon S3 objects").
const maxKey = 1024

// ownKey is a key that this deployment gave out to the caller, taken apart.
type ownKey struct {
	text string // the whole key
	name string // its last segment, a slug

	// What the key of an upload in parts carries, see keyMemory.
	size          int64 // bytes declared, unknownSize if the key carries none
	partChecksums bool
}

// readOwnKey takes a key of the form that newKey makes, with the caller's own
// sub in it. Anything else is InvalidKey; another's is Forbidden.
//
// Who asks with a key that has the form but was never given out, a size
// altered in it, say, gets no further than here: S3 has nothing under it.
func readOwnKey(field, s string, cfg Config, sub string) (ownKey, *Error) {
	malformed := refuse(InvalidKey, field, "%s is not the key of an upload here, which is %s<sub>/<id>/<name> just as it was answered", field, cfg.KeyPrefix)
	rest, ok := strings.CutPrefix(s, cfg.KeyPrefix)
	if !ok || len(s) > maxKey {
		return ownKey{}, malformed
	}
	segments := strings.Split(rest, "/")
	if len(segments) != 3 || !isSub(segments[0]) || !isSlug(segments[2]) {
		return ownKey{}, malformed
	}
	key := ownKey{text: s, name: segments[2]}
	if key.size, key.partChecksums, ok = readID(segments[1]); !ok {
		return ownKey{}, malformed
	}
	if segments[0] != sub {
		return ownKey{}, refuse(Forbidden, field, "%s belongs to another user", field)
	}
	return key, nil
}

// readID takes a key's id apart: a ULID and, in an upload in parts, what
// keyMemory put behind it.
func readID(s string) (size int64, partChecksums, ok bool) {
	id, memory, carries := strings.Cut(s, "-")
	if len(id) != 26 || id[0] > '7' || !consistsOf(id, nothing, idAlphabet) {
		return 0, false, false
	}
	if !carries {
		return unknownSize, false, true
	}
	digits, partChecksums := strings.CutSuffix(memory, checksumMark)
	size, err := strconv.ParseInt(digits, 36, 64)
	// One spelling for each size: no sign, no zero in front, lower case.
	if err != nil || size < 1 || size > maxObjectSize || strconv.FormatInt(size, 36) != digits {
		return 0, false, false
	}
	return size, partChecksums, true
}

// isSlug reports what slug makes.
func isSlug(s string) bool {
	return s != "" && len(s) <= maxSlug && s[0] != '.' && s[0] != '-' && consistsOf(s, isAlnum, "._-")
}
