package key

import "strings"

// isWordCharacter reports an ASCII letter or digit, or an underscore.
func isWordCharacter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
}

// plainLatin returns the ASCII spelling of a letter of western and central Europe, "" for all other
// characters. It is not a transliteration; it only keeps common names readable.
func plainLatin(r rune) string {
	const (
		first = 'À'
		last  = 'ž'
		// Two bytes for each code point from À to ž, blank if it has no spelling.
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
	i := 2 * (r - first)
	return strings.TrimRight(spellings[i:i+2], " ")
}
