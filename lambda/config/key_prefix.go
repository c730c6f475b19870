package config

import (
	"fmt"
	"strings"

	"signpost/lambda/ascii"
)

// KeyPrefixProblem returns what is wrong with a key prefix, to be read after the quoted value; ""
// means that it is valid.
//
// A prefix holds only characters that a URL carries unescaped, so that a key and its path are the
// same text. No part of it is empty or consists of dots, which file systems and browsers resolve.
func KeyPrefixProblem(s string) string {
	parts := strings.Split(s, "/")
	valid := len(s) <= MaxKeyPrefix && len(parts) > 1 && parts[len(parts)-1] == ""
	for _, part := range parts[:len(parts)-1] {
		valid = valid && !ascii.ConsistsOf(part, ".") && ascii.ConsistsOf(part, ascii.Alphanumeric+"-_.")
	}
	if valid {
		return ""
	}
	return fmt.Sprintf("is not a prefix: write letters, digits, '-', '_' and '.', with a slash after each part and none before, such as %q; at most %d in all", DefaultKeyPrefix, MaxKeyPrefix)
}
