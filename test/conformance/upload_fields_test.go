package conformance_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	helloSHA256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
	emptySHA256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
)

// field is a case of one field of POST /uploads: what it is set to, and how that ends. Nil leaves it out.
type fieldCase struct {
	value any
	code  string // "" where it is taken
}

// checkField runs the cases of a field; the refusals must name it.
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
		"OKOneCharacter":        {"x", ""},
		"OKLongest":             {strings.Repeat("x", 255), ""},
		"OKLongestInCharacters": {strings.Repeat("é", 255), ""},
		"OKLongestBeyondBMP":    {strings.Repeat("🐈", 255), ""},
		"ErrMissing":            {nil, "InvalidRequest"},
		"ErrEmpty":              {"", "InvalidRequest"},
		"ErrTooLong":            {strings.Repeat("x", 256), "InvalidRequest"},
		"ErrTooLongBeyondBMP":   {strings.Repeat("🐈", 256), "InvalidRequest"},
		"ErrNumber":             {5, "InvalidRequest"},
		"ErrArray":              {[]string{"cat.png"}, "InvalidRequest"},
		"ErrObject":             {fields{"name": "cat.png"}, "InvalidRequest"},
		"ErrBoolean":            {true, "InvalidRequest"},
	})
}

func TestContentType(t *testing.T) {
	checkField(t, "contentType", map[string]fieldCase{
		"OK":                {"image/png", ""},
		"OKOtherImage":      {"image/x-anything", ""},
		"OKNamedInFull":     {"application/pdf", ""},
		"OKUpperCase":       {"IMAGE/PNG", ""},
		"OKParameter":       {"image/png; q=1", ""},
		"OKQuotedParameter": {`image/png;name="a b;c"`, ""},
		"ErrMissing":        {nil, "InvalidRequest"},
		"OKEmpty":           {"", ""}, // cat.png tells
		"OKOctetStream":     {"application/octet-stream", ""},
		"OKSpace":           {" image/png", ""},
		"OKAnotherName":     {"image/jpg", ""},
		"OKUnquotedComma":   {"image/png;a=b,c", ""}, // as in MediaRecorder's video/webm;codecs=vp8,opus
		"ErrNumber":         {5, "InvalidRequest"},
		"ErrNoSubtype":      {"image", "InvalidRequest"},
		"ErrEmptySubtype":   {"image/", "InvalidRequest"},
		"ErrEmptyKind":      {"/png", "InvalidRequest"},
		"ErrWildcard":       {"image/*", "InvalidRequest"},
		"ErrTwo":            {"image/png, text/html", "InvalidRequest"},
		"ErrLineBreak":      {"image/png\r\nx-amz-acl: public-read", "InvalidRequest"},
		"ErrControl":        {"image/p\x00ng", "InvalidRequest"},
		"ErrNotASCII":       {"image/pñg", "InvalidRequest"},
		"ErrTooLong":        {"image/" + strings.Repeat("x", 300), "InvalidRequest"},
		"ErrNotAllowed":     {"application/x-msdownload", "TypeNotAllowed"},
		"ErrUnknown":        {"image/unknown", "TypeNotAllowed"},
		"ErrSVG":            {"image/svg+xml", "TypeNotAllowed"},
		"ErrSVGParameter":   {"image/svg+xml;charset=utf-8", "TypeNotAllowed"},
		"ErrSVGUpperCase":   {"image/SVG+XML", "TypeNotAllowed"},
		"ErrSVGAnotherName": {"image/svg", "TypeNotAllowed"},
		"ErrOtherXML":       {"image/x+xml", "TypeNotAllowed"},
		"ErrHTML":           {"text/html", "TypeNotAllowed"},
		"ErrXHTML":          {"application/xhtml+xml", "TypeNotAllowed"},
		"ErrScript":         {"text/javascript", "TypeNotAllowed"},
	})
}

func TestFormDataIsExplained(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"multipart/form-data", "multipart/form-data; boundary=x", "Multipart/Form-Data"} {
		e := refused(t, uploads(t, fields{"contentType": contentType}), "TypeNotAllowed", "contentType")
		if !strings.Contains(e.Message, "boundaries") || !strings.Contains(e.Message, "the file's own type") {
			t.Errorf("the message explains nothing: %s", e.Message)
		}
	}
}

func TestSize(t *testing.T) {
	checkField(t, "size", map[string]fieldCase{
		"OKZero":       {0, ""},
		"OKOne":        {1, ""},
		"OKMany":       {int64(100 << 20), ""}, // more may be a multipart upload's
		"ErrOverS3":    {int64(1 << 50), "SizeTooLarge"},
		"ErrOverInt64": {raw("9223372036854775808"), "SizeTooLarge"},
		"ErrHuge":      {raw("1" + strings.Repeat("0", 400)), "SizeTooLarge"},
		"ErrMissing":   {nil, "InvalidRequest"},
		"ErrNegative":  {-1, "InvalidRequest"},
		"ErrFraction":  {1.5, "InvalidRequest"},
		"ErrExponent":  {raw("1e3"), "InvalidRequest"},
		"ErrPointZero": {raw("5.0"), "InvalidRequest"},
		"ErrText":      {"5", "InvalidRequest"},
		"ErrBoolean":   {true, "InvalidRequest"},
		"ErrArray":     {[]int{5}, "InvalidRequest"},
	})
}

