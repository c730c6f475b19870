package config

import (
	"strings"

	"signpost/lambda/ascii"
)

// BucketNameProblem returns what is wrong with the name of a bucket, to be read after the quoted
// value; "" means that it is valid. It follows "General purpose bucket naming rules" (Amazon S3
// User Guide) as far as they decide how a bucket is addressed and signed for.
func BucketNameProblem(s string) string {
	if len(s) < 3 || len(s) > 63 || !ascii.ConsistsOf(s, ascii.Lower+ascii.Digits+".-") || strings.Contains(s, "..") || strings.Trim(s, ".-") != s {
		return "is not a bucket's name: give only the name, 3 to 63 lower-case letters, digits, dots and hyphens"
	}
	for _, suffix := range []string{"--x-s3", "--table-s3", "--ol-s3", "--op-s3", "-s3alias", ".mrap"} {
		if strings.HasSuffix(s, suffix) {
			return "is not a general purpose bucket, and other kinds are signed for in another way"
		}
	}
	return ""
}
