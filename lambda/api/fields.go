package presign

import "encoding/json"

// field is one member of a request's JSON object, and how it is read into T.
type field[T any] struct {
	name     string
	required bool
	read     func(into *T, cfg Config, name string, value json.RawMessage) problems
}

// readFields reads a request's body and finds everything that is wrong with
// it: first with the fields there are, in the order given, which is the
// contract's; then, if each is right by itself, with how they go together, which may be
// nil; then the fields there aren't.
func readFields[T any](body []byte, fields []field[T], cfg Config, into *T, together func(*T, Config) problems) error {
	members, e := decodeObject(body)
	if e != nil {
		return e
	}
	var ps problems
	known := map[string]bool{}
	for _, f := range fields {
		known[f.name] = true
		m, ok := find(members, f.name)
		switch {
		case !ok && f.required:
			ps.add(refuse(InvalidRequest, f.name, "%s is required", f.name))
		case ok && m.twice:
			ps.add(refuse(InvalidRequest, f.name, "%s is given twice", f.name))
		case ok && !f.required && isNull(m.value): // as typed clients write what is left out
		case ok:
			ps.add(f.read(into, cfg, f.name, m.value)...)
		}
	}
	if len(ps) == 0 && together != nil {
		ps = together(into, cfg)
	}
	for _, m := range members {
		if !known[m.name] {
			name := shorten(m.name, 64)
			ps.add(refuse(InvalidRequest, name, "there is no field %q", name))
		}
	}
	return ps.err()
}

func find(members []member, name string) (member, bool) {
	for _, m := range members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}
