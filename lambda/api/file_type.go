package presign

import "signpost/lambda/mediatype"

// fileType decides which type a file is stored as, and whether this deployment takes it. It is the one rule for every
// way in. Callers say what their system says: other names of a type, or nothing at all.
func fileType(field, declared, filename string, allowed []string) (mediatype.Type, *Error) {
	said := declared
	if said == "" {
		said = mediatype.Octets
	}
	t, err := mediatype.Parse(said)
	if err != nil {
		return t, refuse(InvalidRequest, field, "%s %v", field, err)
	}
	_, extension, _ := splitExtension(filename)
	chosen := mediatype.Choose(t, extension, allowed)
	if err := mediatype.Check(chosen.Essence, allowed); err != nil {
		e := refuse(TypeNotAllowed, field, "%v", err)
		e.Allowed = allowed
		if declared == "" {
			e.Message += " (the type is guessed from the file's name; " + field + " says better)"
		}
		return chosen, e
	}
	return chosen, nil
}
