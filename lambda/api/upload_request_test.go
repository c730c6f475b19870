package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"signpost/lambda/s3sign"
)

func TestPlanUploadAnswers(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	e := postEvent(goodFields().alter(fields{"metadata": fields{"Album": "2026"}}).String())
	a := planned(t, h, e)
	if body := handle(t, h, e).Body; !strings.Contains(body, "&X-Amz-Date=") {
		t.Errorf("the URL is not readable in the answer: %s", body)
	}
	for name, want := range map[string]string{
		"Content-Type":        "image/png",
		"Content-Disposition": "attachment; filename*=UTF-8''holiday%20in%20K%C3%B6ln.png",
		"If-None-Match":       "*",
		"x-amz-meta-album":    "2026",
	} {
		if a.Headers[name] != want {
			t.Errorf("header %s is %q, want %q", name, a.Headers[name], want)
		}
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	if u.Path != "/"+a.Key {
		t.Errorf("the URL's path is %s, the key %s", u.Path, a.Key)
	}
	prefix, rest := "uploads/"+testSub+"/", a.Key[min(len(a.Key), len("uploads/"+testSub+"/")):]
	id, name, _ := strings.Cut(rest, "/")
	if !strings.HasPrefix(a.Key, prefix) || len(id) != 26 || name != "holiday-in-Koln.png" {
		t.Errorf("key %s", a.Key)
	}
}

func TestBodyRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	good := goodFields().String()
	with := func(name, value string) string { return good[:len(good)-1] + `,"` + name + `":` + value + `}` }
	set := func(name string, value any) string { return goodFields().alter(fields{name: value}).String() }
	raw := func(name, value string) string { // one of the three required fields as written
		return strings.Replace(goodFields().alter(fields{name: "@"}).String(), `"@"`, value, 1)
	}
	for name, c := range map[string]struct {
		body   string
		status int
		code   Code
		field  string
		says   string
	}{
		"Empty":             {"", 400, InvalidJSON, "", "empty"},
		"OnlySpace":         {" \n ", 400, InvalidJSON, "", "empty"},
		"Array":             {"[]", 400, InvalidJSON, "", "must be a JSON object"},
		"Null":              {"null", 400, InvalidJSON, "", "must be a JSON object"},
		"String":            {`"x"`, 400, InvalidJSON, "", "must be a JSON object"},
		"Number":            {"1", 400, InvalidJSON, "", "must be a JSON object"},
		"Garbage":           {"filename=a", 400, InvalidJSON, "", "not valid JSON"},
		"Unfinished":        {good[:len(good)-1], 400, InvalidJSON, "", "ends too early"},
		"UnfinishedName":    {`{"filename`, 400, InvalidJSON, "", "not valid JSON"},
		"NameNoString":      {`{1:2}`, 400, InvalidJSON, "", "not valid JSON"},
		"TrailingComma":     {good[:len(good)-1] + ",}", 400, InvalidJSON, "", "not valid JSON"},
		"TrailingObject":    {good + good, 400, InvalidJSON, "", "goes on after"},
		"TrailingGarbage":   {good + "x", 400, InvalidJSON, "", "goes on after"},
		"TrailingBrace":     {good + "}", 400, InvalidJSON, "", "goes on after"},
		"ByteOrderMark":     {"\ufeff" + good, 400, InvalidJSON, "", "byte-order mark"},
		"InvalidUTF8":       {strings.Replace(good, "holiday", "\xff\xfe", 1), 400, InvalidJSON, "", "UTF-8"},
		"HalfSurrogate":     {strings.Replace(good, "holiday", `\ud83d`, 1), 400, InvalidJSON, "", "surrogate"},
		"LowSurrogate":      {strings.Replace(good, "holiday", `\uDE00`, 1), 400, InvalidJSON, "", "surrogate"},
		"HighThenOther":     {strings.Replace(good, "holiday", `\ud83d\u0041`, 1), 400, InvalidJSON, "", "surrogate"},
		"SingleQuotes":      {`{'filename':'a'}`, 400, InvalidJSON, "", "not valid JSON"},
		"Comment":           {"/* */" + good, 400, InvalidJSON, "", "not valid JSON"},
		"DeepNesting":       {with("metadata", strings.Repeat("[", 12000)+strings.Repeat("]", 12000)), 400, InvalidJSON, "", "not valid JSON"},
		"DeepUnknown":       {with("x", strings.Repeat(`{"a":`, 500)+"1"+strings.Repeat("}", 500)), 400, InvalidRequest, "x", "no field"},
		"Unknown":           {with("fileName", `"a"`), 400, InvalidRequest, "fileName", `no field "fileName"`},
		"UnknownEmptyName":  {with("", "1"), 400, InvalidRequest, "", `no field ""`},
		"UnknownLongName":   {with(strings.Repeat("n", 999), "1"), 400, InvalidRequest, strings.Repeat("n", 64) + "…", "no field"},
		"Twice":             {with("size", "1"), 400, InvalidRequest, "size", "given twice"},
		"TwiceByEscape":     {with(`\u0073ize`, "1"), 400, InvalidRequest, "size", "given twice"},
		"UnknownTwice":      {with("x", `1,"x":2`), 400, InvalidRequest, "x", "no field"},
		"WrongCase":         {strings.Replace(good, `"size"`, `"Size"`, 1), 400, InvalidRequest, "size", "required"},
		"NoFilename":        {set("filename", nil), 400, InvalidRequest, "filename", "required"},
		"EmptyFilename":     {set("filename", ""), 400, InvalidRequest, "filename", "empty"},
		"LongFilename":      {set("filename", strings.Repeat("😀", 256)), 400, InvalidRequest, "filename", "256 characters"},
		"NumberFilename":    {set("filename", 5), 400, InvalidRequest, "filename", "must be a string, not a number"},
		"NullFilename":      {raw("filename", "null"), 400, InvalidRequest, "filename", "not null"},
		"NoType":            {set("contentType", nil), 400, InvalidRequest, "contentType", "required"},
		"BadType":           {set("contentType", "png"), 400, InvalidRequest, "contentType", "not a media type"},
		"ArrayType":         {set("contentType", []int{}), 400, InvalidRequest, "contentType", "not an array"},
		"ForeignType":       {set("contentType", "application/zip"), 415, TypeNotAllowed, "contentType", "image/*, application/pdf, text/plain, video/mp4"},
		"FormData":          {set("contentType", "multipart/form-data; boundary=x"), 415, TypeNotAllowed, "contentType", "the file's bytes alone"},
		"NoSize":            {set("size", nil), 400, InvalidRequest, "size", "required"},
		"StringSize":        {set("size", "5"), 400, InvalidRequest, "size", "must be a number, not a string"},
		"TrueSize":          {set("size", true), 400, InvalidRequest, "size", "not a boolean"},
		"NullSize":          {raw("size", "null"), 400, InvalidRequest, "size", "not null"},
		"NegativeSize":      {raw("size", "-1"), 400, InvalidRequest, "size", "negative"},
		"FractionSize":      {raw("size", "1.5"), 400, InvalidRequest, "size", "whole number"},
		"ZeroFractionSize":  {raw("size", "12.0"), 400, InvalidRequest, "size", "whole number"},
		"ExponentSize":      {raw("size", "1e3"), 400, InvalidRequest, "size", "whole number"},
		"LeadingZeroSize":   {raw("size", "007"), 400, InvalidJSON, "", "not valid JSON"},
		"NaNSize":           {raw("size", "NaN"), 400, InvalidJSON, "", "not valid JSON"},
		"OneTooManyBytes":   {raw("size", "5368709121"), 413, SizeTooLarge, "size", "size 5368709121 is over this deployment's limit of 5368709120 bytes"},
		"MaxInt64Size":      {raw("size", "9223372036854775807"), 413, SizeTooLarge, "size", "9223372036854775807"},
		"Overflow63Size":    {raw("size", "9223372036854775808"), 413, SizeTooLarge, "size", "9223372036854775808"},
		"HugeSize":          {raw("size", strings.Repeat("9", 5000)), 413, SizeTooLarge, "size", "99…"},
		"HugeNegativeSize":  {raw("size", "-"+strings.Repeat("9", 50)), 400, InvalidRequest, "size", "negative"},
		"NumberSHA256":      {with("sha256", "5"), 400, InvalidRequest, "sha256", "must be a string"},
		"HexSHA256":         {with("sha256", `"`+strings.Repeat("e3", 32)+`"`), 400, InvalidRequest, "sha256", "hexadecimal"},
		"ShortSHA256":       {with("sha256", `"`+s3sign.EmptySHA256[:40]+`"`), 400, InvalidRequest, "sha256", "32 bytes"},
		"UnpaddedSHA256":    {with("sha256", `"`+s3sign.EmptySHA256[:43]+`"`), 400, InvalidRequest, "sha256", "base64"},
		"URLSafeSHA256":     {with("sha256", `"`+strings.ReplaceAll(s3sign.EmptySHA256, "/", "_")+`"`), 400, InvalidRequest, "sha256", "base64"},
		"BrokenLineSHA256":  {with("sha256", `"`+s3sign.EmptySHA256[:20]+`\n`+s3sign.EmptySHA256[20:]+`"`), 400, InvalidRequest, "sha256", "base64"},
		"LooseBitsSHA256":   {with("sha256", `"`+s3sign.EmptySHA256[:42]+`V="`), 400, InvalidRequest, "sha256", "base64"},
		"SHA256OfSomething": {goodFields().alter(fields{"size": 0, "sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="}).String(), 400, InvalidRequest, "sha256", "size is 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := refused(t, h, postEvent(c.body), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
			if len(r.Error.Message) > 1000 {
				t.Errorf("a message of %d bytes", len(r.Error.Message))
			}
		})
	}
}

