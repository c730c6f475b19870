package presign

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

const (
	testID   = "01K2XQ7V8Z9ABCDEFGHJKMNPQR"
	otherSub = "11111111-2222-4333-8444-555555555555"
)

func ownTestKey(name string) string { return "uploads/" + testSub + "/" + testID + "/" + name }

func TestSignDownloadAnswers(t *testing.T) {
	t.Parallel()
	h, j := newTestDownloads(t)
	for name, c := range map[string]struct {
		body  fields
		query url.Values // what S3 is told beside the signature
	}{
		"Attachment":    {fields{"key": ownTestKey("cat.png"), "disposition": "attachment"}, nil},
		"Unsaid":        {fields{"key": ownTestKey("cat.png")}, nil},
		"AnyAttachment": {fields{"key": ownTestKey("page.html"), "disposition": "attachment"}, nil},
		"SentInParts":   {fields{"key": "uploads/" + testSub + "/" + testID + "-2s0xq/film.mp4"}, nil},
		"WithChecksums": {fields{"key": "uploads/" + testSub + "/" + testID + "-2s0xq-sha256/film.mp4"}, nil},
		"InlineImage": {fields{"key": ownTestKey("cat.PNG"), "disposition": "inline"},
			url.Values{"response-content-disposition": {"inline"}, "response-content-type": {"image/png"}}},
		"InlineText": {fields{"key": ownTestKey("a.txt"), "disposition": "inline"},
			url.Values{"response-content-disposition": {"inline"}, "response-content-type": {"text/plain; charset=utf-8"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var a downloadAnswer
			answered(t, h, downloadEvent(c.body.String()), 200, &a)
			u, err := url.Parse(a.URL)
			if err != nil {
				t.Fatal(err)
			}
			if a.Method != "GET" || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/"+c.body["key"].(string) {
				t.Errorf("%s %s", a.Method, a.URL)
			}
			for name := range u.Query() {
				if !strings.HasPrefix(name, "X-Amz-") && u.Query().Get(name) != c.query.Get(name) {
					t.Errorf("%s is %q, want %q", name, u.Query().Get(name), c.query.Get(name))
				}
			}
			for name := range c.query {
				if !u.Query().Has(name) {
					t.Errorf("%s is missing", name)
				}
			}
			if a.Headers == nil || len(a.Headers) > 0 || !slices.Equal(signedHeaders(t, a.URL), []string{"host"}) {
				t.Errorf("headers %v, signed %v", a.Headers, signedHeaders(t, a.URL))
			}
			if a.ExpiresIn != 600 || a.ExpiresAt != "2026-08-18T10:10:00Z" {
				t.Errorf("expires in %d at %s", a.ExpiresIn, a.ExpiresAt)
			}
			mustBeSigned(t, a.signedAnswer, 0)
		})
	}
	if line := j.lines(t)[0]; !strings.HasPrefix(line["key"].(string), "uploads/"+testSub+"/") || line["route"] != "POST /downloads" {
		t.Errorf("logged as %v", line)
	}
}

