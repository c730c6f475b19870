package s3sign

import (
	"strings"
	"unicode/utf8"

	"signpost/lambda/ascii"
	"signpost/lambda/key"
)

// maxDisposition is the longest Content-Disposition that is signed, in bytes.
//
// S3 accepts 2 KB of system-defined metadata in a PUT, names and values together ("Working with
// object metadata", Amazon S3 User Guide). This leaves 470 bytes of them to Content-Type,
// Content-Length, the checksum and what S3 adds itself, and still has room for 255 characters of
// two UTF-8 bytes each.
const maxDisposition = 1559

// The two kinds of Content-Disposition (RFC 6266).
const (
	Attachment = "attachment"
	Inline     = "inline"
)

// ContentDisposition returns the header that gives a download its original name: RFC 6266, with the
// encoding of RFC 8187. It has no plain filename=, because every browser of the last ten years
// reads filename*.
//
// A name that is too long for S3, such as one of more than 127 emoji, loses whole characters before
// its extension, and whatever follows the extension.
func ContentDisposition(kind, filename string) string {
	prefix := kind + "; filename*=UTF-8''"
	if header := prefix + percentEncode(filename); len(header) <= maxDisposition {
		return header
	}
	base, extension, _ := key.SplitExtension(filename)
	end := percentEncode(extension)
	room := maxDisposition - len(prefix) - len(end)

	var header strings.Builder
	header.WriteString(prefix)
	for len(base) > 0 {
		_, n := utf8.DecodeRuneInString(base)
		encoded := percentEncode(base[:n])
		if room -= len(encoded); room < 0 {
			break
		}
		header.WriteString(encoded)
		base = base[n:]
	}
	header.WriteString(end)
	return header.String()
}

// percentEncode encodes every byte that isn't an attr-char of RFC 8187.
func percentEncode(s string) string {
	const (
		attrChar = ascii.Alphanumeric + "!#$&+-.^_`|~"
		hex      = "0123456789ABCDEF"
	)
	var encoded strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(attrChar, c) >= 0 {
			encoded.WriteByte(c)
		} else {
			encoded.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return encoded.String()
}
