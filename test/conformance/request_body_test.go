package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const goodBody = `{"filename":"cat.png","contentType":"image/png","size":5}`

// padded is the good body, padded with spaces to this length.
func padded(bytes int) string { return goodBody + strings.Repeat(" ", bytes-len(goodBody)) }

// TestBody sends bodies that JSON or API Gateway could read in two ways, and some that are no JSON
// object. The refusals name no field, except where one is unknown, null or given twice.
func TestBody(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	for name, c := range map[string]struct{ body, code, field string }{
		"OK":                   {goodBody, "", ""},
		"OKEscapes":            {`{"\u0066ilename":"\u0063at\uD83D\uDC08.png","contentType":"image\/png","size":5}`, "", ""},
		"OKLongest":            {padded(64 << 10), "", ""},
		"ErrTooLong":           {padded(64<<10 + 1), "BodyTooLarge", ""},
		"ErrEmpty":             {"", "InvalidJSON", ""},
		"ErrArray":             {"[" + goodBody + "]", "InvalidJSON", ""},
		"ErrCut":               {goodBody[:len(goodBody)-1], "InvalidJSON", ""},
		"ErrByteOrderMark":     {"\ufeff" + goodBody, "InvalidJSON", ""},
		"ErrUTF16":             {"\xff\xfe{\x00}\x00", "InvalidJSON", ""},
		"ErrLoneSurrogate":     {strings.Replace(goodBody, "cat", `c\uD83Dt`, 1), "InvalidJSON", ""},
		"ErrDeepArray":         {strings.Replace(goodBody, "5", nested(30_000), 1), "InvalidJSON", ""},
		"ErrNullField":         {strings.Replace(goodBody, "5", "null", 1), "InvalidRequest", "size"},
		"ErrUnknownOddName":    {strings.Replace(goodBody, "{", `{"x\"\n":1,`, 1), "InvalidRequest", "x\"\n"},
		"ErrFieldTwiceEscaped": {strings.Replace(goodBody, "{", `{"si\u007ae":5,`, 1), "InvalidRequest", "size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := uploadsRaw(t, c.body)
			if c.code == "" {
				checkPlan(t, planned(t, a, 201))
				return
			}
			refused(t, a, c.code, c.field)
		})
	}
}

// TestInvalidUTF8: API Gateway decodes every body as UTF-8, and invalid bytes become U+FFFD
// ("Content type conversions in API Gateway"). Whether it refuses such a body or query before is
// not documented.
func TestInvalidUTF8(t *testing.T) {
	t.Parallel()
	for name, bytes := range map[string]string{"Invalid": "\xff", "Overlong": "\xc0\xaf", "Surrogate": "\xed\xa0\x80"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := uploadsRaw(t, strings.Replace(goodBody, "cat", "c"+bytes+"t", 1))
			query := documents(t, "key="+url.QueryEscape("c"+bytes+"t.png"))
			for where, a := range map[string]answer{"body": body, "query": query} {
				if a.status >= 400 {
					refused(t, a, map[string]string{"body": "InvalidJSON", "query": "InvalidRequest"}[where], "")
					continue
				}
				p := planned(t, a, map[string]int{"body": 201, "query": 200}[where])
				checkPlan(t, p)
				if disposition := p.Headers["Content-Disposition"]; !strings.Contains(disposition, "c%EF%BF%BD") {
					t.Errorf("the name in the %s was taken for %s", where, disposition)
				}
			}
		})
	}
}

// TestFarTooLong: a function's event holds at most 6 MB, and API Gateway takes at most 10 MB. No
// gateway response applies to these refusals, so no page can read them.
func TestFarTooLong(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int]string{6<<20 + 1: `{"message": "Request Too Long"}`, 10<<20 + 1: "HTTP content length exceeded 10485760 bytes."} {
		a := uploadsRaw(t, padded(bytes))
		if a.status != http.StatusRequestEntityTooLarge || strings.TrimSpace(string(a.body)) != want {
			t.Errorf("%d bytes: %d %s", bytes, a.status, a.body)
		}
		checkHeader(t, a, "Access-Control-Allow-Origin", "")
	}
}

