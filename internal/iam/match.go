package iam

import "strings"

// match tells whether a text is of a pattern, in which * is any number of characters and ? exactly
// one. Case counts, and * runs over slashes and colons ("IAM JSON policy elements: Resource").
func match(pattern, text string) bool {
	// Where the text went on after the last *, and the pattern's place after it: the only choice
	// that ever has to be taken back.
	back, from := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			back, from = p+1, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case back >= 0:
			from++
			p, t = back, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchARN compares each of the six parts of an ARN by itself, so that no * runs over a colon before
// the last part ("Amazon Resource Name (ARN) condition operators").
func matchARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i := range patterns {
		if !match(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}
