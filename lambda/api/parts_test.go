package api

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

const testUploadID = "VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA"

// partsKey returns a key of the caller's own, for a file of size bytes.
func partsKey(size int64, checksums bool) string {
	return "uploads/" + testSub + "/" + testID + keySuffix(size, checksums) + "/film.mp4"
}

func partsFor(key string, parts ...fields) fields {
	if parts == nil {
		parts = []fields{}
	}
	return fields{"key": key, "uploadId": testUploadID, "parts": parts}
}

func numbered(numbers ...int64) []fields {
	list := []fields{}
	for _, n := range numbers {
		list = append(list, fields{"partNumber": n})
	}
	return list
}

// mustBeAbout checks what S3 reads in a signed request of an upload.
func mustBeAbout(t *testing.T, a *signedAnswer, method, key string, size int, query url.Values, headers map[string]string) {
	t.Helper()
	if a == nil {
		t.Fatal("it is missing")
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	got := u.Query()
	for name := range got {
		if strings.HasPrefix(name, "X-Amz-") {
			got.Del(name)
		}
	}
	query.Set("uploadId", testUploadID)
	if a.Method != method || u.Path != "/"+key || got.Encode() != query.Encode() {
		t.Errorf("%s %s with %s\nwant %s %s with %s", a.Method, u.Path, got.Encode(), method, key, query.Encode())
	}
	want := []string{"host"}
	if size > 0 {
		want = append(want, "content-length")
	}
	for name, value := range headers {
		if a.Headers[name] != value {
			t.Errorf("header %s is %q, want %q", name, a.Headers[name], value)
		}
		want = append(want, strings.ToLower(name))
	}
	slices.Sort(want)
	if got := s3signtest.SignedHeaders(a.URL); !slices.Equal(got, want) || a.Headers == nil || len(a.Headers) != len(headers) {
		t.Errorf("signed headers %v, want %v; to set by hand %v", got, want, a.Headers)
	}
	mustBeSigned(t, *a, size)
}

func TestSignPartsAnswers(t *testing.T) {
	t.Parallel()
	const size = 11<<20 + 7 // two parts of 5 MiB and 1 MiB + 7
	complete := map[string]string{"Content-Type": "application/xml", "If-None-Match": "*", "x-amz-mp-object-size": fmt.Sprint(size)}
	for name, change := range map[string]func(*deployment){"Strict": inParts, "Resumable": resumable} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, j := newTestHandler(t, change)
			key := partsKey(size, false)
			var a partsAnswer
			answered(t, h, partsEvent(partsFor(key, numbered(3, 1, 2)...).String()), 200, &a)
			if len(a.Parts) != 3 || a.ExpiresIn != 600 || a.ExpiresAt != "2026-08-18T10:10:00Z" {
				t.Fatalf("%+v", a)
			}
			for i, want := range []struct{ number, size int64 }{{3, 1<<20 + 7}, {1, 5 << 20}, {2, 5 << 20}} {
				p := a.Parts[i]
				if p.PartNumber != want.number || p.Size != want.size {
					t.Errorf("part %d of %d bytes, want %d of %d", p.PartNumber, p.Size, want.number, want.size)
				}
				mustBeAbout(t, &p.signedAnswer, "PUT", key, int(want.size), url.Values{"partNumber": {fmt.Sprint(want.number)}}, nil)
			}
			mustBeAbout(t, a.Complete, "POST", key, 0, url.Values{}, complete)
			if name == "Strict" {
				if a.List != nil || a.Abort != nil {
					t.Errorf("list and abort are handed out to a role that may do neither")
				}
			} else {
				mustBeAbout(t, a.List, "GET", key, 0, url.Values{"max-parts": {"1000"}}, nil)
				mustBeAbout(t, a.Abort, "DELETE", key, 0, url.Values{}, nil)
			}
			if line := j.lines(t)[0]; line["key"] != key || line["size"] != float64(size) {
				t.Errorf("logged as %v", line)
			}
		})
	}
}

