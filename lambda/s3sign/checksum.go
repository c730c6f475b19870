package presign

import (
	"crypto/sha256"
	"encoding/base64"
)

// emptySHA256 is the checksum of no bytes at all.
const emptySHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// checkSHA256 takes base64 of 32 bytes in its one canonical spelling, as S3
// wants it in x-amz-checksum-sha256.
func checkSHA256(field, s string) *Error {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err == nil && len(raw) == sha256.Size && base64.StdEncoding.EncodeToString(raw) == s {
		return nil
	}
	hint := ""
	if len(s) == 2*sha256.Size && consistsOf(s, isDigit, "abcdefABCDEF") {
		hint = "; this one is hexadecimal"
	}
	return refuse(InvalidRequest, field, "%s must be the 32 bytes of a SHA-256 in base64 (44 characters, ending in =)%s", field, hint)
}

// checksumToSign is what goes into x-amz-checksum-sha256, "" for nothing.
//
// SigV4 as the SDK has it never signs a Content-Length of 0, so the URL of an
// empty file would take a body of any size. The checksum of nothing makes up
// for it: S3 refuses every body but the empty one.
func checksumToSign(size int64, given string) string {
	if size == 0 {
		return emptySHA256
	}
	return given
}
