package mediatype

import "strings"

// Standard gives the name that a type goes by: application/zip for application/x-zip-compressed. A type that has no
// other name, or that is unknown, is its own.
//
// Beside the names of the table, it knows two habits: an x- in front of what is registered by now (RFC 6648 ended
// that), and an extension in place of the subtype, as in image/jpg and video/mov.
func Standard(essence string) string {
	k, subtype, _ := strings.Cut(essence, "/")
	plain := strings.TrimPrefix(subtype, "x-")
	if t := typeOf(essence); t != "" {
		return t
	}
	if t := typeOf(k + "/" + plain); t != "" {
		return t
	}
	if t := ByExtension("." + plain); t != "" && kind(t) == k {
		return t
	}
	return essence
}

// ByExtension gives the type of files whose names end so, "" where that is unknown. The extension has its dot; its case
// doesn't matter.
func ByExtension(extension string) string {
	if len(extension) < 2 || extension[0] != '.' || strings.ContainsAny(extension, " \n/") {
		return ""
	}
	return lineOf(" " + strings.ToLower(extension))
}

// typeOf finds a type by its own name or another.
func typeOf(name string) string {
	if name == "" || strings.ContainsAny(name, " \n.") && !strings.Contains(name, "/") {
		return ""
	}
	if t := lineOf("\n" + name); t != "" {
		return t
	}
	return lineOf(" " + name)
}

// lineOf finds the first word of the line that has the word, which comes with what stands before it.
//
// The table is one string that is searched from its start: that takes some microseconds, where a map of it would be
// built at each cold start.
func lineOf(word string) string {
	for at := 0; ; {
		i := strings.Index(table[at:], word)
		if i < 0 {
			return ""
		}
		at += i
		end := at + len(word)
		if table[end] == ' ' || table[end] == '\n' {
			line := table[strings.LastIndexByte(table[:at+1], '\n')+1:]
			return line[:strings.IndexAny(line, " \n")]
		}
		at = end
	}
}