func TestSignPartsOfSeveralKinds(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, resumable)
	t.Run("None", func(t *testing.T) {
		e := partsEvent(partsFor(partsKey(6<<20, false)).String())
		if body := handle(t, h, e).Body; !strings.Contains(body, `"parts":[]`) {
			t.Errorf("parts isn't an empty array: %s", body)
		}
	})
	t.Run("Checksums", func(t *testing.T) {
		var a partsAnswer
		key := partsKey(6<<20, true)
		answered(t, h, partsEvent(partsFor(key, fields{"partNumber": 1, "sha256": s3sign.EmptySHA256}).String()), 200, &a)
		mustBeAbout(t, &a.Parts[0].signedAnswer, "PUT", key, 5<<20, url.Values{"partNumber": {"1"}}, map[string]string{"x-amz-checksum-sha256": s3sign.EmptySHA256})
	})
	t.Run("Hundred", func(t *testing.T) {
		var a partsAnswer
		var numbers []int64
		for n := range int64(100) {
			numbers = append(numbers, 10_000-n)
		}
		e := partsEvent(partsFor(partsKey(config.MaxObjectSize, false), numbered(numbers...)...).String())
		answered(t, h, e, 200, &a)
		if len(a.Parts) != 100 || a.Parts[0].Size != 5<<30 || a.Parts[0].PartNumber != 10_000 {
			t.Errorf("%d parts, the first %+v", len(a.Parts), a.Parts[0])
		}
		if n := len(handle(t, h, e).Body); n > 200<<10 {
			t.Errorf("an answer of %d bytes", n)
		}
	})
	t.Run("ListFurther", func(t *testing.T) {
		var a partsAnswer
		key := partsKey(config.MaxObjectSize, false)
		answered(t, h, partsEvent(partsFor(key).alter(fields{"listAfter": 10_000}).String()), 200, &a)
		mustBeAbout(t, a.List, "GET", key, 0, url.Values{"max-parts": {"1000"}, "part-number-marker": {"10000"}}, nil)
	})
	t.Run("AnyUploadID", func(t *testing.T) {
		for _, id := range []string{"a", strings.Repeat("~", 1024), "a/b+c==&d=e?f#g%20", `"`} {
			var a partsAnswer
			answered(t, h, partsEvent(partsFor(partsKey(6<<20, false)).alter(fields{"uploadId": id}).String()), 200, &a)
			if u, err := url.Parse(a.Complete.URL); err != nil || u.Query().Get("uploadId") != id {
				t.Errorf("%q became %s, %v", id, a.Complete.URL, err)
			}
			mustBeSigned(t, *a.Complete, 0)
		}
	})
}

