package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// partsBody is a good body of POST /uploads/parts for an upload of this size, which need not have begun: the server
// looks at nothing but the key. The changed fields stand in place of its own; nil leaves one out.
func partsBody(t *testing.T, size int64, checksums bool, changed fields) fields {
	t.Helper()
	p := planUpload(t, fields{"size": size, "partChecksums": checksums})
	body := fields{"key": p.Key, "uploadId": "x", "parts": []fields{{"partNumber": 1}}}
	maps.Copy(body, changed)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	return body
}

// partsCase is a body of POST /uploads/parts, changed, and how that ends.
type partsCase struct {
	changed     fields
	code, field string // "" where it is taken
}

func checkPartsCases(t *testing.T, checksums bool, cases map[string]partsCase) {
	t.Helper()
	t.Parallel()
	inParts(t)
	size := threshold(t) + 1
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := parts(t, partsBody(t, size, checksums, c.changed))
			if c.code != "" {
				refused(t, a, c.code, c.field)
			} else if a.status != 200 {
				t.Errorf("status %d: %.500s", a.status, withoutQuery(string(a.body)))
			}
		})
	}
}

// numbered are entries for these part numbers.
func numbered(numbers ...int) []fields {
	entries := []fields{}
	for _, n := range numbers {
		entries = append(entries, fields{"partNumber": n})
	}
	return entries
}

func TestParts(t *testing.T) {
	inParts(t)
	many := make([]int, 101)
	for i := range many {
		many[i] = i + 1
	}
	last := int((threshold(t) + partSize) / partSize)
	one := func(entry string) fields { return fields{"parts": raw("[" + entry + "]")} }
	checkPartsCases(t, false, map[string]partsCase{
		"OKNone":           {fields{"parts": numbered()}, "", ""},
		"OKAnyOrder":       {fields{"parts": numbered(3, 1, last)}, "", ""},
		"ErrZero":          {fields{"parts": numbered(0)}, "InvalidPart", "parts"},
		"ErrNegative":      {fields{"parts": numbered(-1)}, "InvalidPart", "parts"},
		"ErrBehindTheLast": {fields{"parts": numbered(last + 1)}, "InvalidPart", "parts"},
		"ErrFarBehind":     {fields{"parts": numbered(10_001)}, "InvalidPart", "parts"},
		"ErrOverInt64":     {one(`{"partNumber":18446744073709551617}`), "InvalidPart", "parts"},
		"ErrFraction":      {one(`{"partNumber":1.5}`), "InvalidPart", "parts"},
		"ErrPointZero":     {one(`{"partNumber":1.0}`), "InvalidPart", "parts"},
		"ErrExponent":      {one(`{"partNumber":1e0}`), "InvalidPart", "parts"},
		"ErrText":          {one(`{"partNumber":"1"}`), "InvalidRequest", "parts"},
		"ErrNullNumber":    {one(`{"partNumber":null}`), "InvalidRequest", "parts"},
		"ErrNoNumber":      {one(`{}`), "InvalidRequest", "parts"},
		"ErrNumberTwice":   {one(`{"partNumber":1,"partNumber":2}`), "InvalidRequest", "parts"},
		"ErrOwnSize":       {one(`{"partNumber":1,"size":99999999}`), "InvalidRequest", "parts"},
		"ErrByCase":        {one(`{"PartNumber":1}`), "InvalidRequest", "parts"},
		"ErrNotAnObject":   {one(`1`), "InvalidRequest", "parts"},
		"ErrNullEntry":     {one(`null`), "InvalidRequest", "parts"},
		"ErrArrayEntry":    {one(`[1]`), "InvalidRequest", "parts"},
		"ErrTwice":         {fields{"parts": numbered(1, 2, 1)}, "InvalidPart", "parts"},
		"ErrTooMany":       {fields{"parts": numbered(many...)}, "InvalidRequest", "parts"},
		"ErrMissing":       {fields{"parts": nil}, "InvalidRequest", "parts"},
		"ErrNull":          {fields{"parts": raw("null")}, "InvalidRequest", "parts"},
		"ErrObject":        {fields{"parts": fields{"partNumber": 1}}, "InvalidRequest", "parts"},
		"ErrSHA256":        {fields{"parts": []fields{{"partNumber": 1, "sha256": helloSHA256}}}, "InvalidPart", "parts"}, // not declared

		"ErrListAfterNegative":  {fields{"listAfter": -1}, "InvalidRequest", "listAfter"},
		"ErrListAfterTooLarge":  {fields{"listAfter": 10_001}, "InvalidRequest", "listAfter"},
		"ErrListAfterText":      {fields{"listAfter": "1"}, "InvalidRequest", "listAfter"},
		"ErrListAfterFraction":  {fields{"listAfter": 1.5}, "InvalidRequest", "listAfter"},
		"ErrUnknownField":       {fields{"size": 5}, "InvalidRequest", "size"},
		"ErrUnknownByCase":      {fields{"uploadID": "x"}, "InvalidRequest", "uploadID"},
		"ErrUnknownPrototype":   {fields{"__proto__": fields{}}, "InvalidRequest", "__proto__"},
		"ErrUploadIDMissing":    {fields{"uploadId": nil}, "InvalidRequest", "uploadId"},
		"ErrUploadIDEmpty":      {fields{"uploadId": ""}, "InvalidRequest", "uploadId"},
		"ErrUploadIDNumber":     {fields{"uploadId": 5}, "InvalidRequest", "uploadId"},
		"ErrUploadIDSpace":      {fields{"uploadId": "a b"}, "InvalidRequest", "uploadId"},
		"ErrUploadIDLineBreak":  {fields{"uploadId": "x\r\nx-amz-acl: public-read"}, "InvalidRequest", "uploadId"},
		"ErrUploadIDNotASCII":   {fields{"uploadId": "ü"}, "InvalidRequest", "uploadId"},
		"ErrUploadIDTooLong":    {fields{"uploadId": strings.Repeat("x", 1025)}, "InvalidRequest", "uploadId"},
		"OKUploadIDLongest":     {fields{"uploadId": strings.Repeat("x", 1024)}, "", ""},
		"OKUploadIDPunctuation": {fields{"uploadId": "a&partNumber=9#?%2F/../=+~"}, "", ""},
	})
}

