package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Code says what kind of refusal an Error is. Clients branch on codes, so they are never renamed.
type Code string

// The codes that the functions answer with. API Gateway itself answers with TooManyRequests, from
// the template.
const (
	InvalidJSON    Code = "InvalidJSON"    // the body is not a JSON object
	InvalidRequest Code = "InvalidRequest" // a field is wrong; Error.Field names it
	InvalidKey     Code = "InvalidKey"     // not a key that this deployment returned, or not one for this route
	InvalidPart    Code = "InvalidPart"    // not a part of the upload that the key names
	Unauthorized   Code = "Unauthorized"   // no token of one of the deployment's app clients
	Forbidden      Code = "Forbidden"      // another user's key, a caller outside the required group, or a kind that can't be read
	NotFound       Code = "NotFound"       // no such route
	SizeTooLarge   Code = "SizeTooLarge"   // more bytes than this deployment accepts
	BodyTooLarge   Code = "BodyTooLarge"   // the JSON itself is too long
	TypeNotAllowed Code = "TypeNotAllowed" // a media type that this deployment doesn't accept
	Internal       Code = "Internal"       // a fault of the function; the log has the details
)

// statuses maps each code to its HTTP status.
var statuses = map[Code]int{
	InvalidJSON:    http.StatusBadRequest,
	InvalidRequest: http.StatusBadRequest,
	InvalidKey:     http.StatusBadRequest,
	InvalidPart:    http.StatusBadRequest,
	Unauthorized:   http.StatusUnauthorized,
	Forbidden:      http.StatusForbidden,
	NotFound:       http.StatusNotFound,
	SizeTooLarge:   http.StatusRequestEntityTooLarge,
	BodyTooLarge:   http.StatusRequestEntityTooLarge,
	TypeNotAllowed: http.StatusUnsupportedMediaType,
	Internal:       http.StatusInternalServerError,
}

// Status returns the HTTP status of an answer with this code, which is 500 for a code that isn't in
// the table.
func (c Code) Status() int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error is a refusal that the caller may read: what is wrong, and with which field. Any other error
// is Internal: the log gets all of it, the caller only the code.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"` // as the caller spelled it: "size", "metadata", "Content-Type"

	// Facts that a page can put into its own words and units.
	Limit   int64    `json:"limit,omitempty"`   // of SizeTooLarge and BodyTooLarge: bytes
	Allowed []string `json:"allowed,omitempty"` // of a file's TypeNotAllowed: "image/*"; of a kind's InvalidRequest: "avatar"
}

func (e *Error) Error() string {
	if e.Field == "" {
		return string(e.Code) + ": " + e.Message
	}
	return fmt.Sprintf("%s (%s): %s", e.Code, e.Field, e.Message)
}

// refuse makes an Error. An empty field means the request as a whole.
func refuse(code Code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// refusals are what is wrong with one request, at least one. They are an error.
type refusals []*Error

func (r refusals) Error() string {
	lines := make([]string, len(r))
	for i, e := range r {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "; ")
}

// refusalsOf returns what the caller may read of an error. An error that isn't a refusal becomes
// Internal.
func refusalsOf(err error) refusals {
	if found := refusalsIn(err); found != nil {
		return found
	}
	return refusals{refuse(Internal, "", "internal error; look up the request id in the log")}
}

// refusalsIn returns the refusals that an error consists of, nil if it is a fault of the function.
func refusalsIn(err error) refusals {
	var several refusals
	if errors.As(err, &several) {
		return several
	}
	var one *Error
	if errors.As(err, &one) {
		return refusals{one}
	}
	return nil
}

// maxProblems limits the answer to a body of a thousand unknown fields.
const maxProblems = 20

// problems collects the refusals of one request.
type problems struct {
	kept  refusals // the first maxProblems
	count int      // of all
}

func (p *problems) add(e *Error) {
	if p.count++; p.count <= maxProblems {
		p.kept = append(p.kept, e)
	}
}

// err returns the refusals as an error, nil if there are none.
func (p *problems) err() error {
	if p.count == 0 {
		return nil
	}
	return p.kept
}