func TestPartsRefused(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, inParts)
	const size = 11<<20 + 7 // three parts
	key := partsKey(size, false)
	good := partsFor(key, numbered(1)...)
	parts := func(text string) string { return `{"key":"` + key + `","uploadId":"x","parts":` + text + `}` }
	number := func(text string) string { return parts(`[{"partNumber":` + text + `}]`) }
	many := strings.TrimSuffix(strings.Repeat(`{"partNumber":1},`, 101), ",")
	type refusedCase struct {
		body   string
		status int
		code   Code
		field  string
		says   string
	}
	for name, c := range map[string]refusedCase{
		"NestedParts":      {parts(strings.Repeat("[", 500) + strings.Repeat("]", 500)), 400, InvalidRequest, "parts", "parts[0] must be an object, not an array"},
		"Unknown":          {good.alter(fields{"size": 5}).String(), 400, InvalidRequest, "size", "no field"},
		"PartsTwice":       {parts(`[],"parts":[]`), 400, InvalidRequest, "parts", "given twice"},
		"NoKey":            {good.alter(fields{"key": nil}).String(), 400, InvalidRequest, "key", "required"},
		"MalformedKey":     {good.alter(fields{"key": "film.mp4"}).String(), 400, InvalidKey, "key", "uploads/<sub>/<id>/<name>"},
		"KeyOfOnePut":      {good.alter(fields{"key": ownTestKey("film.mp4")}).String(), 400, InvalidKey, "key", "not the key of an upload in parts"},
		"KeyOfSmallFile":   {good.alter(fields{"key": partsKey(5<<20, false)}).String(), 400, InvalidKey, "key", "not the key of an upload in parts"},
		"AnothersKey":      {good.alter(fields{"key": strings.Replace(key, testSub, otherSub, 1)}).String(), 403, Forbidden, "key", "another user"},
		"NoUploadID":       {good.alter(fields{"uploadId": nil}).String(), 400, InvalidRequest, "uploadId", "required"},
		"EmptyUploadID":    {good.alter(fields{"uploadId": ""}).String(), 400, InvalidRequest, "uploadId", "1 to 1024"},
		"LongUploadID":     {good.alter(fields{"uploadId": strings.Repeat("a", 1025)}).String(), 400, InvalidRequest, "uploadId", "1 to 1024"},
		"SpaceUploadID":    {good.alter(fields{"uploadId": "a b"}).String(), 400, InvalidRequest, "uploadId", "visible"},
		"NewlineUploadID":  {good.alter(fields{"uploadId": "a\n"}).String(), 400, InvalidRequest, "uploadId", "visible"},
		"WideUploadID":     {good.alter(fields{"uploadId": "ä"}).String(), 400, InvalidRequest, "uploadId", "ASCII"},
		"NoParts":          {good.alter(fields{"parts": nil}).String(), 400, InvalidRequest, "parts", "required"},
		"NullParts":        {parts("null"), 400, InvalidRequest, "parts", "must be an array, not null"},
		"ObjectParts":      {parts("{}"), 400, InvalidRequest, "parts", "must be an array, not an object"},
		"TooManyParts":     {parts("[" + many + "]"), 400, InvalidRequest, "parts", "101 entries; at most 100"},
		"NumberEntry":      {parts("[1]"), 400, InvalidRequest, "parts", "parts[0] must be an object, not a number"},
		"NullEntry":        {parts("[null]"), 400, InvalidRequest, "parts", "parts[0] must be an object, not null"},
		"EmptyEntry":       {parts("[{}]"), 400, InvalidRequest, "parts", "parts[0].partNumber is required"},
		"UnknownInEntry":   {parts(`[{"partNumber":1,"size":5}]`), 400, InvalidRequest, "parts", `no field "size"`},
		"TwiceInEntry":     {parts(`[{"partNumber":1,"partNumber":2}]`), 400, InvalidRequest, "parts", "parts[0].partNumber is given twice"},
		"StringNumber":     {number(`"1"`), 400, InvalidRequest, "parts", "must be a number, not a string"},
		"NullNumber":       {number("null"), 400, InvalidRequest, "parts", "not null"},
		"ZeroNumber":       {number("0"), 400, InvalidPart, "parts", "parts[0].partNumber is 0; this upload's parts are numbered 1 to 3"},
		"NegativeNumber":   {number("-1"), 400, InvalidPart, "parts", "numbered 1 to 3"},
		"ExponentNumber":   {number("1e0"), 400, InvalidPart, "parts", "numbered 1 to 3"},
		"OneTooFar":        {number("4"), 400, InvalidPart, "parts", "numbered 1 to 3"},
		"NumberOver63Bits": {number("9223372036854775808"), 400, InvalidPart, "parts", "numbered 1 to 3"},
		"NumberWrapsTo1":   {number("18446744073709551617"), 400, InvalidPart, "parts", "numbered 1 to 3"},
		"HugeNumber":       {number(strings.Repeat("9", 5000)), 400, InvalidPart, "parts", "99…"},
		"NumberTwice":      {parts(`[{"partNumber":1},{"partNumber":2},{"partNumber":1}]`), 400, InvalidPart, "parts", "parts[2] is part 1 again"},
		"UndeclaredSHA256": {parts(`[{"partNumber":1,"sha256":"` + s3sign.EmptySHA256 + `"}]`), 400, InvalidPart, "parts", "planned without partChecksums"},
		"HexSHA256":        {parts(`[{"partNumber":1,"sha256":"` + strings.Repeat("e3", 32) + `"}]`), 400, InvalidRequest, "parts", "parts[0].sha256 must be the 32 bytes of a SHA-256 in base64 (44 characters, ending in =); this one is hexadecimal"},
		"NumberSHA256":     {parts(`[{"partNumber":1,"sha256":5}]`), 400, InvalidRequest, "parts", "parts[0].sha256 must be a string"},
		"MissingSHA256":    {partsFor(partsKey(size, true), numbered(1)...).String(), 400, InvalidPart, "parts", "lacks its sha256"},
		"ListAfter":        {good.alter(fields{"listAfter": 5}).String(), 400, InvalidRequest, "listAfter", "doesn't let parts be listed"},
		"StringListAfter":  {good.alter(fields{"listAfter": "5"}).String(), 400, InvalidRequest, "listAfter", "must be a number"},
		"LargeListAfter":   {good.alter(fields{"listAfter": 10_001}).String(), 400, InvalidRequest, "listAfter", "0 to 10000"},
		"MinusListAfter":   {good.alter(fields{"listAfter": -1}).String(), 400, InvalidRequest, "listAfter", "0 to 10000"},
	} {
		t.Run(name, func(t *testing.T) {
			r := refused(t, h, partsEvent(c.body), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
			if len(r.Error.Message) > 1000 {
				t.Errorf("a message of %d bytes", len(r.Error.Message))
			}
		})
	}
	for _, line := range j.lines(t) {
		if line["key"] != nil {
			t.Errorf("a refused key is logged: %v", line)
		}
	}
}