func TestPartsWithChecksums(t *testing.T) {
	sum := func(value any) fields { return fields{"parts": []fields{{"partNumber": 1, "sha256": value}}} }
	checkPartsCases(t, true, map[string]partsCase{
		"OK":             {sum(helloSHA256), "", ""},
		"OKNone":         {fields{"parts": numbered()}, "", ""},
		"ErrMissing":     {fields{"parts": numbered(1)}, "InvalidPart", "parts"},
		"ErrOneMissing":  {fields{"parts": []fields{{"partNumber": 1, "sha256": helloSHA256}, {"partNumber": 2}}}, "InvalidPart", "parts"},
		"ErrEmpty":       {sum(""), "InvalidRequest", "parts"},
		"ErrNull":        {sum(nil), "InvalidPart", "parts"}, // as left out
		"ErrNumber":      {sum(5), "InvalidRequest", "parts"},
		"ErrHexadecimal": {sum(strings.Repeat("0", 64)), "InvalidRequest", "parts"},
		"ErrMD5":         {sum("XUFAKrxLKna5cZ2REBfFkg=="), "InvalidRequest", "parts"},
		"ErrLineBreak":   {sum(helloSHA256 + "\n"), "InvalidRequest", "parts"},
	})
}

// TestPartsKey: whose upload it is, and how large, is the key's to say, so only a key as it was given out is taken.
func TestPartsKey(t *testing.T) {
	t.Parallel()
	inParts(t)
	size, limit := threshold(t)+1, sizeLimit(t)
	own := planUpload(t, fields{"size": size}).Key
	foreign := planned(t, uploads(t, fields{"size": size}, as(grace)), 201).Key
	digits := strconv.FormatInt(size, 36)
	sized := func(memory string) string { return strings.Replace(own, "-"+digits+"/", memory+"/", 1) }
	if sized("-1") == own {
		t.Fatalf("the key %q does not carry the size", own)
	}
	cases := map[string]struct{ key, code string }{
		"OK":                {own, ""},
		"ErrOtherUser":      {foreign, "Forbidden"},
		"ErrOtherSub":       {strings.Replace(own, ada.sub, grace.sub, 1), "Forbidden"},
		"ErrInOnePiece":     {planUpload(t, nil).Key, "InvalidKey"},
		"ErrNoSize":         {sized(""), "InvalidKey"},
		"ErrSizeEmpty":      {sized("-"), "InvalidKey"},
		"ErrSizeZero":       {sized("-0"), "InvalidKey"},
		"ErrSizeOnePart":    {sized("-" + strconv.FormatInt(5<<20, 36)), "InvalidKey"},
		"ErrSizeZeroBefore": {sized("-0" + digits), "InvalidKey"},
		"ErrSizePlus":       {sized("-+" + digits), "InvalidKey"},
		"ErrSizeMinus":      {sized("--" + digits), "InvalidKey"},
		"ErrSizeUpperCase":  {sized("-" + strings.ToUpper(strconv.FormatInt(size|0xffffff, 36))), "InvalidKey"},
		"ErrSizeOverInt64":  {sized("-" + strings.Repeat("z", 20)), "InvalidKey"},
		"ErrSizeOverS3":     {sized("-" + strconv.FormatInt(10_000*5<<30+1, 36)), "InvalidKey"},
		"ErrSizeOverLimit":  {sized("-" + strconv.FormatInt(limit+1, 36)), "SizeTooLarge"},
		"ErrMark":           {sized("-" + digits + "-sha1"), "InvalidKey"},
		"ErrMarkTwice":      {sized("-" + digits + "-sha256-sha256"), "InvalidKey"},
		"ErrEmpty":          {"", "InvalidKey"},
		"ErrPrefixAlone":    {"uploads/", "InvalidKey"},
		"ErrOutsidePrefix":  {strings.TrimPrefix(own, "uploads/"), "InvalidKey"},
		"ErrOtherPrefix":    {"public" + strings.TrimPrefix(own, "uploads"), "InvalidKey"},
		"ErrSlashBefore":    {"/" + own, "InvalidKey"},
		"ErrTraversal":      {"uploads/../" + own, "InvalidKey"},
		"ErrTraversalToIt":  {strings.Replace(own, ada.sub, ada.sub+"/../"+grace.sub, 1), "InvalidKey"},
		"ErrDotsForSub":     {strings.Replace(own, ada.sub, "..", 1), "InvalidKey"},
		"ErrNoSub":          {strings.Replace(own, ada.sub, "", 1), "InvalidKey"},
		"ErrEscaped":        {strings.ReplaceAll(own, "/", "%2F"), "InvalidKey"},
		"ErrBelow":          {own + "/x", "InvalidKey"},
		"ErrFolder":         {own[:strings.LastIndexByte(own, '/')+1], "InvalidKey"},
		"ErrHiddenName":     {strings.Replace(own, "cat.png", ".png", 1), "InvalidKey"},
		"ErrQuery":          {own + "?uploads", "InvalidKey"},
		"ErrLineBreak":      {own + "\n", "InvalidKey"},
		"ErrNUL":            {own + "\x00", "InvalidKey"},
		"ErrNotASCII":       {own + "ü", "InvalidKey"},
		"ErrTooLong":        {own + strings.Repeat("x", 1024), "InvalidKey"},
		"ErrLowerCaseID":    {strings.ToLower(own), "InvalidKey"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := parts(t, fields{"key": c.key, "uploadId": "x", "parts": numbered(1)})
			if c.code == "" {
				checkParts(t, a, c.key, "x", size, 1)
				return
			}
			refused(t, a, c.code, "key")
		})
	}
	for name, value := range map[string]any{"ErrMissing": nil, "ErrNumber": 5, "ErrNull": raw("null"), "ErrArray": []string{own}} {
		t.Run(name, func(t *testing.T) {
			refused(t, parts(t, partsBody(t, size, false, fields{"key": value})), "InvalidRequest", "key")
		})
	}
	for _, u := range []user{ada, grace} { // each has the own one, and only that
		t.Run("OKOwn "+u.sub, func(t *testing.T) {
			mine, others := own, foreign
			if u == grace {
				mine, others = others, mine
			}
			checkParts(t, parts(t, fields{"key": mine, "uploadId": "x", "parts": numbered(1)}, as(u)), mine, "x", size, 1)
			refused(t, parts(t, fields{"key": others, "uploadId": "x", "parts": numbered(1)}, as(u)), "Forbidden", "key")
		})
	}
}