func TestDownloadRefused(t *testing.T) {
	t.Parallel()
	h, j := newTestDownloads(t)
	good := `{"key":"` + ownTestKey("cat.png") + `"}`
	for name, c := range map[string]struct {
		body   string
		status int
		code   Code
		field  string
		says   string
	}{
		"Empty":             {"", 400, InvalidJSON, "", "empty"},
		"Array":             {"[]", 400, InvalidJSON, "", "must be a JSON object"},
		"ByteOrderMark":     {"\ufeff" + good, 400, InvalidJSON, "", "byte-order mark"},
		"InvalidUTF8":       {`{"key":"` + "\xff" + `"}`, 400, InvalidJSON, "", "UTF-8"},
		"Trailing":          {good + "{}", 400, InvalidJSON, "", "goes on after"},
		"Deep":              {`{"key":` + strings.Repeat("[", 12000) + strings.Repeat("]", 12000) + "}", 400, InvalidJSON, "", "not valid JSON"},
		"NoKey":             {"{}", 400, InvalidRequest, "key", "required"},
		"NumberKey":         {`{"key":5}`, 400, InvalidRequest, "key", "must be a string, not a number"},
		"NullKey":           {`{"key":null}`, 400, InvalidRequest, "key", "not null"},
		"KeyTwice":          {good[:len(good)-1] + `,"key":"x"}`, 400, InvalidRequest, "key", "given twice"},
		"Unknown":           {good[:len(good)-1] + `,"filename":"x"}`, 400, InvalidRequest, "filename", "no field"},
		"NumberDisposition": {good[:len(good)-1] + `,"disposition":1}`, 400, InvalidRequest, "disposition", "must be a string"},
		"OddDisposition":    {good[:len(good)-1] + `,"disposition":"form-data"}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"EmptyDisposition":  {good[:len(good)-1] + `,"disposition":""}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"UpperCase":         {good[:len(good)-1] + `,"disposition":"Inline"}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"InlineHTML":        {fields{"key": ownTestKey("a.html"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "can't run script"},
		"InlineSVG":         {fields{"key": ownTestKey("a.svg"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "can't run script"},
		"InlineNameless":    {fields{"key": ownTestKey("png"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "attachment"},
		"MalformedKey":      {fields{"key": "cat.png"}.String(), 400, InvalidKey, "key", "uploads/<sub>/<id>/<name>"},
		"AnothersKey":       {fields{"key": "uploads/" + otherSub + "/" + testID + "/cat.png"}.String(), 403, Forbidden, "key", "another user"},
		"AnothersInline":    {fields{"key": "uploads/" + otherSub + "/" + testID + "/a.html", "disposition": "inline"}.String(), 403, Forbidden, "key", "another user"},
	} {
		t.Run(name, func(t *testing.T) {
			r := refused(t, h, downloadEvent(c.body), c.status, c.code, c.field)
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
	for _, line := range j.lines(t) {
		if line["key"] != nil {
			t.Errorf("a refused key is logged: %v", line)
		}
	}
}

// Each function serves its own routes and no other's.
func TestDownloadRoutes(t *testing.T) {
	t.Parallel()
	h, _ := newTestDownloads(t)
	for _, e := range []events.APIGatewayProxyRequest{
		postEvent(goodFields().String()), event("POST", "/uploads/parts"), getEvent(map[string][]string{"key": {"a.png"}}), event("GET", "/downloads"),
	} {
		refused(t, h, e, 404, NotFound, "")
	}
}

func TestDownloadBodyMustBeJSON(t *testing.T) {
	t.Parallel()
	h, _ := newTestDownloads(t)
	body := fields{"key": ownTestKey("cat.png")}.String()
	e := downloadEvent(body)
	e.Headers["Content-Type"] = "text/plain"
	refused(t, h, e, 415, TypeNotAllowed, "Content-Type")
	handle(t, h, downloadEvent(body+strings.Repeat(" ", maxBody-len(body))))
	refused(t, h, downloadEvent(body+strings.Repeat(" ", maxBody-len(body)+1)), 413, BodyTooLarge, "")
}

// What may be shown inline must be unable to run script, whatever the wildcard
// rules say of its type.
func TestInlineTypesCannotRunScript(t *testing.T) {
	t.Parallel()
	shown := 0
	for _, ext := range guessedExtensions {
		shownAs := inlineType("a." + ext)
		if shownAs != "" {
			shown++
		}
		if essence, _, _ := strings.Cut(shownAs, ";"); canRunScript(essence) {
			t.Errorf(".%s would be shown as %s", ext, shownAs)
		}
	}
	for _, ext := range []string{"html", "htm", "svg", "xml", "js", "mjs", "css", "json", "md", "csv", "zip", "docx", "unknown", ""} {
		if got := inlineType("a." + ext); got != "" {
			t.Errorf(".%s would be shown as %s", ext, got)
		}
	}
	if shown < 20 {
		t.Errorf("only %d extensions are shown inline", shown)
	}
}