func TestEveryProblemOfPartsIsListed(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts)
	body := `{"parts":[{"partNumber":99999},{"partNumber":1,"x":1},7],"key":"uploads/` + otherSub + `/` + testID + `/a","alpha":1,"listAfter":1}`
	r := refused(t, h, partsEvent(body), 403, Forbidden, "key")
	var got []string
	for _, p := range r.Error.Problems {
		got = append(got, p.Code+" "+p.Field)
	}
	want := "Forbidden key,InvalidRequest uploadId,InvalidPart parts,InvalidRequest parts,InvalidRequest parts,InvalidRequest listAfter,InvalidRequest alpha"
	if strings.Join(got, ",") != want {
		t.Errorf("problems\n got %s\nwant %s", strings.Join(got, ","), want)
	}
}

// A limit that was lowered after the upload was planned applies at once.
func TestPartsOfAnUploadOverTheLimit(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, inParts, func(c *deployment) { c.MaxSize = 20 << 20 })
	var a partsAnswer
	answered(t, h, partsEvent(partsFor(partsKey(20<<20, false)).String()), 200, &a)
	refused(t, h, partsEvent(partsFor(partsKey(20<<20+1, false)).String()), 413, SizeTooLarge, "key")
}

// If no file can be larger than the threshold, there is no such route.
func TestPartsRouteIsThereOnlyWhereFilesAreCut(t *testing.T) {
	t.Parallel()
	e := partsEvent(partsFor(partsKey(6<<20, false)).String())
	for maxSize, status := range map[int64]int{10 << 20: 404, 10<<20 + 1: 200} {
		h, _ := newTestHandler(t, func(c *deployment) { c.MaxSize, c.MultipartThreshold = maxSize, 10<<20 })
		if got := handle(t, h, e).StatusCode; got != status {
			t.Errorf("with files up to %d bytes: status %d, want %d", maxSize, got, status)
		}
	}
}
