package presign

import "strings"

func isLower(c byte) bool      { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool      { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool      { return '0' <= c && c <= '9' }
func isLowerAlnum(c byte) bool { return isLower(c) || isDigit(c) }
func isAlnum(c byte) bool      { return isLower(c) || isUpper(c) || isDigit(c) }
func nothing(byte) bool        { return false }

// isVisible reports a character with a shape, so no space.
func isVisible(c byte) bool { return '!' <= c && c <= '~' }

// isToken reports a character of a token: RFC 9110, section 5.6.2.
func isToken(c byte) bool {
	return isAlnum(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// consistsOf reports whether every byte of s is of the class or in also.
func consistsOf(s string, class func(byte) bool, also string) bool {
	for i := range len(s) {
		if !class(s[i]) && strings.IndexByte(also, s[i]) < 0 {
			return false
		}
	}
	return true
}
