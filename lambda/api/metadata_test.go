package api

import (
	"fmt"
	"mime"
	"strings"
	"testing"

	"signpost/lambda/ascii"
	"signpost/lambda/s3sign"
)

func TestMetadataIsSignedAndSent(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	for name, c := range map[string]struct {
		metadata fields
		want     map[string]string // by header, as a reader of RFC 2047 sees it
	}{
		"LowerCased":   {fields{"Album-Name": "Summer 2026"}, map[string]string{"x-amz-meta-album-name": "Summer 2026"}},
		"Punctuation":  {fields{"a_b.c": `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~` + "`"}, map[string]string{"x-amz-meta-a_b.c": `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~` + "`"}},
		"Umlaut":       {fields{"city": "Köln"}, map[string]string{"x-amz-meta-city": "Köln"}},
		"Emoji":        {fields{"mood": "😀 and 😢"}, map[string]string{"x-amz-meta-mood": "😀 and 😢"}},
		"LongNonASCII": {fields{"text": strings.Repeat("長い", 100)}, map[string]string{"x-amz-meta-text": strings.Repeat("長い", 100)}},
		"Digits":       {fields{"0": "0"}, map[string]string{"x-amz-meta-0": "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planned(t, h, postEvent(goodFields().alter(fields{"metadata": c.metadata}).String()))
			mustBeSigned(t, a.signedAnswer, 12345)
			for header, want := range c.want {
				sent := a.Headers[header]
				if !ascii.ConsistsOf(sent, ascii.Visible+" ") || strings.TrimSpace(sent) != sent || strings.Contains(sent, "  ") {
					t.Errorf("%s: %q does not survive a header and its signature", header, sent)
				}
				if got, err := new(mime.WordDecoder).DecodeHeader(sent); err != nil || got != want {
					t.Errorf("%s: %q reads as %q, %v; want %q", header, sent, got, err, want)
				}
			}
		})
	}
}

func TestMetadataRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	many := fields{}
	for i := range 11 {
		many[fmt.Sprint("k", i)] = "v"
	}
	object := func(f fields) string { return f.String() }
	for name, c := range map[string]struct{ metadata, says string }{
		"Array":           {`["a"]`, "not an array"},
		"String":          {`"a"`, "not a string"},
		"NumberValue":     {`{"a":1}`, "must be a string, not a number"},
		"ObjectValue":     {`{"a":{"b":"c"}}`, "must be a string, not an object"},
		"NullValue":       {`{"a":null}`, "not null"},
		"Eleven":          {object(many), "11 entries; at most 10"},
		"EmptyName":       {`{"":"v"}`, "1 to 128 letters"},
		"LongName":        {object(fields{strings.Repeat("n", 129): "v"}), "1 to 128 letters"},
		"SpaceInName":     {`{"a b":"v"}`, `"a b"`},
		"ColonInName":     {`{"a:b":"v"}`, `"a:b"`},
		"SemicolonInName": {`{"a;b":"v"}`, `"a;b"`},
		"LineInName":      {`{"a\r\nb":"v"}`, "part of a header"},
		"WideName":        {`{"ä":"v"}`, "part of a header"},
		"Twice":           {`{"a":"1","a":"2"}`, "twice"},
		"TwiceByCase":     {`{"Album":"1","album":"2"}`, "ignores the case"},
		"EmptyValue":      {`{"a":""}`, "an empty value"},
		"LineInValue":     {`{"a":"b\r\nX-Evil: 1"}`, "control character"},
		"NullInValue":     {`{"a":"b\u0000"}`, "control character"},
		"TabInValue":      {`{"a":"b\tc"}`, "control character"},
		"C1InValue":       {`{"a":"b\u0085c"}`, "control character"},
		"LeadingSpace":    {`{"a":" b"}`, "begins or ends with a space"},
		"TrailingSpace":   {`{"a":"b "}`, "begins or ends with a space"},
		"DoubleSpace":     {`{"a":"b  c"}`, "two in a row"},
		"OnlySpace":       {`{"a":" "}`, "begins or ends with a space"},
		"WideSpace":       {`{"a":"b\u00a0"}`, "begins or ends with a space"},
		"TooMuch":         {object(fields{"k": strings.Repeat("v", 2048)}), "comes to 2049 bytes"},
		"TooMuchInAll":    {object(fields{"k": strings.Repeat("v", 1024), "l": strings.Repeat("v", 1023)}), "comes to 2049 bytes"},
		"TooMuchEncoded":  {object(fields{"k": strings.Repeat("ä", 800)}), "as they are sent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := goodFields().String()
			r := refused(t, h, postEvent(body[:len(body)-1]+`,"metadata":`+c.metadata+"}"), 400, InvalidRequest, "metadata")
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}

func TestMetadataUpToItsLimits(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	ten := fields{}
	for i := range 10 {
		ten[fmt.Sprint("k", i)] = strings.Repeat("v", 202)
	}
	for name, metadata := range map[string]fields{
		"OneEntry": {"k": strings.Repeat("v", 2047)}, "TenEntries": ten, "LongestName": {strings.Repeat("n", 128): "v"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planned(t, h, postEvent(goodFields().alter(fields{"metadata": metadata, "filename": strings.Repeat("😀", 255)}).String()))
			mustBeSigned(t, a.signedAnswer, 12345)
			if n := (s3sign.SignedRequest{Method: a.Method, URL: a.URL, Headers: a.Headers}).Length(); n > s3sign.MaxRequestLength {
				t.Errorf("a request of %d bytes", n)
			}
		})
	}
}

// S3 accepts 8 KB of request line and headers. A long token, ten long names, which are each sent
// twice, and a long filename are more than that.
func TestRequestTooLongForS3IsRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(c *deployment) { c.Credentials.SessionToken = strings.Repeat("/", 700) })
	metadata := fields{}
	for i := range 10 {
		metadata[fmt.Sprint(i, strings.Repeat("n", 120))] = strings.Repeat("v", 70)
	}
	body := goodFields().alter(fields{"filename": strings.Repeat("😀", 255), "metadata": metadata})
	r := refused(t, h, postEvent(body.String()), 400, InvalidRequest, "metadata")
	if !strings.Contains(r.Error.Message, "shorten the metadata") {
		t.Errorf("message %q", r.Error.Message)
	}
	planned(t, h, postEvent(body.alter(fields{"metadata": nil}).String()))
}
