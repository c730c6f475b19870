package conformance_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestForgedDownload(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	stored := planUpload(t, nil)
	upload(t, stored, "hello")
	other := planned(t, uploads(t, nil, asUser(grace)), 201)
	upload(t, other, "GRACE")
	p := checkDownload(t, downloads(t, fields{"key": stored.Key, "disposition": "inline"}), stored.Key, inline("inline; filename*=UTF-8''cat.png", "image/png"))
	toOther := func(path string) string { return strings.Replace(path, stored.Key, other.Key, 1) }
	for name, f := range map[string]forgery{
		"ErrPUT":                {change: allOf(setMethod("PUT"), setBody("HELLO"))},
		"ErrPUTBare":            {change: allOf(setMethod("PUT"), setBody("HELLO"), dropQuery("response-content-type"), dropQuery("response-content-disposition"))},
		"ErrDELETE":             {change: setMethod("DELETE")},
		"ErrPOST":               {change: setMethod("POST"), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrOtherUser":          {change: setPath(toOther)},
		"ErrOtherName":          {change: setPath(replace("cat.png", "dog.png"))},
		"ErrBucket":             {change: setPath(func(path string) string { return strings.TrimSuffix(path, stored.Key) })},
		"ErrTypeChanged":        {change: setQuery("response-content-type", "text/html")},
		"ErrTypeDropped":        {change: dropQuery("response-content-type")},
		"ErrDispositionDropped": {change: dropQuery("response-content-disposition")},
		"ErrEncodingChanged":    {change: setQuery("response-content-encoding", "gzip")},
		"ErrEncodingDropped":    {change: dropQuery("response-content-encoding")},
		"ErrCacheChanged":       {change: setQuery("response-cache-control", "public")},
		"ErrCacheDropped":       {change: dropQuery("response-cache-control")},
		"ErrLanguageDropped":    {change: dropQuery("response-content-language")},
		"ErrExpiresDropped":     {change: dropQuery("response-expires")},
		"ErrACL":                {change: setQuery("acl", "")},
		"ErrAttributes":         {change: setQuery("attributes", "")},
		"ErrVersion":            {change: setQuery("versionId", "null")},
		"ErrExpiryExtended":     {change: setQuery("X-Amz-Expires", "86400")},
		"ErrSignature":          {change: setQuery("X-Amz-Signature", strings.Repeat("0", 64))},
		"ErrUnsigned":           {change: editQuery(func(q url.Values) { clear(q) }), code: "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s3(t, p.request(t, "", f.change))
			checkRefusal(t, a, f)
			if strings.Contains(string(a.body), "GRACE") {
				t.Error("another's file was read")
			}
			checkStored(t, stored, "hello")
			checkStored(t, other, "GRACE")
		})
	}
	if a := s3(t, p.request(t, "")); a.status != 200 || string(a.body) != "hello" {
		t.Errorf("afterwards S3 answered %d %s", a.status, s3Code(a))
	}
}
