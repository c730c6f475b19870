package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"signpost/lambda/ascii"
)

// value is a member of a JSON object or a parameter of a query, not yet read. Its methods read it
// as a type. If that fails, they add a refusal to found and return false.
type value struct {
	name  string          // what messages call it: "size", "parts[3].sha256"
	field string          // the field that a refusal names: "size", "parts"
	json  json.RawMessage // nil for a parameter of a query
	text  string          // of a parameter of a query
	found *problems
}

// refuse adds a refusal. The message begins with the value's name: "size must be a number".
func (v value) refuse(code Code, format string, args ...any) {
	v.found.add(&Error{Code: code, Field: v.field, Message: v.name + " " + fmt.Sprintf(format, args...)})
}

// refuseSize adds a refusal because of too many bytes. The message begins with the value's name.
func (v value) refuseSize(limit int64, format string, args ...any) {
	v.found.add(&Error{Code: SizeTooLarge, Field: v.field, Limit: limit, Message: v.name + " " + fmt.Sprintf(format, args...)})
}

// jsonType returns the type of the value, for messages.
func (v value) jsonType() string {
	switch {
	case v.json == nil || v.json[0] == '"':
		return "a string"
	case v.json[0] == '{':
		return "an object"
	case v.json[0] == '[':
		return "an array"
	case v.json[0] == 't' || v.json[0] == 'f':
		return "a boolean"
	case v.json[0] == 'n':
		return "null"
	}
	return "a number"
}

func (v value) isNull() bool { return v.jsonType() == "null" }

// string reads a JSON string, or a parameter.
func (v value) string() (string, bool) {
	if v.json == nil {
		return v.text, true
	}
	var s string
	if v.json[0] != '"' || json.Unmarshal(v.json, &s) != nil {
		v.refuse(InvalidRequest, "must be a string, not %s", v.jsonType())
		return "", false
	}
	return s, true
}

// bool reads true or false.
func (v value) bool() (value, ok bool) {
	if jsonType := v.jsonType(); jsonType != "a boolean" {
		v.refuse(InvalidRequest, "must be true or false, not %s", jsonType)
		return false, false
	}
	return v.json[0] == 't', true
}

// array splits a JSON array into its elements. Messages call them "parts[0]", "parts[1]" and so on.
func (v value) array() ([]value, bool) {
	var elements []json.RawMessage
	if v.jsonType() != "an array" || json.Unmarshal(v.json, &elements) != nil {
		v.refuse(InvalidRequest, "must be an array, not %s", v.jsonType())
		return nil, false
	}
	values := make([]value, len(elements))
	for i, element := range elements {
		values[i] = value{name: v.name + "[" + strconv.Itoa(i) + "]", field: v.field, json: element, found: v.found}
	}
	return values, true
}

// number returns a number as it is written, or a parameter.
func (v value) number() (string, bool) {
	if v.json == nil {
		return v.text, true
	}
	if jsonType := v.jsonType(); jsonType != "a number" {
		v.refuse(InvalidRequest, "must be a number, not %s", jsonType)
		return "", false
	}
	return string(v.json), true
}

// byteCount reads a number of bytes. It accepts only decimal digits: 1e3 and 12.0 are numbers in
// JSON, but not a way to count bytes. A number that is too large for an int64 is read as the
// largest.
func (v value) byteCount() (int64, bool) {
	text, ok := v.number()
	switch {
	case !ok:
		return 0, false
	case len(text) > 1 && text[0] == '-' && ascii.ConsistsOf(text[1:], ascii.Digits):
		v.refuse(InvalidRequest, "must not be negative")
		return 0, false
	case !isWholeNumber(text):
		v.refuse(InvalidRequest, "must be a whole number of bytes, written in decimal digits only")
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}

// shown returns the value as the caller wrote it, shortened for a message.
func (v value) shown() string {
	if v.json == nil {
		return shorten(v.text, 30)
	}
	return shorten(string(v.json), 30)
}

// isWholeNumber reports decimal digits without a leading zero.
func isWholeNumber(s string) bool {
	return s != "" && ascii.ConsistsOf(s, ascii.Digits) && (s == "0" || s[0] != '0')
}

// wholeNumber reads a whole number that an int64 can hold.
func wholeNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && isWholeNumber(s)
}

// shorten returns the first n bytes of a caller's text, to repeat it in a message.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
