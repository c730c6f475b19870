package presign

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxFilename is the longest name a caller may give, in characters
	// (Unicode code points).
	maxFilename = 255

	// maxSlug is the longest last segment of a key, in bytes. S3 has no limit
	// of its own but 1024 for the key; 255 is what file systems take.
	maxSlug = 255

	// maxExtension is the longest ending that counts as an extension.
	maxExtension = 16
)

// checkFilename says what is wrong with a name. Little can be: it may hold
// path separators, control characters or nothing but dots, since it only ends
// up percent-encoded in Content-Disposition and, as a slug, in the key.
func checkFilename(field, name string) *Error {
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		return refuse(InvalidRequest, field, "%s must not be empty", field)
	case !utf8.ValidString(name):
		return refuse(InvalidRequest, field, "%s is not valid UTF-8", field)
	case n > maxFilename:
		return refuse(InvalidRequest, field, "%s has %d characters; at most %d are allowed", field, n, maxFilename)
	}
	return nil
}

// slug turns any name into the last segment of a key: 1 to 255 letters,
// digits, '.', '_' and '-', not beginning with a dot, with the extension kept.
//
//	"holiday in Köln.png" → "holiday-in-Koln.png"      "../../etc/passwd" → "etc-passwd"
//	"写真.JPG"             → "file.JPG"                 "..."              → "file"
func slug(name string) string {
	base, ext, behind := splitExtension(name)
	stem := asciiStem(base + behind)
	if stem == "" {
		stem = "file"
	}
	if room := maxSlug - len(ext); len(stem) > room {
		stem = strings.TrimRight(stem[:room], "-.")
	}
	return stem + ext
}

// splitExtension finds ".png" and the like: a dot and at most 16 ASCII letters or digits. What does not look so is part
// of the name.
//
// An extension stays one whatever stands behind it, as long as a key has no letter for that: a space or a dot, which
// Windows takes off silently, a mark of direction, a word in Japanese, or the number of a copy, "photo.jpg (1)".
func splitExtension(name string) (base, ext, behind string) {
	end := len(strings.TrimRightFunc(name, isNoise))
	if strings.HasPrefix(name[end:], ")") {
		if number := strings.TrimRight(name[:end], "0123456789"); len(number) < end && strings.HasSuffix(number, "(") {
			end = len(strings.TrimRightFunc(number, isNoise))
		}
	}
	dot := strings.LastIndexByte(name[:end], '.')
	if dot < 0 {
		return name, "", ""
	}
	ext = name[dot:end]
	if len(ext) > 1+maxExtension || !consistsOf(ext[1:], isAlnum, "") {
		return name, "", ""
	}
	return name[:dot], ext, name[end:]
}

// isNoise reports what a key has no letter for.
func isNoise(r rune) bool {
	kept := r < utf8.RuneSelf && (isAlnum(byte(r)) || r == '_') || plainLatin(r) != ""
	return !kept
}

// asciiStem keeps what a key may hold, spells Latin letters without their
// accents, and lets one hyphen stand for any run of the rest.
func asciiStem(s string) string {
	var out strings.Builder
	last := byte('-') // as if one had been written: a stem begins with neither
	write := func(c byte) {
		if (c == '-' || c == '.') && (last == '-' || last == '.') {
			return
		}
		out.WriteByte(c)
		last = c
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && (isAlnum(byte(r)) || r == '_' || r == '.'):
			write(byte(r))
		case unicode.Is(unicode.Mn, r):
			// An accent standing for itself, as macOS writes names: "u" + "¨".
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

// plainLatin spells a letter of western and central Europe in ASCII, "" if it
// is none. It is no transliteration: it only keeps common names readable.
func plainLatin(r rune) string {
	const (
		first = 'À'
		last  = 'ž'
		// Two bytes for each code point from À to ž, blank where there is no spelling.
		spellings = "A A A A A A AEC E E E E I I I I D N O O O O O   O U U U U Y Thss" +
			"a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy " +
			"A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g " +
			"G g G g H h H h I i I i I i I i I i IJijJ j K k k L l L l L l L " +
			"l L l N n N n N n n N n O o O o O o OEoeR r R r R r S s S s S s " +
			"S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z "
	)
	if r < first || r > last {
		return ""
	}
	at := 2 * (r - first)
	return strings.TrimRight(spellings[at:at+2], " ")
}
