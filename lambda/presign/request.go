package presign

import "encoding/json"

// planFields are the fields of POST /uploads in the contract's order, which is
// the order their problems are told in.
var planFields = []struct {
	name     string
	required bool
	read     func(u *upload, cfg Config, field string, value json.RawMessage) problems
}{
	{"filename", true, readFilename},
	{"contentType", true, readContentType},
	{"size", true, readSize},
	{"sha256", false, readSHA256},
	{"metadata", false, readMetadata},
}

// parsePlan reads the body of POST /uploads and finds everything that is wrong
// with it: first with the fields there are, then the fields there aren't.
func parsePlan(body []byte, cfg Config) (upload, error) {
	members, e := decodeObject(body)
	if e != nil {
		return upload{}, e
	}
	var ps problems
	u := upload{size: unknownSize}
	known := map[string]bool{}
	for _, f := range planFields {
		known[f.name] = true
		m, ok := find(members, f.name)
		switch {
		case !ok && f.required:
			ps.add(refuse(InvalidRequest, f.name, "%s is required", f.name))
		case ok && m.twice:
			ps.add(refuse(InvalidRequest, f.name, "%s is given twice", f.name))
		case ok:
			ps.add(f.read(&u, cfg, f.name, m.value)...)
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

func readFilename(u *upload, _ Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil {
		e = checkFilename(field, s)
	}
	u.filename = s
	return problems{e}
}

func readContentType(u *upload, cfg Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil {
		u.contentType, e = readType(field, s, cfg.AllowedTypes)
	}
	return problems{e}
}

func readSize(u *upload, cfg Config, field string, value json.RawMessage) problems {
	if k := kind(value); k != "a number" {
		return problems{refuse(InvalidRequest, field, "%s must be a number, not %s", field, k)}
	}
	n, e := parseSize(field, string(value), cfg.MaxSize)
	u.size = n
	return problems{e}
}

func readSHA256(u *upload, _ Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil {
		e = checkSHA256(field, s)
	}
	u.sha256 = s
	return problems{e}
}

func readMetadata(u *upload, _ Config, field string, value json.RawMessage) problems {
	metadata, ps := parseMetadata(field, value)
	u.metadata = metadata
	return ps
}

// readType reads a media type and checks that this deployment takes it.
func readType(field, s string, allowed []string) (mediaType, *Error) {
	m, why := parseMediaType(s)
	if why != "" {
		return m, refuse(InvalidRequest, field, "%s %s", field, why)
	}
	return m, checkType(field, m, allowed)
}
