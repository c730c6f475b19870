package presign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// member is one name and value of a JSON object, the value not yet looked at.
type member struct {
	name  string
	value json.RawMessage
	twice bool // the name came up again; the first value stands
}

// decodeObject splits a JSON object into its members, in the order written.
// It is stricter than json.Unmarshal, which takes duplicate names, replaces
// what is not UTF-8, and matches names regardless of case.
//
// Nesting needs no bound of its own: values are only ever read one level deep,
// and the decoder stops at 10,000 levels.
func decodeObject(text []byte) ([]member, *Error) {
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return nil, refuse(InvalidJSON, "", "the request body is empty; it must be a JSON object")
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return nil, refuse(InvalidJSON, "", "the request body begins with a byte-order mark; JSON has none")
	case !utf8.Valid(text):
		return nil, refuse(InvalidJSON, "", "the request body is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	members, err := readMembers(d)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			err = nil
		} else {
			err = errTrailingData
		}
	}
	if err != nil {
		return nil, refuse(InvalidJSON, "", "%s", describeJSONError(err, len(text)))
	}
	if i := unpairedSurrogate(text); i >= 0 {
		return nil, refuse(InvalidJSON, "", "the request body has half of a surrogate pair at byte %d, which is no character", i+1)
	}
	return members, nil
}

var (
	errNotObject    = errors.New("the request body must be a JSON object")
	errTrailingData = errors.New("the request body goes on after the end of the JSON object")
)

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
			members[i].twice = true
			continue
		}
		index[name] = len(members)
		members = append(members, member{name: name, value: value})
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

// unpairedSurrogate finds an escape such as \ud83d that lacks its other half.
// encoding/json silently makes U+FFFD of it: a name the caller never gave.
// The text must be valid JSON, where a backslash is always within a string.
func unpairedSurrogate(text []byte) int {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		at := i
		i++ // what follows is escaped, be it another backslash
		unit, ok := escapedUnit(text[at:])
		switch {
		case !ok || unit < 0xd800 || unit > 0xdfff:
		case unit >= 0xdc00:
			return at
		default:
			low, ok := escapedUnit(text[at+6:])
			if !ok || low < 0xdc00 || low > 0xdfff {
				return at
			}
			i = at + 11
		}
	}
	return -1
}

// escapedUnit reads the \uXXXX that text begins with.
func escapedUnit(text []byte) (uint64, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return n, err == nil
}

// kind names a JSON value's type, for messages.
func kind(value json.RawMessage) string {
	switch value[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// isNull reports the value null.
func isNull(value json.RawMessage) bool { return value[0] == 'n' }

// stringValue reads a JSON string.
func stringValue(field string, value json.RawMessage) (string, *Error) {
	var s string
	if value[0] != '"' || json.Unmarshal(value, &s) != nil {
		return "", refuse(InvalidRequest, field, "%s must be a string, not %s", field, kind(value))
	}
	return s, nil
}

// boolValue reads true or false.
func boolValue(field string, value json.RawMessage) (bool, *Error) {
	if k := kind(value); k != "a boolean" {
		return false, refuse(InvalidRequest, field, "%s must be true or false, not %s", field, k)
	}
	return value[0] == 't', nil
}

// arrayValue splits a JSON array into its elements, not yet looked at.
func arrayValue(field string, value json.RawMessage) ([]json.RawMessage, *Error) {
	var elements []json.RawMessage
	if value[0] != '[' || json.Unmarshal(value, &elements) != nil {
		return nil, refuse(InvalidRequest, field, "%s must be an array, not %s", field, kind(value))
	}
	return elements, nil
}
