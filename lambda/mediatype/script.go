package mediatype

import "strings"

// CanRunScript reports the types that a browser would execute when somebody opens the stored file, under whatever name
// they come.
func CanRunScript(essence string) bool {
	return runsScript(essence) || runsScript(Standard(essence))
}

func runsScript(essence string) bool {
	if strings.HasSuffix(essence, "+xml") {
		return true // SVG, XHTML, XSLT and whatever else an XML parser feeds to a browser
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

// IsSniffed reports the types that say of themselves that they are unknown. Chromium reads the file then, and shows
// what looks like HTML as a page: IsUnknownMimeType in its net/base/mime_sniffer.cc has unknown/unknown and
// application/unknown, as has WHATWG MIME Sniffing, section 7. application/x-unknown-content-type is Firefox's own
// word for it.
func IsSniffed(essence string) bool {
	_, subtype, _ := strings.Cut(essence, "/")
	switch strings.TrimPrefix(subtype, "x-") {
	case "unknown", "unknown-content-type":
		return true
	}
	return false
}
