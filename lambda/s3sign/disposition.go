package presign

import (
	"strings"
	"unicode/utf8"
)

// maxDisposition is the longest Content-Disposition we sign, in bytes.
//
// S3 takes 2 KB of system-defined metadata in a PUT, names and values together
// (AWS, "Working with object metadata"). This leaves 470 of them to
// Content-Type, Content-Length, the checksum and what S3 adds by itself, and
// still carries 255 characters of two UTF-8 bytes each.
const maxDisposition = 1559

// The two kinds of Content-Disposition (RFC 6266).
const (
	attachment = "attachment"
	inline     = "inline"
)

// contentDisposition makes the header that gives a download its original name
// back: RFC 6266 with the encoding of RFC 8187. There is no plain filename=
// beside it, for every browser of the last ten years reads filename*.
//
// A name too long for S3 (more than 127 emoji, say) loses characters before
// its extension, never half of one, and what stands behind its extension.
func contentDisposition(kind, name string) string {
	prefix := kind + "; filename*=UTF-8''"
	if whole := prefix + percentEncode(name); len(whole) <= maxDisposition {
		return whole
	}
	base, ext, _ := splitExtension(name)
	tail := percentEncode(ext)
	room := maxDisposition - len(prefix) - len(tail)

	var out strings.Builder
	out.WriteString(prefix)
	for len(base) > 0 {
		_, n := utf8.DecodeRuneInString(base)
		c := percentEncode(base[:n])
		if room -= len(c); room < 0 {
			break
		}
		out.WriteString(c)
		base = base[n:]
	}
	out.WriteString(tail)
	return out.String()
}

// percentEncode leaves what RFC 8187 calls attr-char and encodes all else.
func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; isAlnum(c) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return out.String()
}
