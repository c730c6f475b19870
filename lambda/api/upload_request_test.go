package api

import (
	"strings"
	"testing"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
)

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
		"TrailingObject":    {good + good, 400, InvalidJSON, "", "continues after"},
		"TrailingGarbage":   {good + "x", 400, InvalidJSON, "", "continues after"},
		"TrailingBrace":     {good + "}", 400, InvalidJSON, "", "continues after"},
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
		"FormData":          {set("contentType", "multipart/form-data; boundary=x"), 415, TypeNotAllowed, "contentType", "only the file's bytes"},
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

func TestQueryRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	type query = map[string][]string
	for name, c := range map[string]struct {
		query  query
		status int
		code   Code
		field  string
		says   string
	}{
		"Nothing":      {nil, 400, InvalidRequest, "key", "required"},
		"NoKey":        {query{"size": {"5"}}, 400, InvalidRequest, "key", "required"},
		"NoValues":     {query{"key": {}}, 400, InvalidRequest, "key", "required"},
		"EmptyKey":     {query{"key": {""}}, 400, InvalidRequest, "key", "empty"},
		"LongKey":      {query{"key": {strings.Repeat("ä", 256)}}, 400, InvalidRequest, "key", "256 characters"},
		"InvalidKey":   {query{"key": {"\xff.png"}}, 400, InvalidRequest, "key", "UTF-8"},
		"KeyTwice":     {query{"key": {"a.png", "b.png"}}, 400, InvalidRequest, "key", "given twice"},
		"SizeTwice":    {query{"key": {"a.png"}, "size": {"1", "1"}}, 400, InvalidRequest, "size", "given twice"},
		"TypeTwice":    {query{"key": {"a.png"}, "contentType": {"image/png", "image/png"}}, 400, InvalidRequest, "contentType", "given twice"},
		"Unknown":      {query{"key": {"a.png"}, "filename": {"b"}}, 400, InvalidRequest, "filename", "no parameter"},
		"WrongCase":    {query{"Key": {"a.png"}}, 400, InvalidRequest, "key", "required"},
		"Signature":    {query{"key": {"a.png"}, "X-Amz-Signature": {"0"}}, 400, InvalidRequest, "X-Amz-Signature", "no parameter"},
		"EmptyRefused": {query{"key": {"a.svg"}, "contentType": {""}}, 415, TypeNotAllowed, "contentType", "image/svg+xml can carry script"},
		"ForeignType":  {query{"key": {"a.png"}, "contentType": {"text/html"}}, 415, TypeNotAllowed, "contentType", "allowed: image/*"},
		"GuessRefused": {query{"key": {"a.exe"}}, 415, TypeNotAllowed, "contentType", "guessed from the file name"},
		"GuessSVG":     {query{"key": {"a.svg"}}, 415, TypeNotAllowed, "contentType", "script"},
		"FormData":     {query{"key": {"a.png"}, "contentType": {"multipart/form-data"}}, 415, TypeNotAllowed, "contentType", "only the file's bytes"},
		"EmptySize":    {query{"key": {"a.png"}, "size": {""}}, 400, InvalidRequest, "size", "whole number"},
		"SignedSize":   {query{"key": {"a.png"}, "size": {"+5"}}, 400, InvalidRequest, "size", "whole number"},
		"SpacedSize":   {query{"key": {"a.png"}, "size": {" 5"}}, 400, InvalidRequest, "size", "whole number"},
		"HexSize":      {query{"key": {"a.png"}, "size": {"0x5"}}, 400, InvalidRequest, "size", "whole number"},
		"OctalSize":    {query{"key": {"a.png"}, "size": {"05"}}, 400, InvalidRequest, "size", "whole number"},
		"FractionSize": {query{"key": {"a.png"}, "size": {"5.0"}}, 400, InvalidRequest, "size", "whole number"},
		"ArabicSize":   {query{"key": {"a.png"}, "size": {"٥"}}, 400, InvalidRequest, "size", "whole number"},
		"NegativeSize": {query{"key": {"a.png"}, "size": {"-5"}}, 400, InvalidRequest, "size", "negative"},
		"MinusSize":    {query{"key": {"a.png"}, "size": {"-"}}, 400, InvalidRequest, "size", "whole number"},
		"TooLarge":     {query{"key": {"a.png"}, "size": {"5368709121"}}, 413, SizeTooLarge, "size", "5368709120"},
		"Overflow":     {query{"key": {"a.png"}, "size": {"18446744073709551616"}}, 413, SizeTooLarge, "size", "5368709120"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := refused(t, h, getEvent(c.query), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}

func TestPlanInPartsRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts)
	large := goodFields().alter(fields{"size": 5*mib + 1})
	for name, c := range map[string]struct {
		body   string
		status int
		code   Code
		field  string
		says   string
	}{
		"SHA256OfTheWhole":    {large.alter(fields{"sha256": s3sign.EmptySHA256}).String(), 400, InvalidRequest, "sha256", "set partChecksums to true"},
		"SHA256BesidesParts":  {large.alter(fields{"sha256": s3sign.EmptySHA256, "partChecksums": true}).String(), 400, InvalidRequest, "sha256", "in parts"},
		"StringPartChecksums": {large.alter(fields{"partChecksums": "true"}).String(), 400, InvalidRequest, "partChecksums", "true or false, not a string"},
		"NumberPartChecksums": {large.alter(fields{"partChecksums": 1}).String(), 400, InvalidRequest, "partChecksums", "not a number"},
		"OverS3sLimit":        {large.alter(fields{"size": int64(config.MaxObjectSize) + 1}).String(), 413, SizeTooLarge, "size", "53687091200000"},
	} {
		t.Run(name, func(t *testing.T) {
			r := refused(t, h, postEvent(c.body), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}