// TestSizeLimit takes the deployment's limit from where it tells it.
func TestSizeLimit(t *testing.T) {
	t.Parallel()
	e := refused(t, uploads(t, fields{"size": int64(1 << 50)}), "SizeTooLarge", "size")
	m := regexp.MustCompile(`limit of (\d+) bytes`).FindStringSubmatch(e.Message)
	if m == nil {
		t.Fatalf("the message does not tell the limit: %s", e.Message)
	}
	limit, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	planned(t, uploads(t, fields{"size": limit}), 201)
	refused(t, uploads(t, fields{"size": limit + 1}), "SizeTooLarge", "size")
}

func TestSHA256(t *testing.T) {
	checkField(t, "sha256", map[string]fieldCase{
		"OK":             {helloSHA256, ""},
		"OKMissing":      {nil, ""},
		"ErrEmpty":       {"", "InvalidRequest"},
		"ErrNumber":      {5, "InvalidRequest"},
		"ErrNotBase64":   {strings.Repeat("!", 44), "InvalidRequest"},
		"ErrHexadecimal": {"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "InvalidRequest"},
		"ErrNoPadding":   {strings.TrimSuffix(helloSHA256, "="), "InvalidRequest"},
		"ErrURLAlphabet": {strings.NewReplacer("+", "-", "/", "_").Replace(helloSHA256), "InvalidRequest"},
		"ErrLineBreak":   {helloSHA256 + "\n", "InvalidRequest"},
		"ErrNotTheOne":   {strings.TrimSuffix(helloSHA256, "Q=") + "R=", "InvalidRequest"}, // the same bytes, written otherwise
		"ErrMD5":         {"XUFAKrxLKna5cZ2REBfFkg==", "InvalidRequest"},
		"ErrSHA512":      {strings.Repeat("A", 86) + "==", "InvalidRequest"},
	})
}

func TestSHA256OfAnEmptyFile(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		upload(t, planUpload(t, fields{"size": 0, "sha256": emptySHA256}), "")
	})
	t.Run("ErrOfAnotherFile", func(t *testing.T) {
		refused(t, uploads(t, fields{"size": 0, "sha256": helloSHA256}), "InvalidRequest", "sha256")
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
		"OK":                 {fields{"album": "2026"}, ""},
		"OKNone":             {fields{}, ""},
		"OKMissing":          {nil, ""},
		"OKUpperCase":        {fields{"Album": "2026"}, ""},
		"OKNotASCII":         {fields{"album": "Köln 🐈"}, ""},
		"OKPunctuation":      {fields{"a-b_c.d": `x"y,z=;:'`}, ""},
		"OKMostEntries":      {entries(10), ""},
		"OKMostBytes":        {sized(2048), ""},
		"ErrTooManyEntries":  {entries(11), invalid},
		"ErrTooManyBytes":    {sized(2049), invalid},
		"ErrTooLongEncoded":  {fields{"a": strings.Repeat("ö", 1000)}, invalid}, // 2001 bytes, more as they are sent
		"ErrArray":           {[]string{"a"}, invalid},
		"ErrText":            {"album", invalid},
		"ErrValueNumber":     {fields{"album": 2026}, invalid},
		"ErrValueObject":     {fields{"album": fields{}}, invalid},
		"ErrValueNull":       {raw(`{"album":null}`), invalid},
		"ErrValueEmpty":      {fields{"album": ""}, invalid},
		"ErrValueSpaces":     {fields{"album": " 2026"}, invalid},
		"ErrValueLineBreak":  {fields{"album": "x\r\nx-amz-acl: public-read"}, invalid},
		"ErrValueControl":    {fields{"album": "a\x00b"}, invalid},
		"ErrNameEmpty":       {fields{"": "x"}, invalid},
		"ErrNameSpace":       {fields{"a b": "x"}, invalid},
		"ErrNameColon":       {fields{"a:b": "x"}, invalid},
		"ErrNameLineBreak":   {fields{"a\r\nb": "x"}, invalid},
		"ErrNameNotASCII":    {fields{"äöü": "x"}, invalid},
		"ErrNameTooLong":     {fields{strings.Repeat("a", 129): "x"}, invalid},
		"ErrNameTwice":       {raw(`{"a":"x","a":"y"}`), invalid},
		"ErrNameTwiceByCase": {raw(`{"a":"x","A":"y"}`), invalid},
	})
}

// TestEverythingAtItsLimit plans and uploads what is longest in every field together: a header or a URL of it must not
// be too long for S3.
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
