package conformance_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestForgedDownload(t *testing.T) {
	t.Parallel()
	withDownloads(t)
	stored := planUpload(t, nil)
	upload(t, stored, "hello")
	other := planned(t, uploads(t, nil, as(grace)), 201)
	upload(t, other, "GRACE")
	p := checkDownload(t, downloads(t, fields{"key": stored.Key, "disposition": "inline"}), stored.Key, inline("inline; filename*=UTF-8''cat.png", "image/png"))
	toOther := func(path string) string { return strings.Replace(path, stored.Key, other.Key, 1) }
	for name, f := range map[string]forgery{
		"ErrPUT":                {change: both(setMethod("PUT"), setBody("HELLO"))},
		"ErrPUTBare":            {change: both(setMethod("PUT"), setBody("HELLO"), dropQuery("response-content-type"), dropQuery("response-content-disposition"))},
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

func TestFeaturePreflight(t *testing.T) {
	t.Parallel()
	for path := range featureRoutes(t) {
		for _, origin := range allowedOrigins() {
			t.Run("OK "+path+" from "+origin, func(t *testing.T) {
				a := preflight(t, path, origin, "POST", "authorization,content-type")
				checkHeader(t, a, "Access-Control-Allow-Origin", origin)
				checkHeader(t, a, "Access-Control-Allow-Methods", "POST")
				checkHeader(t, a, "Access-Control-Allow-Credentials", "")
				checkHeader(t, a, "Vary", "Origin")
				for _, header := range []string{"authorization", "content-type"} {
					if allowed := strings.ToLower(a.header.Get("Access-Control-Allow-Headers")); !slices.Contains(strings.Split(allowed, ","), header) {
						t.Errorf("%s is not allowed, only %s", header, allowed)
					}
				}
			})
		}
		for name, origin := range lookAlikes() {
			t.Run(name+" "+path, func(t *testing.T) {
				if got := preflight(t, path, origin, "POST", "authorization").header.Get("Access-Control-Allow-Origin"); got == "*" || got == origin {
					t.Errorf("%q is allowed, by %q", origin, got)
				}
			})
		}
	}
}

// TestS3FeaturePreflight asks S3 as a browser does before each request that the features sign.
func TestS3FeaturePreflight(t *testing.T) {
	t.Parallel()
	s := begin(t, ada, true)
	a := s.ask(t, 1)
	signed := map[string]plan{"create": s.plan, "part": a.Parts[0].plan, "complete": *a.Complete}
	if a.List != nil {
		signed["list"], signed["abort"] = *a.List, *a.Abort
	}
	if hasRoute(t, "downloads") {
		signed["download"] = planned(t, downloads(t, fields{"key": s.plan.Key}), 200)
	}
	for name, p := range signed {
		var needed []string
		for header := range p.Headers {
			needed = append(needed, strings.ToLower(header))
		}
		slices.Sort(needed)
		for _, origin := range allowedOrigins() {
			t.Run("OK "+name+" from "+origin, func(t *testing.T) {
				a := s3Preflight(t, p, origin, p.Method, strings.Join(needed, ","))
				if methods := strings.Split(a.header.Get("Access-Control-Allow-Methods"), ", "); a.status != 200 || !slices.Contains(methods, p.Method) {
					t.Errorf("status %d %s, the methods are %q", a.status, s3Code(a), methods)
				}
				checkHeader(t, a, "Access-Control-Allow-Origin", origin)
			})
		}
		for how, preflight := range map[string]answer{
			"ErrOrigin": s3Preflight(t, p, "https://evil.example", p.Method, strings.Join(needed, ",")),
			"ErrHeader": s3Preflight(t, p, target.origin(), p.Method, strings.Join(append(needed, "x-amz-acl"), ",")),
		} {
			t.Run(how+" "+name, func(t *testing.T) {
				if preflight.status != 403 || preflight.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("status %d, Access-Control-Allow-Origin %q", preflight.status, preflight.header.Get("Access-Control-Allow-Origin"))
				}
			})
		}
	}
}
