package api

import (
	"signpost/lambda/config"
	"signpost/lambda/key"
	"signpost/lambda/mediatype"
)

// readFileType decides which type a file is stored as, and refuses it if its kind doesn't allow that
// type. It is the one rule for all routes. Callers declare what their system says: another name of
// the type, or nothing at all. While the kind isn't known, it only refuses what isn't a type.
func readFileType(v value, declared, filename string, kind *config.Kind) mediatype.Type {
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
	if kind == nil {
		return t
	}
	t = mediatype.Choose(t, key.Extension(filename), kind.AllowedTypes)
	if err := mediatype.Check(t.Essence, kind.AllowedTypes); err != nil {
		v.found.add(&Error{Code: TypeNotAllowed, Field: v.field, Message: err.Error() + guessed, Allowed: kind.AllowedTypes})
		return mediatype.Type{}
	}
	return t
}
