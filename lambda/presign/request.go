package presign

import "encoding/json"

// parsePlan reads the body of POST /uploads. It finds everything that is
// wrong, in the contract's order of fields.
func parsePlan(body []byte, cfg Config) (upload, error) {
	members, e := decodeObject(body)
	if e != nil {
		return upload{}, e
	}
	var ps problems
	u := upload{size: unknownSize}
	fields := []struct {
		name     string
		required bool
		read     func(field string, value json.RawMessage)
	}{
		{"filename", true, func(field string, value json.RawMessage) {
			s, e := stringValue(field, value)
			if e == nil {
				e = checkFilename(field, s)
			}
			u.filename = s
			ps.add(e)
		}},
		{"contentType", true, func(field string, value json.RawMessage) {
			s, e := stringValue(field, value)
			if e == nil {
				u.contentType, e = readType(field, s, cfg.AllowedTypes)
			}
			ps.add(e)
		}},
		{"size", true, func(field string, value json.RawMessage) {
			if k := kind(value); k != "a number" {
				ps.add(refuse(InvalidRequest, field, "%s must be a number, not %s", field, k))
				return
			}
			n, e := parseSize(field, string(value), cfg.MaxSize)
			u.size = n
			ps.add(e)
		}},
		{"sha256", false, func(field string, value json.RawMessage) {
			s, e := stringValue(field, value)
			if e == nil {
				e = checkSHA256(field, s)
			}
			u.sha256 = s
			ps.add(e)
		}},
		{"metadata", false, func(field string, value json.RawMessage) {
			metadata, problems := parseMetadata(field, value)
			u.metadata = metadata
			for _, e := range problems {
				ps.add(e)
			}
		}},
	}
	known := map[string]bool{}
	for _, f := range fields {
		known[f.name] = true
		m, ok := find(members, f.name)
		switch {
		case !ok && f.required:
			ps.add(refuse(InvalidRequest, f.name, "%s is required", f.name))
		case ok && m.twice:
			ps.add(refuse(InvalidRequest, f.name, "%s is given twice", f.name))
		case ok:
			f.read(f.name, m.value)
		}
	}
	if len(ps) == 0 && u.size == 0 && u.sha256 != "" && u.sha256 != emptySHA256 {
		ps.add(refuse(InvalidRequest, "sha256", "sha256 is not that of an empty file, but size is 0"))
	}
	for _, m := range members {
		if !known[m.name] {
			name := shorten(m.name, 64)
			ps.add(refuse(InvalidRequest, name, "there is no field %q", name))
		}
	}
	return u, ps.err()
}

func find(members []member, name string) (member, bool) {
	for _, m := range members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

// readType reads a media type and checks that this deployment takes it.
func readType(field, s string, allowed []string) (mediaType, *Error) {
	m, why := parseMediaType(s)
	if why != "" {
		return m, refuse(InvalidRequest, field, "%s %s", field, why)
	}
	return m, checkType(field, m, allowed)
}
