package mediatype

import (
	"strings"
	"sync"
)

// Standard returns the standard name of a type: application/zip for application/x-zip-compressed.
// It returns an unknown type unchanged.
//
// In addition to the names in the table, it recognizes two habits: an x- before a name that has
// been registered since (RFC 6648 ended that practice), and an extension in place of the subtype,
// as in image/jpg and video/mov.
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

// ByExtension returns the type of files with an extension, "" if it is unknown. The extension
// includes its dot; its case doesn't matter.
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

// knownLines has what lineOf found before. It holds words of the table only, so callers can't fill
// it.
var knownLines sync.Map

// lineOf returns the first word of the line that contains the word. The word includes the character
// before it.
func lineOf(word string) string {
	if known, ok := knownLines.Load(word); ok {
		return known.(string)
	}
	t := searchTable(word)
	if t != "" {
		knownLines.Store(word, t)
	}
	return t
}

// searchTable finds a word's line. The table is one string, which is searched from its start. That
// takes some microseconds; a map of all of it would have to be built at each cold start.
func searchTable(word string) string {
	for start := 0; ; {
		i := strings.Index(table[start:], word)
		if i < 0 {
			return ""
		}
		start += i
		end := start + len(word)
		if table[end] == ' ' || table[end] == '\n' {
			line := table[strings.LastIndexByte(table[:start+1], '\n')+1:]
			return line[:strings.IndexAny(line, " \n")]
		}
		start = end
	}
}
