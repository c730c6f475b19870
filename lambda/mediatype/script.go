package mediatype

import (
	"fmt"
	"strings"
)

// CanRunScript reports the types, under any of their names, that a browser would execute when
// somebody opens the file.
func CanRunScript(essence string) bool {
	return runsScript(essence) || runsScript(Standard(essence))
}

func runsScript(essence string) bool {
	if strings.HasSuffix(essence, "+xml") {
		return true // SVG, XHTML, XSLT and everything else that a browser parses as XML
	}
	k, subtype, _ := strings.Cut(essence, "/")
	switch strings.TrimPrefix(subtype, "x-") {
	case "html", "xhtml", "xml", "xsl", "xslt", "svg", "xml-dtd", "xml-external-parsed-entity",
		"javascript", "ecmascript", "jscript", "livescript", "vbscript", "vbs",
		"shockwave-flash", "vnd.adobe.flash.movie", "futuresplash",
		"mixed-replace", "related", "rfc822", "component", "hta", "mathml":
		return true
	}
	return k == "text" && strings.HasPrefix(subtype, "javascript1.")
}

// runsScriptError is the refusal of a type that can run script, where only its family is allowed.
func runsScriptError(essence, family, allowed string) error {
	return fmt.Errorf("%s can carry script, so %s does not cover it; allowed: %s", essence, family, allowed)
}

// IsSniffed reports the types whose names say that the type is unknown. Chromium then reads the
// file, and shows it as a page if it looks like HTML: IsUnknownMimeType in its
// net/base/mime_sniffer.cc lists unknown/unknown and application/unknown, as does WHATWG MIME
// Sniffing, section 7. application/x-unknown-content-type is Firefox's name for it.
func IsSniffed(essence string) bool {
	_, subtype, _ := strings.Cut(essence, "/")
	switch strings.TrimPrefix(subtype, "x-") {
	case "unknown", "unknown-content-type":
		return true
	}
	return false
}
