package key

import (
	"strings"

	"signpost/lambda/ascii"
)

// maxExtension is the longest extension, without its dot.
const maxExtension = 16

// Extension returns the extension of a file's name with its dot, such as ".png", or "".
func Extension(filename string) string {
	_, extension, _ := SplitExtension(filename)
	return extension
}

// SplitExtension finds the extension of a file's name: a dot and at most 16 ASCII letters or
// digits. Anything else is part of the name.
//
// The extension is recognized even if characters follow that a key can't hold: a space or a dot,
// which Windows removes silently, a direction mark, a word in Japanese, or the number of a copy, as
// in "photo.jpg (1)".
func SplitExtension(filename string) (base, extension, rest string) {
	end := len(strings.TrimRightFunc(filename, isNoise))
	if strings.HasPrefix(filename[end:], ")") {
		if number := strings.TrimRight(filename[:end], ascii.Digits); len(number) < end && strings.HasSuffix(number, "(") {
			end = len(strings.TrimRightFunc(number, isNoise))
		}
	}
	dot := strings.LastIndexByte(filename[:end], '.')
	if dot < 0 {
		return filename, "", ""
	}
	extension = filename[dot:end]
	if len(extension) > 1+maxExtension || !ascii.ConsistsOf(extension[1:], ascii.Alphanumeric) {
		return filename, "", ""
	}
	return filename[:dot], extension, filename[end:]
}

// isNoise reports a character that a key can't hold.
func isNoise(r rune) bool { return !isWordCharacter(r) && plainLatin(r) == "" }
