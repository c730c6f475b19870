package presign

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"time"
)

// newKey chooses where an upload goes: uploads/<sub>/<id><memory>/<name>. The
// sub has been checked to hold no slash, and the slug can't. memory is "" or
// what keyMemory gives.
func newKey(prefix, sub string, now time.Time, memory, filename string) string {
	return prefix + sub + "/" + newID(now) + memory + "/" + slug(filename)
}

// keyMemory is what the key of an upload in parts carries, for that is all
// that later calls about it know: the size declared, in base 36, and whether
// each part was to have a checksum. "-kt5jpc" or "-kt5jpc-sha256".
//
// The caller holds the key and may alter it, but to no use: S3 binds an
// upload's id to the key that it was begun under, and only keys that we chose
// are ever signed to begin one.
func keyMemory(size int64, partChecksums bool) string {
	memory := "-" + strconv.FormatInt(size, 36)
	if partChecksums {
		memory += checksumMark
	}
	return memory
}

const checksumMark = "-sha256"

// idAlphabet is Crockford's base 32.
const idAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newID makes a ULID: 48 bits of milliseconds, so that ids sort by time, then
// 80 random bits, so that nobody guesses one. 26 characters of Crockford's
// base 32, upper case.
func newID(now time.Time) string {
	var bits [16]byte
	binary.BigEndian.PutUint64(bits[:8], uint64(now.UnixMilli())<<16)
	rand.Read(bits[6:]) // never fails: it ends the program instead

	hi, lo := binary.BigEndian.Uint64(bits[:8]), binary.BigEndian.Uint64(bits[8:])
	var id [26]byte
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = idAlphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(id[:])
}
