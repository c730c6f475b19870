package presign

import "encoding/json"

// planFields are the fields of POST /uploads in the contract's order.
var planFields = []field[upload]{
	{"filename", true, readFilename},
	{"contentType", true, readContentType},
	{"size", true, readSize},
	{"sha256", false, readSHA256},
	{"metadata", false, readMetadata},
	{"partChecksums", false, readPartChecksums},
}

// parsePlan reads the body of POST /uploads.
func parsePlan(body []byte, cfg Config) (upload, error) {
	u := upload{size: unknownSize}
	err := readFields(body, planFields, cfg, &u, checkPlan)
	return u, err
}

// checkPlan finds what is wrong with fields that each by itself is right.
func checkPlan(u *upload, cfg Config) problems {
	var ps problems
	if u.size > cfg.MultipartThreshold && u.sha256 != "" {
		ps.add(refuse(InvalidRequest, "sha256", "a file of more than %d bytes is sent in parts, and S3 has no SHA-256 of the whole of it; "+
			"say partChecksums: true instead and give one with each part", cfg.MultipartThreshold))
	}
	if u.size == 0 && u.sha256 != "" && u.sha256 != emptySHA256 {
		ps.add(refuse(InvalidRequest, "sha256", "sha256 is not that of an empty file, but size is 0"))
	}
	return ps
}

func readFilename(u *upload, _ Config, field string, value json.RawMessage) problems {
	s, e := filenameValue(field, value)
	u.filename = s
	return problems{e}
}

// filenameValue reads a file's name.
func filenameValue(field string, value json.RawMessage) (string, *Error) {
	s, e := stringValue(field, value)
	if e == nil {
		e = checkFilename(field, s)
	}
	return s, e
}

// readContentType needs the filename, which is read before it.
func readContentType(u *upload, cfg Config, field string, value json.RawMessage) problems {
	s, e := stringValue(field, value)
	if e == nil {
		u.contentType, e = fileType(field, s, u.filename, cfg.AllowedTypes)
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

// readPartChecksums reads a field that is without effect on a file that is not
// sent in parts: the caller need not know which that is.
func readPartChecksums(u *upload, _ Config, field string, value json.RawMessage) problems {
	b, e := boolValue(field, value)
	u.partChecksums = b
	return problems{e}
}
