package api

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"

	"signpost/lambda/config"
)

// attribution returns the metadata that says who uploads a file, "" if the key says it. Callers who
// share an owner share a folder, so each of their files has its uploader's subject as
// [config.UploadedByMetadata], signed like all its metadata.
func (c caller) attribution() string {
	if !c.Shared {
		return ""
	}
	return subjectText(c.Subject)
}

// attributionSize is what an attribution takes of the metadata that S3 accepts, in bytes.
func attributionSize(attribution string) int {
	if attribution == "" {
		return 0
	}
	return len(config.UploadedByMetadata) + len(attribution)
}

// subjectText encodes a subject for a header, as [headerText] encodes the callers' own metadata.
// But a subject may be any text, and whoever reads it must not take it for another one. So what a
// header doesn't preserve is encoded too, and what looks like an encoded word: S3 would decode that.
func subjectText(s string) string {
	if strings.ContainsFunc(s, unicode.IsControl) || strings.TrimSpace(s) != s || strings.Contains(s, "  ") || strings.Contains(s, "=?") {
		return encodedWords(s)
	}
	return headerText(s)
}

// encodedWords encodes a text as words in base64, whatever is in it ("MIME (Multipurpose Internet
// Mail Extensions) Part Three", RFC 2047, 2: a word has at most 75 characters). Package mime leaves
// a text of ASCII as it is.
func encodedWords(s string) string {
	const longest = 45 // bytes, which are 60 characters in base64
	var words []string
	for s != "" {
		n := min(len(s), longest)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?UTF-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}