func TestBodyContentType(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		contentType string
		ok          bool
	}{
		"OK":              {"application/json", true},
		"OKCharsetQuoted": {`application/json; charset="utf-8"`, true},
		"ErrMissing":      {"", false},
		"ErrText":         {"text/plain", false}, // browsers send this one without a preflight
		"ErrFormData":     {"multipart/form-data; boundary=x", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := setHeader("Content-Type", c.contentType)
			if c.contentType == "" {
				header = dropHeader("Content-Type")
			}
			a := uploads(t, nil, header)
			if c.ok {
				planned(t, a, 201)
				return
			}
			refused(t, a, "TypeNotAllowed", "Content-Type")
		})
	}
}

// TestSeveralProblems expects every problem at once, in the contract's order of fields, the first
// one in front.
func TestSeveralProblems(t *testing.T) {
	t.Parallel()
	e := refused(t, uploads(t, fields{
		"extra": 1, "metadata": 5, "sha256": "x", "size": int64(1 << 50), "contentType": "text/html", "filename": "",
	}), "InvalidRequest", "filename")
	var got []string
	for _, p := range e.Problems {
		got = append(got, p.Code+" "+p.Field)
	}
	want := "[InvalidRequest filename TypeNotAllowed contentType SizeTooLarge size InvalidRequest sha256 InvalidRequest metadata InvalidRequest extra]"
	if fmt.Sprint(got) != want {
		t.Errorf("the problems are %s, want %s", got, want)
	}
}

// featureRoutes are the optional routes that the deployment has, each with a valid body, which
// begins with a key of ada's.
func featureRoutes(t *testing.T) map[string]string {
	t.Helper()
	routes := map[string]string{}
	if hasRoute(t, "downloads") {
		routes["downloads"] = `{"key":"` + planUpload(t, nil).Key + `"}`
	}
	if hasRoute(t, "uploads/parts") {
		routes["uploads/parts"] = `{"key":"` + planUpload(t, fields{"size": sizeLimit(t)}).Key + `","uploadId":"x","parts":[]}`
	}
	if hasRoute(t, "listings") {
		routes["listings"] = `{"after":"` + planUpload(t, nil).Key + `"}`
	}
	if hasRoute(t, "deletions") {
		routes["deletions"] = `{"keys":["` + planUpload(t, nil).Key + `"]}`
	}
	return routes
}

// TestFeatureBody sends malformed bodies to the optional routes, requests without a token, and
// other methods.
func TestFeatureBody(t *testing.T) {
	t.Parallel()
	for path, good := range featureRoutes(t) {
		for name, c := range map[string]struct{ body, code, field string }{
			"OK":            {good, "", ""},
			"OKLongest":     {good + strings.Repeat(" ", 64<<10-len(good)), "", ""},
			"ErrTooLong":    {good + strings.Repeat(" ", 64<<10+1-len(good)), "BodyTooLarge", ""},
			"ErrArray":      {"[" + good + "]", "InvalidJSON", ""},
			"ErrKeyEscaped": {strings.Replace(good, "{", `{"ke\u0079":"x",`, 1), "InvalidRequest", "key"},
		} {
			t.Run(name+" "+path, func(t *testing.T) {
				t.Parallel()
				a := post(t, path, c.body)
				if c.code != "" {
					refused(t, a, c.code, c.field)
				} else if a.status != 200 {
					t.Errorf("status %d: %.300s", a.status, withoutQuery(string(a.body)))
				}
			})
		}
		t.Run("ErrNobody "+path, func(t *testing.T) {
			refused(t, post(t, path, good, dropHeader("Authorization")), "Unauthorized", "")
			refused(t, post(t, path, good, setHeader("Authorization", ada.accessToken)), "Unauthorized", "")
			named, _, _ := strings.Cut(strings.TrimPrefix(good, `{"`), `"`)
			refused(t, post(t, path, good, asUser(grace)), "Forbidden", named)
		})
		t.Run("ErrText "+path, func(t *testing.T) {
			refused(t, post(t, path, good, setHeader("Content-Type", "text/plain")), "TypeNotAllowed", "Content-Type")
		})
		t.Run("ErrMethod "+path, func(t *testing.T) {
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
				refused(t, post(t, path, good, setMethod(method)), "NotFound", "")
			}
		})
	}
}
