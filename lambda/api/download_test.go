package api

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/s3sign/s3signtest"
)

const (
	testID   = "01K2XQ7V8Z9ABCDEFGHJKMNPQR"
	otherSub = "11111111-2222-4333-8444-555555555555"
)

func ownTestKey(name string) string { return "uploads/" + testSub + "/" + testID + "/" + name }

func TestSignDownloadAnswers(t *testing.T) {
	t.Parallel()
	h, j := newTestDownloads(t)
	q := func(more url.Values) url.Values { // the query, without the signature's parameters
		all := url.Values{"response-cache-control": {"private, no-store"}, "response-content-encoding": {"identity"},
			"response-content-language": {"und"}, "response-expires": {"Thu, 01 Jan 1970 00:00:00 GMT"}}
		maps.Copy(all, more)
		return all
	}
	shown := func(disposition, contentType string) url.Values {
		return url.Values{"response-content-disposition": {disposition}, "response-content-type": {contentType}}
	}
	for name, c := range map[string]struct {
		body  fields
		query url.Values
	}{
		"Attachment":    {fields{"key": ownTestKey("cat.png"), "disposition": "attachment"}, q(nil)},
		"Unsaid":        {fields{"key": ownTestKey("cat.png")}, q(nil)},
		"AnyAttachment": {fields{"key": ownTestKey("page.html"), "disposition": "attachment"}, q(nil)},
		"SentInParts":   {fields{"key": "uploads/" + testSub + "/" + testID + "-2s0xq/film.mp4"}, q(nil)},
		"WithChecksums": {fields{"key": "uploads/" + testSub + "/" + testID + "-2s0xq-sha256/film.mp4"}, q(nil)},
		"Nulls":         {fields{"key": ownTestKey("cat.png"), "disposition": null, "filename": null}, q(nil)},
		"InlineImage":   {fields{"key": ownTestKey("cat.PNG"), "disposition": "inline"}, q(shown("inline; filename*=UTF-8''cat.PNG", "image/png"))},
		"InlineText":    {fields{"key": ownTestKey("a.txt"), "disposition": "inline"}, q(shown("inline; filename*=UTF-8''a.txt", "text/plain; charset=utf-8"))},
		"Inline3GP":     {fields{"key": ownTestKey("a.3gp"), "disposition": "inline"}, q(shown("inline; filename*=UTF-8''a.3gp", "video/3gpp"))},
		"InlineNamed": {fields{"key": ownTestKey("2026.heic"), "disposition": "inline", "filename": "写真 2026.HEIC"},
			q(shown("inline; filename*=UTF-8''%E5%86%99%E7%9C%9F%202026.HEIC", "image/heic"))},
		"AttachmentNamed": {fields{"key": ownTestKey("Koln.html"), "filename": "Köln.html"},
			q(url.Values{"response-content-disposition": {"attachment; filename*=UTF-8''K%C3%B6ln.html"}})},
		"NamedWithoutExtension": {fields{"key": ownTestKey("file"), "filename": "写真"},
			q(url.Values{"response-content-disposition": {"attachment; filename*=UTF-8''%E5%86%99%E7%9C%9F"}})},
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
			if a.Headers == nil || len(a.Headers) > 0 || !slices.Equal(s3signtest.SignedHeaders(a.URL), []string{"host"}) {
				t.Errorf("headers %v, signed %v", a.Headers, s3signtest.SignedHeaders(a.URL))
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
		"NoKey":            {"{}", 400, InvalidRequest, "key", "required"},
		"NumberKey":        {`{"key":5}`, 400, InvalidRequest, "key", "must be a string, not a number"},
		"Unknown":          {good[:len(good)-1] + `,"name":"x"}`, 400, InvalidRequest, "name", "no field"},
		"OddDisposition":   {good[:len(good)-1] + `,"disposition":"form-data"}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"EmptyDisposition": {good[:len(good)-1] + `,"disposition":""}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"UpperCase":        {good[:len(good)-1] + `,"disposition":"Inline"}`, 400, InvalidRequest, "disposition", `"attachment" or "inline"`},
		"InlineHTML":       {fields{"key": ownTestKey("a.html"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "can't run script"},
		"InlineSVG":        {fields{"key": ownTestKey("a.svg"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "can't run script"},
		"OtherName":        {fields{"key": ownTestKey("a.png"), "filename": "a.exe"}.String(), 400, InvalidRequest, "filename", `must end in ".png"`},
		"NameGainsEnd":     {fields{"key": ownTestKey("a"), "filename": "a.exe"}.String(), 400, InvalidRequest, "filename", "must end in"},
		"NameLosesEnd":     {fields{"key": ownTestKey("a.png"), "filename": "a"}.String(), 400, InvalidRequest, "filename", `must end in ".png"`},
		"EmptyName":        {fields{"key": ownTestKey("a.png"), "filename": ""}.String(), 400, InvalidRequest, "filename", "empty"},
		"InlineNameless":   {fields{"key": ownTestKey("png"), "disposition": "inline"}.String(), 400, InvalidRequest, "disposition", "attachment"},
		"MalformedKey":     {fields{"key": "cat.png"}.String(), 400, InvalidKey, "key", "uploads/<sub>/<id>/<name>"},
		"AnothersKey":      {fields{"key": "uploads/" + otherSub + "/" + testID + "/cat.png"}.String(), 403, Forbidden, "key", "another user"},
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

// The longest name fits into the 8 KB that S3 accepts.
func TestLongestDownloadFits(t *testing.T) {
	t.Parallel()
	h, _ := newTestDownloads(t)
	key := ownTestKey(strings.Repeat("a", 251) + ".png")
	for _, name := range []string{strings.Repeat("写", 251) + ".png", strings.Repeat("😀", 251) + ".png"} {
		var a downloadAnswer
		answered(t, h, downloadEvent(fields{"key": key, "disposition": "inline", "filename": name}.String()), 200, &a)
		if len(a.URL) > 5<<10 {
			t.Errorf("a URL of %d bytes", len(a.URL))
		}
	}
}
