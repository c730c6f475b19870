package mediatype

import (
	"errors"
	"fmt"
	"mime"
	"strings"
)

// maxLength bounds a media type with its parameters. RFC 6838, section 4.2, allows 127 for each
// half of the name.
const maxLength = 255

// Octets is the type of a file about which nothing is known.
const Octets = "application/octet-stream"

// Type is a media type as it is stored.
type Type struct {
	Essence string // "image/png": lower case, no parameters
	Full    string // "text/plain; charset=utf-8"
}

// Parse reads a media type as browsers and systems write it, and returns it in the form of RFC
// 9110, section 8.3.1.
//
// MediaRecorder writes video/webm;codecs=vp8,opus (w3c/mediacapture-record#194). A token can't
// contain a comma, so RFC 6381 requires quotes there. WHATWG MIME Sniffing, "parsing a MIME type",
// reads such a value up to the next semicolon. Parse does the same, and adds the quotes.
//
// The error is to be read after the name of the field: "is empty".
func Parse(s string) (Type, error) {
	switch {
	case s == "":
		return Type{}, errors.New("is empty")
	case len(s) > maxLength:
		return Type{}, errors.New("is too long for a media type")
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }):
		return Type{}, errors.New("contains a character that no media type has")
	}
	essence, parameters, err := mime.ParseMediaType(quoteValues(s))
	switch {
	case errors.Is(err, mime.ErrInvalidMediaParameter):
		return Type{}, errors.New("has a malformed parameter")
	case err != nil && strings.Contains(err.Error(), "duplicate"):
		return Type{}, errors.New("gives a parameter twice")
	case err != nil || strings.Contains(essence, "*") || !strings.Contains(essence, "/"):
		return Type{}, errors.New("is not a media type such as image/png")
	}
	for name, value := range parameters {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || strings.Contains(value, "  ") {
			return Type{}, fmt.Errorf("has a value of %s that a header can't carry", name)
		}
	}
	t := Type{Essence: essence, Full: mime.FormatMediaType(essence, parameters)}
	if len(t.Full) > maxLength || t.Full == "" {
		return Type{}, errors.New("is too long for a media type")
	}
	return t, nil
}

// quoteValues puts quotes around each parameter's value that needs them, and drops empty
// parameters, which RFC 9110 allows. It doesn't change a type that contains a quote already.
func quoteValues(s string) string {
	if strings.Contains(s, `"`) {
		return s
	}
	parts := strings.Split(s, ";")
	kept := parts[:1]
	for _, p := range parts[1:] {
		name, value, ok := strings.Cut(p, "=")
		value = strings.TrimSpace(value)
		switch {
		case strings.TrimSpace(p) == "":
			continue
		case ok && value != "" && strings.ContainsAny(value, `()<>@,:\/[]?={} `+"\t"):
			p = name + `="` + strings.ReplaceAll(value, `\`, `\\`) + `"`
		case ok:
			p = name + "=" + value
		}
		kept = append(kept, p)
	}
	return strings.Join(kept, ";")
}

// kind returns the first half of a type: "image".
func kind(essence string) string {
	k, _, _ := strings.Cut(essence, "/")
	return k
}
