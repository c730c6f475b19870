package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// member is one name of an object, with its first value.
type member struct {
	name  string
	json  json.RawMessage // nil for a parameter of a query
	text  string          // of a parameter of a query
	count int             // how many times it is given
}

// parseJSON splits the JSON object of a request's body into its members, in the order in which they
// are written. It is stricter than json.Unmarshal, which accepts duplicate names, replaces what is
// not UTF-8, and ignores the case of names.
//
// Nesting needs no separate limit: only one level of it is read at a time, and the decoder stops at
// 10,000 levels.
func parseJSON(text []byte) ([]member, error) {
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, refuse(InvalidJSON, "", "the request body is empty; it must be a JSON object")
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return nil, refuse(InvalidJSON, "", "the request body begins with a byte-order mark; JSON has none")
	case !utf8.Valid(text):
		return nil, refuse(InvalidJSON, "", "the request body is not valid UTF-8")
	}
	members, err := splitObject(text)
	if err != nil {
		return nil, refuse(InvalidJSON, "", "%s", describeJSONError(err, len(text)))
	}
	if i := unpairedSurrogate(text); i >= 0 {
		return nil, refuse(InvalidJSON, "", "the request body has half of a surrogate pair at byte %d, which is not a character", i+1)
	}
	return members, nil
}

var (
	errNotObject    = errors.New("the request body must be a JSON object")
	errTrailingData = errors.New("the request body continues after the end of the JSON object")
)

// splitObject splits a JSON object, which must be all of the text.
func splitObject(text []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	members, err := readMembers(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errTrailingData
	}
	return members, nil
}

func readMembers(d *json.Decoder) ([]member, error) {
	if t, err := d.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, errNotObject
	}
	var members []member
	index := map[string]int{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errNotObject
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if i, ok := index[name]; ok {
			members[i].count++
			continue
		}
		index[name] = len(members)
		members = append(members, member{name: name, json: value, count: 1})
	}
	_, err := d.Token() // the closing brace
	return members, err
}

func describeJSONError(err error, length int) string {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errNotObject), errors.Is(err, errTrailingData):
		return err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the request body is not valid JSON: it ends too early, after " + strconv.Itoa(length) + " bytes"
	case errors.As(err, &syntax):
		return "the request body is not valid JSON: " + syntax.Error() + " (byte " + strconv.FormatInt(syntax.Offset, 10) + ")"
	}
	return "the request body is not valid JSON"
}

// unpairedSurrogate returns the index of an escape such as \ud83d whose other half is missing, -1
// if there is none. encoding/json silently replaces it by U+FFFD, which would be a name that the
// caller never gave. The text must be valid JSON, in which a backslash is always inside a string.
func unpairedSurrogate(text []byte) int {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		start := i
		i++ // the next character is escaped, even if it is another backslash
		unit, ok := escapedUnit(text[start:])
		switch {
		case !ok || unit < 0xd800 || unit > 0xdfff:
		case unit >= 0xdc00:
			return start
		default:
			low, ok := escapedUnit(text[start+6:])
			if !ok || low < 0xdc00 || low > 0xdfff {
				return start
			}
			i = start + 11
		}
	}
	return -1
}

// escapedUnit reads the \uXXXX at the beginning of the text.
func escapedUnit(text []byte) (uint64, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return n, err == nil
}