// TestPartsAtOnce asks for as many parts of the largest file as one answer may have.
func TestPartsAtOnce(t *testing.T) {
	t.Parallel()
	inParts(t)
	size := sizeLimit(t)
	p := planUpload(t, fields{"size": size})
	var numbers []int64
	for n := p.Multipart.PartCount; n > max(0, p.Multipart.PartCount-100); n-- {
		numbers = append(numbers, n)
	}
	var entries []fields
	for _, n := range numbers {
		entries = append(entries, fields{"partNumber": n})
	}
	checkParts(t, parts(t, fields{"key": p.Key, "uploadId": "x", "parts": entries}), p.Key, "x", size, numbers...)
}

// TestListAfter: the marker is in the signed request, so that S3 goes on from there.
func TestListAfter(t *testing.T) {
	t.Parallel()
	s := begin(t, ada, false)
	a := s.ask(t, s.last())
	if a.List == nil {
		refused(t, parts(t, fields{"key": s.plan.Key, "uploadId": s.id, "parts": numbered(), "listAfter": 1}), "InvalidRequest", "listAfter")
		return
	}
	s.send(t, a.Parts[0])
	for after, want := range map[int64]int{0: 1, s.last() - 1: 1, s.last(): 0} {
		answer := parts(t, fields{"key": s.plan.Key, "uploadId": s.id, "parts": numbered(), "listAfter": after})
		var body partsAnswer
		if err := json.Unmarshal(answer.body, &body); err != nil || body.List == nil {
			t.Fatalf("status %d: no list (%v): %.300s", answer.status, err, withoutQuery(string(answer.body)))
		}
		list := body.List
		u, err := url.Parse(list.URL)
		if err != nil {
			t.Fatal("the URL does not parse")
		}
		if got := u.Query().Get("part-number-marker"); got != map[bool]string{true: "", false: fmt.Sprint(after)}[after == 0] {
			t.Errorf("after %d: part-number-marker is %q", after, got)
		}
		if got := listed(t, *list); len(got) != want || !slices.ContainsFunc(got, func(p listedPart) bool { return p.PartNumber == s.last() }) && want > 0 {
			t.Errorf("after %d: S3 lists %+v", after, got)
		}
	}
}
