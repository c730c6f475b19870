package presign

import "strings"

// maxMediaTypeLength bounds a media type with its parameters. RFC 6838,
// section 4.2, allows 127 for each half of the name.
const maxMediaTypeLength = 255

// mediaType is a media type in its normal form.
type mediaType struct {
	essence string // "image/png": lower case, no parameters
	full    string // "text/plain; charset=utf-8": what is signed
}

// parseMediaType reads a media type as RFC 9110, section 8.3.1, writes it:
// no space but around the semicolons, values as tokens or quoted strings.
// The second result says what is wrong, "" if nothing.
func parseMediaType(s string) (mediaType, string) {
	switch {
	case s == "":
		return mediaType{}, "is empty"
	case len(s) > maxMediaTypeLength:
		return mediaType{}, "is too long for a media type"
	}
	name, rest, hasParameters := strings.Cut(s, ";")
	if hasParameters {
		name = strings.TrimRight(name, " \t")
	}
	essence := strings.ToLower(name)
	kind, subtype, ok := strings.Cut(essence, "/")
	if !ok || kind == "" || subtype == "" || !consistsOf(kind, isToken, "") || !consistsOf(subtype, isToken, "") || strings.Contains(essence, "*") {
		return mediaType{}, "is not a media type such as image/png"
	}
	parameters, why := parseParameters(rest)
	if why != "" {
		return mediaType{}, why
	}
	return mediaType{essence: essence, full: essence + parameters}, ""
}

// parseParameters reads what follows the first semicolon and gives it back as
// "; name=value; …".
func parseParameters(s string) (normal, why string) {
	const malformed = "has a malformed parameter"
	var out strings.Builder
	seen := map[string]bool{}
	for s = strings.TrimLeft(s, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		if s[0] == ';' { // RFC 9110 lets a parameter be empty
			s = s[1:]
			continue
		}
		name, rest, ok := strings.Cut(s, "=")
		name = strings.ToLower(name)
		if !ok || name == "" || !consistsOf(name, isToken, "") {
			return "", malformed
		}
		value, rest, ok := cutValue(rest)
		if !ok {
			return "", malformed
		}
		if seen[name] {
			return "", "gives the parameter " + name + " twice"
		}
		seen[name] = true
		out.WriteString("; " + name + "=" + value)
		if s = strings.TrimLeft(rest, " \t"); s != "" && s[0] != ';' || s == "" && rest != "" {
			return "", malformed
		}
	}
	return out.String(), ""
}

// cutValue takes a parameter's value, a token or a quoted string, off the
// front of s and gives it back in its shortest form.
func cutValue(s string) (value, rest string, ok bool) {
	if s == "" || s[0] != '"' {
		end := 0
		for end < len(s) && isToken(s[end]) {
			end++
		}
		return s[:end], s[end:], end > 0
	}
	var text strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		if c == '"' {
			return quoteIfNeeded(text.String()), s[i+1:], true
		}
		if c == '\\' {
			if i++; i == len(s) {
				break
			}
			c = s[i]
		}
		// Printable ASCII only. Two spaces in a row would be one in the signature.
		if c < ' ' || c > '~' || c == ' ' && strings.HasSuffix(text.String(), " ") {
			return "", "", false
		}
		text.WriteByte(c)
	}
	return "", "", false
}

func quoteIfNeeded(s string) string {
	if s != "" && consistsOf(s, isToken, "") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// allowedTypeProblem checks an entry of Config.AllowedTypes.
func allowedTypeProblem(s string) string {
	kind, subtype, _ := strings.Cut(s, "/")
	switch {
	case s == "*/*":
		return ""
	case s == formData:
		return "can't be stored: " + whyNotFormData
	case subtype == "*":
		subtype = "x"
	}
	if m, why := parseMediaType(kind + "/" + subtype); why != "" || m.full != kind+"/"+subtype {
		return "is not a media type such as image/png or image/*, in lower case"
	}
	return ""
}

const (
	formData = "multipart/form-data"

	whyNotFormData = "multipart/form-data wraps a file in a form, and S3 would store the form's boundaries and headers as part of the file. " +
		"Send the file's bytes alone as the body, with the file's own type"
)

// checkType says why this deployment doesn't take m, nil if it does.
func checkType(field string, m mediaType, allowed []string) *Error {
	if m.essence == formData {
		return refuse(TypeNotAllowed, field, "%s", whyNotFormData)
	}
	kind, _, _ := strings.Cut(m.essence, "/")
	covered := ""
	for _, a := range allowed {
		switch a {
		case m.essence:
			return nil
		case kind + "/*", "*/*":
			covered = a
		}
	}
	list := strings.Join(allowed, ", ")
	if covered == "" {
		return refuse(TypeNotAllowed, field, "%s is not allowed here; allowed: %s", m.essence, list)
	}
	if canRunScript(m.essence) {
		return refuse(TypeNotAllowed, field, "%s can carry script, so %s does not cover it; allowed: %s", m.essence, covered, list)
	}
	return nil
}

// canRunScript reports the types that a browser would execute when somebody
// opens the stored file. A wildcard never lets them in: who wants them must
// name them.
func canRunScript(essence string) bool {
	if strings.HasSuffix(essence, "+xml") {
		return true // SVG, XHTML, XSLT and whatever else an XML parser feeds to a browser
	}
	kind, subtype, _ := strings.Cut(essence, "/")
	switch subtype {
	case "html", "xml", "xsl", "xml-dtd", "xml-external-parsed-entity",
		"javascript", "x-javascript", "ecmascript", "x-ecmascript", "jscript", "livescript", "vbscript",
		"x-shockwave-flash", "x-mixed-replace", "rfc822", "x-component", "hta", "mathml":
		return true
	}
	return kind == "text" && strings.HasPrefix(subtype, "javascript1.")
}
