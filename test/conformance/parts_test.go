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

	"signpost/lambda/s3sign"
)

// partsBody is a valid body of POST /uploads/parts for a file of this size. No upload need exist:
// the function only looks at the key. The changed fields replace its own; nil leaves one out.
func partsBody(t *testing.T, size int64, checksums bool, changed fields) fields {
	t.Helper()
	p := planUpload(t, fields{"size": size, "partChecksums": checksums})
	body := fields{"key": p.Key, "uploadId": "x", "parts": []fields{{"partNumber": 1}}}
	maps.Copy(body, changed)
	maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
	return body
}

// partsCase changes a body of POST /uploads/parts; code and field are those of the refusal.
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
	last := int(s3sign.Split(threshold(t) + 1).Count)
	one := func(entry string) fields { return fields{"parts": raw("[" + entry + "]")} }
	checkPartsCases(t, false, map[string]partsCase{
		"OKNone":           {fields{"parts": numbered()}, "", ""},
		"OKAnyOrder":       {fields{"parts": numbered(3, 1, last)}, "", ""},
		"ErrBehindTheLast": {fields{"parts": numbered(last + 1)}, "InvalidPart", "parts"},
		"ErrOverInt64":     {one(`{"partNumber":18446744073709551617}`), "InvalidPart", "parts"},
		"ErrNumberTwice":   {one(`{"partNumber":1,"partNumber":2}`), "InvalidRequest", "parts"},
		"ErrTooMany":       {fields{"parts": numbered(many...)}, "InvalidRequest", "parts"},
		"ErrSHA256":        {fields{"parts": []fields{{"partNumber": 1, "sha256": helloSHA256}}}, "InvalidPart", "parts"}, // not declared

		"ErrUploadIDLineBreak":  {fields{"uploadId": "x\r\nx-amz-acl: public-read"}, "InvalidRequest", "uploadId"},
		"OKUploadIDLongest":     {fields{"uploadId": strings.Repeat("x", 1024)}, "", ""},
		"OKUploadIDPunctuation": {fields{"uploadId": "a&partNumber=9#?%2F/../=+~"}, "", ""},
	})
}

func TestPartsWithChecksums(t *testing.T) {
	sum := func(value any) fields { return fields{"parts": []fields{{"partNumber": 1, "sha256": value}}} }
	checkPartsCases(t, true, map[string]partsCase{
		"OK":            {sum(helloSHA256), "", ""},
		"ErrOneMissing": {fields{"parts": []fields{{"partNumber": 1, "sha256": helloSHA256}, {"partNumber": 2}}}, "InvalidPart", "parts"},
	})
}

// TestPartsKey: the key says whose upload it is and how large, so only a key in the form that was
// given out is accepted.
func TestPartsKey(t *testing.T) {
	t.Parallel()
	inParts(t)
	size, limit := threshold(t)+1, sizeLimit(t)
	own := planUpload(t, fields{"size": size}).Key
	foreign := planned(t, uploads(t, fields{"size": size}, asUser(grace)), 201).Key
	digits := strconv.FormatInt(size, 36)
	sized := func(memory string) string { return strings.Replace(own, "-"+digits+"/", memory+"/", 1) }
	if sized("-1") == own {
		t.Fatalf("the key %q does not carry the size", own)
	}
	for name, c := range map[string]struct{ key, code string }{
		"ErrInOnePiece":    {planUpload(t, nil).Key, "InvalidKey"},
		"ErrSizeOverLimit": {sized("-" + strconv.FormatInt(limit+1, 36)), "SizeTooLarge"},
		"ErrTraversalToIt": {strings.Replace(own, ada.sub, ada.sub+"/../"+grace.sub, 1), "InvalidKey"},
		"ErrEscaped":       {strings.ReplaceAll(own, "/", "%2F"), "InvalidKey"},
		"ErrLineBreak":     {own + "\n", "InvalidKey"},
		"ErrNUL":           {own + "\x00", "InvalidKey"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, parts(t, fields{"key": c.key, "uploadId": "x", "parts": numbered(1)}), c.code, "key")
		})
	}
	for _, u := range []user{ada, grace} { // each may use the own key only
		t.Run("OKOwn "+u.sub, func(t *testing.T) {
			mine, others := own, foreign
			if u == grace {
				mine, others = others, mine
			}
			checkParts(t, parts(t, fields{"key": mine, "uploadId": "x", "parts": numbered(1)}, asUser(u)), mine, "x", size, 1)
			refused(t, parts(t, fields{"key": others, "uploadId": "x", "parts": numbered(1)}, asUser(u)), "Forbidden", "key")
		})
	}
}

// TestListAfter: the marker is part of the signed request, so S3 lists the parts after it.
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
