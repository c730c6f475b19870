package key

import (
	"strings"
	"unicode"

	"signpost/lambda/ascii"
)

// maxSlug is the longest last segment of a key, in bytes. S3 limits only the whole key; 255 is what
// file systems accept.
const maxSlug = 255

const slugCharacters = ascii.Alphanumeric + "._-"

// Slug turns any file name into the last segment of a key: 1 to 255 letters, digits, '.', '_' and
// '-', not beginning with a dot or a hyphen. It keeps the extension.
//
//	"holiday in Köln.png" → "holiday-in-Koln.png"      "../../etc/passwd" → "etc-passwd"
//	"写真.JPG"             → "file.JPG"                 "..."              → "file"
func Slug(filename string) string {
	base, extension, rest := SplitExtension(filename)
	stem := asciiStem(base + rest)
	if stem == "" {
		stem = "file"
	}
	if room := maxSlug - len(extension); len(stem) > room {
		stem = strings.TrimRight(stem[:room], "-.")
	}
	return stem + extension
}

// isSlug reports whether [Slug] could have made s.
func isSlug(s string) bool {
	return s != "" && len(s) <= maxSlug && s[0] != '.' && s[0] != '-' && ascii.ConsistsOf(s, slugCharacters)
}

// asciiStem keeps the characters that a slug can have, spells Latin letters without their accents,
// and replaces each run of other characters by one hyphen.
func asciiStem(s string) string {
	var out strings.Builder
	last := byte('-') // as if one had been written, so that a stem begins with neither a hyphen nor a dot
	write := func(c byte) {
		if (c == '-' || c == '.') && (last == '-' || last == '.') {
			return
		}
		out.WriteByte(c)
		last = c
	}
	for _, r := range s {
		switch {
		case isWordCharacter(r) || r == '.':
			write(byte(r))
		case unicode.Is(unicode.Mn, r):
			// An accent as a separate character, as macOS writes names: "u" + "¨".
		default:
			plain := plainLatin(r)
			if plain == "" {
				plain = "-"
			}
			for i := range len(plain) {
				write(plain[i])
			}
		}
	}
	return strings.TrimRight(out.String(), "-.")
}
