package presign

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Code says what kind of refusal an Error is. Callers branch on it, so codes
// are never renamed.
type Code string

// The codes this package answers with. API Gateway answers TooManyRequests by
// itself, from the template.
const (
	InvalidJSON    Code = "InvalidJSON"    // the body is no JSON object
	InvalidRequest Code = "InvalidRequest" // a field is wrong; Error.Field names it
	InvalidKey     Code = "InvalidKey"     // no key that this deployment gave out for what is asked
	InvalidPart    Code = "InvalidPart"    // no part of the upload that the key stands for
	Unauthorized   Code = "Unauthorized"   // no token of one of our app clients
	Forbidden      Code = "Forbidden"      // another user's key, or a caller outside the group
	NotFound       Code = "NotFound"       // no such route
	SizeTooLarge   Code = "SizeTooLarge"   // more bytes than this deployment takes
	BodyTooLarge   Code = "BodyTooLarge"   // the JSON itself is too long
	TypeNotAllowed Code = "TypeNotAllowed" // a media type this deployment doesn't take
	Internal       Code = "Internal"       // our fault; the log has the details
)

// statuses is the one place that turns a code into an HTTP status.
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

// Status is the HTTP status of an answer with this code; 500 for a code that
// is not in the table.
func (c Code) Status() int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error is a refusal the caller may read: what is wrong, and with which field.
// Any other error is Internal: the log gets it in full, the caller only the code.
type Error struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"` // as the caller spelled it: "size", "metadata", "Content-Type"

	// What a page would format in its own words and units.
	Limit   int64    `json:"limit,omitempty"`   // of SizeTooLarge and BodyTooLarge: bytes
	Allowed []string `json:"allowed,omitempty"` // of a file's TypeNotAllowed: "image/*", "application/pdf"
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

// tooLarge makes an Error about more bytes than the limit.
func tooLarge(code Code, field string, limit int64, format string, args ...any) *Error {
	e := refuse(code, field, format, args...)
	e.Limit = limit
	return e
}

// maxProblems bounds the answer to a body of a thousand unknown fields.
const maxProblems = 20

// problems are all the refusals of one request, in the contract's order of fields.
type problems []*Error

func (p problems) Error() string {
	lines := make([]string, len(p))
	for i, e := range p {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "; ")
}

// add appends what is not nil, so that a check's result can go straight in.
func (p *problems) add(errs ...*Error) {
	for _, e := range errs {
		if e != nil && len(*p) < maxProblems {
			*p = append(*p, e)
		}
	}
}

// err is nil when nothing is wrong, so that a caller can return it as it is.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// problemsOf finds what of err the caller may read; an error that is none of
// ours becomes a bare Internal.
func problemsOf(err error) problems {
	var ps problems
	if errors.As(err, &ps) && len(ps) > 0 {
		return ps
	}
	var e *Error
	if errors.As(err, &e) {
		return problems{e}
	}
	return problems{refuse(Internal, "", "something went wrong here; the request id finds it in the log")}
}
