package mediatype

import (
	"fmt"
	"strings"
)

// PatternProblem returns what is wrong with a type to allow, such as image/png or image/*, to be
// read after the quoted value; "" means that it is valid.
func PatternProblem(s string) string {
	switch {
	case s == "":
		return `is empty: write a media type such as "image/png" or "image/*"`
	case s == "*" || s == "*/*":
		return `would allow every type: name each, or families such as "image/*"`
	case strings.ToLower(s) != s:
		return fmt.Sprintf("has capitals: write %q", strings.ToLower(s))
	case strings.ContainsAny(s, ";,"):
		return "contains more than one type and subtype: give each media type in a separate string, without parameters"
	case !isPattern(s):
		return `is malformed: write type/subtype, such as "image/png", or "image/*" for a family`
	case s == formData || s == "multipart/*":
		return "is how a form wraps a file, not what the file is, and is never stored: name the files' own types"
	case IsSniffed(s) || s == "unknown/*":
		return "is not a real type: browsers would sniff the content and might run it as a web page; name the files' own types"
	case Standard(s) != s:
		return fmt.Sprintf("is another name for a type: write %q, which such files are stored as", Standard(s))
	}
	return ""
}

// isPattern reports a type and subtype by the grammar of RFC 6838, section 4.2, in lower case, or a
// family.
func isPattern(s string) bool {
	k, subtype, _ := strings.Cut(s, "/")
	return isRestrictedName(k) && (subtype == "*" || isRestrictedName(subtype))
}

func isRestrictedName(s string) bool {
	alnum := func(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
	if s == "" || len(s) > 127 || !alnum(rune(s[0])) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !alnum(r) && !strings.ContainsRune("!#$&^_.+-", r) })
}
