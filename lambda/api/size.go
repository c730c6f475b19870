package presign

import (
	"errors"
	"strconv"
	"strings"
)

// unknownSize stands for a file whose size the caller did not tell.
const unknownSize = -1

// parseSize reads a number of bytes: decimal digits and nothing else. 1e3 and
// 12.0 are numbers to JSON but no way to count bytes, and are refused.
func parseSize(field, digits string, limit int64) (int64, *Error) {
	switch {
	case strings.HasPrefix(digits, "-") && consistsOf(digits[1:], isDigit, "") && len(digits) > 1:
		return 0, refuse(InvalidRequest, field, "%s must not be negative", field)
	case !isWholeNumber(digits):
		return 0, refuse(InvalidRequest, field, "%s must be a whole number of bytes, written in decimal digits alone", field)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if errors.Is(err, strconv.ErrRange) || n > limit {
		return 0, tooLarge(SizeTooLarge, field, limit, "%s %s is over this deployment's limit of %d bytes", field, shorten(digits, 30), limit)
	}
	return n, nil
}

// isWholeNumber reports decimal digits alone, and no zero in front.
func isWholeNumber(s string) bool {
	return s != "" && consistsOf(s, isDigit, "") && (s == "0" || s[0] != '0')
}

// wholeNumber reads one, as far as it fits.
func wholeNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && isWholeNumber(s)
}

// shorten cuts what a caller wrote to n bytes, for repeating it in a message.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
