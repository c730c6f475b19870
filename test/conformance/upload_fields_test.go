package conformance_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	helloSHA256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
	emptySHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
)

// fieldCase sets one field of POST /uploads; nil leaves it out. code is that of the refusal.
type fieldCase struct {
	value any
	code  string // "" where it is taken
}

// checkField runs the cases of a field, each of which is a rule that the function's own tests cover
// in full. A refusal must name the field.
func checkField(t *testing.T, field string, cases map[string]fieldCase) {
	t.Parallel()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := uploads(t, fields{field: c.value})
			if c.code != "" {
				if e := refused(t, a, c.code, field); !strings.Contains(e.Message, field) && c.code == "InvalidRequest" {
					t.Errorf("the message does not name %s: %s", field, e.Message)
				}
				return
			}
			p := planned(t, a, 201)
			checkPlan(t, p)
			if field != "size" {
				upload(t, p, "hello")
			}
		})
	}
}

func TestFilename(t *testing.T) {
	checkField(t, "filename", map[string]fieldCase{
		"OKLongestBeyondBMP": {strings.Repeat("🐈", 255), ""},
		"ErrTooLong":         {strings.Repeat("x", 256), "InvalidRequest"},
	})
}

func TestContentType(t *testing.T) {
	checkField(t, "contentType", map[string]fieldCase{
		"OKUpperCase":       {"IMAGE/PNG", ""},
		"OKQuotedParameter": {`image/png;name="a b;c"`, ""},
		"OKEmpty":           {"", ""},                // the name cat.png decides
		"OKUnquotedComma":   {"image/png;a=b,c", ""}, // as in MediaRecorder's video/webm;codecs=vp8,opus
		"ErrLineBreak":      {"image/png\r\nx-amz-acl: public-read", "InvalidRequest"},
		"ErrNotAllowed":     {"application/x-msdownload", "TypeNotAllowed"},
		"ErrSVG":            {"image/svg+xml", "TypeNotAllowed"},
	})
}

func TestSize(t *testing.T) {
	checkField(t, "size", map[string]fieldCase{
		"OKZero":       {0, ""},
		"ErrOverInt64": {raw("9223372036854775808"), "SizeTooLarge"},
		"ErrNegative":  {-1, "InvalidRequest"},
		"ErrExponent":  {raw("1e3"), "InvalidRequest"},
	})
}

func TestSizeLimit(t *testing.T) {
	t.Parallel()
	limit := sizeLimit(t)
	planned(t, uploads(t, fields{"size": limit}), 201)
	refused(t, uploads(t, fields{"size": limit + 1}), "SizeTooLarge", "size")
}

func TestSHA256(t *testing.T) {
	checkField(t, "sha256", map[string]fieldCase{
		"OK":           {helloSHA256, ""},
		"ErrNotBase64": {strings.Repeat("!", 44), "InvalidRequest"},
	})
}

func TestMetadata(t *testing.T) {
	entries := func(n int) fields {
		m := fields{}
		for i := range n {
			m[fmt.Sprintf("name%d", i)] = "x"
		}
		return m
	}
	sized := func(bytes int) fields { return fields{"a": strings.Repeat("x", bytes-1)} }
	const invalid = "InvalidRequest"
	checkField(t, "metadata", map[string]fieldCase{
		"OKUpperCase":        {fields{"Album": "2026"}, ""},
		"OKNotASCII":         {fields{"album": "Köln 🐈"}, ""},
		"OKPunctuation":      {fields{"a-b_c.d": `x"y,z=;:'`}, ""},
		"OKMostEntries":      {entries(10), ""},
		"OKMostBytes":        {sized(2048), ""},
		"ErrValueLineBreak":  {fields{"album": "x\r\nx-amz-acl: public-read"}, invalid},
		"ErrNameTwiceByCase": {raw(`{"a":"x","A":"y"}`), invalid},
	})
}

// TestEverythingAtItsLimit plans and uploads a file with the longest value in every field: no
// header and no URL may be too long for S3.
func TestEverythingAtItsLimit(t *testing.T) {
	t.Parallel()
	metadata := fields{}
	for i := range 10 {
		name := fmt.Sprintf("name-%d", i)
		metadata[name] = strings.Repeat("v", 204-len(name))
	}
	p := planUpload(t, fields{"filename": strings.Repeat("é", 251) + ".png", "sha256": helloSHA256, "metadata": metadata})
	checkPlan(t, p)
	upload(t, p, "hello")
}
