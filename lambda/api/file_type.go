package api

import (
	"signpost/lambda/key"
	"signpost/lambda/mediatype"
)

// readFileType decides which type a file is stored as, and refuses it if this deployment doesn't
// allow that type. It is the one rule for all routes. Callers declare what their system says:
// another name of the type, or nothing at all.
func readFileType(v value, declared, filename string, allowed []string) mediatype.Type {
	guessed := ""
	if declared == "" {
		declared = mediatype.Octets
		guessed = " (guessed from the file name; set " + v.name + " to override it)"
	}
	t, err := mediatype.Parse(declared)
	if err != nil {
		v.refuse(InvalidRequest, "%v", err)
		return mediatype.Type{}
	}
	t = mediatype.Choose(t, key.Extension(filename), allowed)
	if err := mediatype.Check(t.Essence, allowed); err != nil {
		v.found.add(&Error{Code: TypeNotAllowed, Field: v.field, Message: err.Error() + guessed, Allowed: allowed})
		return mediatype.Type{}
	}
	return t
}