func TestBodyAccepted(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	set := func(name string, value any) string { return goodFields().alter(fields{name: value}).String() }
	for name, body := range map[string]string{
		"LongestFilename":   set("filename", strings.Repeat("😀", 255)),
		"SpaceAnywhere":     " {\n\t\"size\"  :  5 ,\"contentType\":\t\"image/png\", \"filename\" : \"a\" } \r\n",
		"EscapedNames":      `{"\u0073ize":5,"contentType":"image\/png","filename":"a\u0000\ud83d\ude00"}`,
		"EscapedBackslash":  `{"size":5,"contentType":"image/png","filename":"\\ud83d"}`,
		"NoMetadata":        set("metadata", fields{}),
		"Checksum":          set("sha256", s3sign.EmptySHA256),
		"ParameterizedType": set("contentType", "text/plain; charset=utf-8"),
		"UpperCaseType":     set("contentType", "IMAGE/PNG"),
		"ReplacementRune":   set("filename", "\ufffd"),
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); planned(t, h, postEvent(body)) })
	}
}

func TestEveryProblemIsListedInOrder(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	body := `{"zeta":1,"metadata":{"a":1,"b c":"x"},"sha256":"x","size":-1,"contentType":"text/html","alpha":1}`
	r := refused(t, h, postEvent(body), 400, InvalidRequest, "filename")
	var got []string
	for _, p := range r.Error.Problems {
		if p.Message == "" {
			t.Errorf("a problem without a message: %+v", p)
		}
		got = append(got, p.Code+" "+p.Field)
	}
	want := "InvalidRequest filename,TypeNotAllowed contentType,InvalidRequest size,InvalidRequest sha256,InvalidRequest metadata,InvalidRequest metadata,InvalidRequest zeta,InvalidRequest alpha"
	if strings.Join(got, ",") != want {
		t.Errorf("problems\n got %s\nwant %s", strings.Join(got, ","), want)
	}
	if one := refused(t, h, postEvent(goodFields().alter(fields{"size": -1}).String()), 400, InvalidRequest, "size"); one.Error.Problems != nil {
		t.Errorf("a single problem is listed twice: %+v", one.Error.Problems)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	var body strings.Builder
	body.WriteString(`{"x":0`)
	for i := range 4000 {
		fmt.Fprintf(&body, `,"field%d":0`, i)
	}
	resp := handle(t, h, postEvent(body.String()+"}"))
	if resp.StatusCode != 400 || len(resp.Body) > 8<<10 {
		t.Errorf("status %d, answer of %d bytes", resp.StatusCode, len(resp.Body))
	}
}
