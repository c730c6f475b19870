package key

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"time"

	"signpost/lambda/ascii"
)

// MaxOwner is the longest owner that a key can hold, in bytes. Cognito's subs are UUIDs.
const MaxOwner = 128

// IsOwner reports whether a user's sub can be a segment of a key.
func IsOwner(s string) bool {
	return s != "" && len(s) <= MaxOwner && ascii.ConsistsOf(s, ascii.Alphanumeric+"-")
}

// New chooses the key of a file that is sent in one request. The owner must satisfy [IsOwner].
func New(prefix, owner, filename string, now time.Time) string {
	return prefix + owner + "/" + newID(now) + "/" + Slug(filename)
}

// NewMultipart chooses the key of a file that is sent in parts. The size is in bytes, at least 1.
func NewMultipart(prefix, owner, filename string, now time.Time, size int64, partChecksums bool) string {
	return prefix + owner + "/" + newID(now) + multipartSuffix(size, partChecksums) + "/" + Slug(filename)
}

const checksumSuffix = "-sha256"

// multipartSuffix returns what follows the id in the key of an upload in parts: "-kt5jpc" or "-kt5jpc-sha256".
func multipartSuffix(size int64, partChecksums bool) string {
	suffix := "-" + strconv.FormatInt(size, 36)
	if partChecksums {
		suffix += checksumSuffix
	}
	return suffix
}

// crockford is the alphabet of Crockford's base 32.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newID returns a ULID: 48 bits of milliseconds, so that ids sort by time, then 80 random bits, so that nobody can guess
// one. It has 26 characters of Crockford's base 32, in upper case.
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
