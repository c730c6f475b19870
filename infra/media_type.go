package infra

import (
	"fmt"
	"regexp"
	"strings"
)

// mediaTypeForm is a type and subtype by the grammar of RFC 6838, section 4.2, in lower case.
var mediaTypeForm = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/(\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$`)

// unknownType says whether a type says of a file only that nobody knows what it is. Browsers then look at the
// bytes and may run them as HTML ("MIME Sniffing Standard", WHATWG, section 7; Firefox has
// application/x-unknown-content-type too).
func unknownType(s string) bool {
	kind, subtype, _ := strings.Cut(s, "/")
	return kind == "unknown" || subtype == "unknown" || subtype == "x-unknown-content-type"
}

// mediaTypeProblem says what keeps s from being a type to allow ("" is nothing), to be read after
// the quoted value.
func mediaTypeProblem(s string) string {
	switch {
	case s == "":
		return `is empty: write a media type such as "image/png" or "image/*"`
	case s == "*" || s == "*/*":
		return `would allow every type: name each, or families such as "image/*"`
	case strings.ToLower(s) != s:
		return fmt.Sprintf("has capitals: write %q", strings.ToLower(s))
	case strings.ContainsAny(s, ";,"):
		return "holds more than one type and subtype: give each media type a string of its own, without parameters"
	case !mediaTypeForm.MatchString(s):
		return `is malformed: write type/subtype, such as "image/png", or "image/*" for a family`
	case unknownType(s):
		return "names no type, and a browser that is shown such a file guesses one, HTML too: name what the files are"
	case s == "multipart/form-data" || s == "multipart/*":
		return "is how a form wraps a file, not what the file is, and is never stored: name the files' own types"
	}
	return ""
}
