package key

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"signpost/lambda/ascii"
	"signpost/lambda/config"
)

// MaxOwner is the longest owner that a key can hold, in bytes. Cognito's subs are UUIDs, and the
// owners of other issuers' callers are hashes (package identity).
const MaxOwner = 128

// IsOwner reports whether a text, such as a user's sub, can be a segment of a key.
func IsOwner(s string) bool {
	return s != "" && len(s) <= MaxOwner && ascii.ConsistsOf(s, ascii.Alphanumeric+"-")
}

// New chooses the key of a file that is sent in one request. The kind is the name of one, or "" for
// none. The owner must satisfy [IsOwner].
func New(prefix, kind, owner, filename string, now time.Time) string {
	return folder(prefix, kind, owner) + newID(now) + "/" + Slug(filename)
}

// NewMultipart chooses the key of a file that is sent in parts. The size is in bytes, at least 1.
func NewMultipart(prefix, kind, owner, filename string, now time.Time, size int64, partChecksums bool) string {
	return folder(prefix, kind, owner) + newID(now) + multipartSuffix(size, partChecksums) + "/" + Slug(filename)
}

// folder returns what the keys of an owner's files of one kind begin with.
func folder(prefix, kind, owner string) string {
	if kind == "" {
		return prefix + owner + "/"
	}
	return prefix + kind + "/" + owner + "/"
}

// Folder returns what the keys of an owner's files of one kind begin with, and reports whether no
// other owner's keys do. They do if the kind is "" and the owner could be the name of a kind:
// uploads/avatar/ is also what everybody's avatars begin with. Cognito's subs and the hashes of
// other issuers' callers are longer than the name of any kind.
func Folder(prefix, kind, owner string) (folderName string, isOwn bool) {
	return folder(prefix, kind, owner), kind != "" || config.KindNameProblem(owner) != ""
}

const checksumSuffix = "-sha256"

// multipartSuffix returns what follows the id in the key of an upload in parts: "-kt5jpc" or
// "-kt5jpc-sha256".
func multipartSuffix(size int64, partChecksums bool) string {
	suffix := "-" + strconv.FormatInt(size, 36)
	if partChecksums {
		suffix += checksumSuffix
	}
	return suffix
}

// crockford is the alphabet of Crockford's base 32.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newID returns a ULID: 48 bits of milliseconds, so that ids sort by time, then 80 random bits, so
// that nobody can guess one. It has 26 characters of Crockford's base 32, in upper case.
func newID(now time.Time) string {
	var bits [16]byte
	binary.BigEndian.PutUint64(bits[:8], uint64(now.UnixMilli())<<16)
	rand.Read(bits[6:]) // never fails: it ends the program instead

	hi, lo := binary.BigEndian.Uint64(bits[:8]), binary.BigEndian.Uint64(bits[8:])
	var id [26]byte
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = crockford[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(id[:])
}

// maxLength is the longest key that S3 accepts, in bytes ("Naming Amazon S3 objects", Amazon S3
// User Guide).
const maxLength = 1024

// Key is a key of the form that [New] and [NewMultipart] make, taken apart.
type Key struct {
	Text  string // the whole key
	Kind  string // the name of the file's kind, "" if it has none
	Owner string // whose file it is
	Name  string // its last segment, a slug

	// Of an upload in parts:
	Size          int64 // declared size in bytes; 0 if the file is sent in one request
	PartChecksums bool  // whether each part was declared to have a checksum
}

// Parse takes a key apart. It reports whether s has the form of a key under the prefix.
//
// A key of the right form may still have been made up, or have a changed size. S3 then has nothing
// under it.
func Parse(prefix, s string) (Key, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(s) > maxLength {
		return Key{}, false
	}
	segments := strings.Split(rest, "/")
	kind := ""
	if len(segments) == 4 {
		kind, segments = segments[0], segments[1:]
		if config.KindNameProblem(kind) != "" {
			return Key{}, false
		}
	}
	if len(segments) != 3 || !IsOwner(segments[0]) || !isSlug(segments[2]) {
		return Key{}, false
	}
	size, partChecksums, ok := parseID(segments[1])
	if !ok {
		return Key{}, false
	}
	return Key{Text: s, Kind: kind, Owner: segments[0], Name: segments[2], Size: size, PartChecksums: partChecksums}, true
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
