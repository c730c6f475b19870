package iam

import "strings"

// matchPattern reports whether text matches a pattern, in which * stands for any number of
// characters and ? for exactly one. Matching is case-sensitive, and * matches slashes and colons
// too ("IAM JSON policy elements: Resource").
func matchPattern(pattern, text string) bool {
	// If the rest of the pattern doesn't fit, only the last * can still take more characters: retry
	// is the place after it in the pattern, taken the end in the text of what it has taken.
	retry, taken := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			retry, taken = p+1, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case retry >= 0:
			taken++
			p, t = retry, taken
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchARN compares each of the six parts of an ARN separately, so that no * matches a colon before
// the last part ("Amazon Resource Name (ARN) condition operators").
func matchARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i := range patterns {
		if !matchPattern(patterns[i], parts[i]) {
			return false
		}
	}
	return true
}
