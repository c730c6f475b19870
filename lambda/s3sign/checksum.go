package s3sign

import (
	"crypto/sha256"
	"encoding/base64"

	"signpost/lambda/ascii"
)

// EmptySHA256 is the SHA-256 of an empty file, in base64.
const EmptySHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

// SHA256Problem returns what is wrong with a SHA-256 as S3 takes it in x-amz-checksum-sha256, to be
// read after the field's name; "" means that it is valid. Only the canonical base64 of 32 bytes is.
func SHA256Problem(s string) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err == nil && len(raw) == sha256.Size && base64.StdEncoding.EncodeToString(raw) == s {
		return ""
	}
	problem := "must be the 32 bytes of a SHA-256 in base64 (44 characters, ending in =)"
	if len(s) == 2*sha256.Size && ascii.ConsistsOf(s, ascii.Digits+"abcdefABCDEF") {
		problem += "; this one is hexadecimal"
	}
	return problem
}

// signedChecksum returns the value of x-amz-checksum-sha256 for a file whose caller gave a checksum
// or "". It returns "" for no header.
//
// The SDK's signer never signs a Content-Length of 0, so the URL of an empty file would accept a
// body of any size. The checksum of an empty file prevents that: S3 refuses every other body.
func signedChecksum(size int64, given string) string {
	if size == 0 {
		return EmptySHA256
	}
	return given
}
