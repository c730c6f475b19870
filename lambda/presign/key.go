package presign

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// newKey chooses where an upload goes: uploads/<sub>/<id>/<name>. The sub has
// been checked to hold no slash, and the slug can't.
func newKey(prefix, sub string, now time.Time, filename string) string {
	return prefix + sub + "/" + newID(now) + "/" + slug(filename)
}

// newID makes a ULID: 48 bits of milliseconds, so that ids sort by time, then
// 80 random bits, so that nobody guesses one. 26 characters of Crockford's
// base 32, upper case.
func newID(now time.Time) string {
	var bits [16]byte
	binary.BigEndian.PutUint64(bits[:8], uint64(now.UnixMilli())<<16)
	rand.Read(bits[6:]) // never fails: it ends the program instead

	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	hi, lo := binary.BigEndian.Uint64(bits[:8]), binary.BigEndian.Uint64(bits[8:])
	var id [26]byte
	for i := len(id) - 1; i >= 0; i-- {
		id[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(id[:])
}
