package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A forgery is a signed request changed in one thing before it is sent. S3 must refuse it with a code of its own and
// store nothing, and the signed request itself must still work afterwards.
type forgery struct {
	planned fields // beside the defaults of uploads
	change  edit
	status  int    // 0 stands for 403
	code    string // "" stands for SignatureDoesNotMatch
	onAWS   string // the code of S3 itself, where the local one words the same refusal otherwise
}

// toOtherHost names a host that was not signed. The local run takes loopback names alone.
func toOtherHost(r *http.Request) {
	r.Host = "evil.example"
	if target.Local != nil {
		r.Host = "localhost:" + r.URL.Port()
	}
}

const notSigned = "AccessDenied" // "There were headers present in the request which were not signed"

// checkForgeries tries them one after the other, those of the same upload on one plan: it must outlive them all.
func checkForgeries(t *testing.T, forgeries map[string]forgery) {
	t.Helper()
	t.Parallel()
	plans := map[string]plan{}
	body := func(planned fields) string {
		if planned["size"] == 0 {
			return ""
		}
		return "hello"
	}
	for name, f := range forgeries {
		t.Run(name, func(t *testing.T) {
			upload := fmt.Sprint(f.planned)
			p, ok := plans[upload]
			if !ok {
				p = planUpload(t, f.planned)
				plans[upload] = p
			}
			defer func() {
				if t.Failed() {
					delete(plans, upload) // spoilt for the others
				}
			}()
			checkRefusal(t, s3(t, p.request(t, body(f.planned), f.change)), f)
			checkNothingThere(t, p)
		})
	}
	for _, f := range forgeries {
		if p, ok := plans[fmt.Sprint(f.planned)]; ok {
			delete(plans, fmt.Sprint(f.planned))
			t.Run("OKAfterwards", func(t *testing.T) { checkNotStored(t, p, body(f.planned)) })
		}
	}
}

func checkRefusal(t *testing.T, a answer, f forgery) {
	t.Helper()
	if f.status == 0 {
		f.status = 403
	}
	if f.code == "" {
		f.code = "SignatureDoesNotMatch"
	}
	code := s3Code(a)
	if mainRun == nil && code == f.onAWS && a.status >= 400 {
		return
	}
	if a.status != f.status || code != f.code {
		t.Errorf("S3 answered %d %s, want %d %s", a.status, code, f.status, f.code)
	}
}

func setQuery(name, value string) edit { return editQuery(func(q url.Values) { q.Set(name, value) }) }

func dropQuery(name string) edit { return editQuery(func(q url.Values) { q.Del(name) }) }

func editQuery(change func(url.Values)) edit {
	return func(r *http.Request) {
		q := r.URL.Query()
		change(q)
		r.URL.RawQuery = q.Encode()
	}
}

// setPath sends exactly this path.
func setPath(change func(path string) string) edit {
	return func(r *http.Request) {
		path := change(r.URL.EscapedPath())
		r.URL.Opaque = "//" + r.URL.Host + path // else the client tidies it up
	}
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func TestForgedMethod(t *testing.T) {
	only := func(method string) edit {
		return func(r *http.Request) {
			setMethod(method)(r)
			setBody("")(r)
			for name := range r.Header {
				if name != "Origin" {
					r.Header.Del(name)
				}
			}
		}
	}
	checkForgeries(t, map[string]forgery{
		"ErrGET":             {change: setMethod("GET")},
		"ErrGETBare":         {change: only("GET")},
		"ErrDELETE":          {change: setMethod("DELETE")},
		"ErrDELETEBare":      {change: only("DELETE")},
		"ErrPOST":            {change: setMethod("POST"), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrPATCH":           {change: setMethod("PATCH"), status: 405, code: "MethodNotAllowed"},
		"ErrCreateMultipart": {change: both(only("POST"), setQuery("uploads", ""))},
		"ErrUploadPart":      {change: both(setQuery("partNumber", "1"), setQuery("uploadId", "x"))},
		"ErrSelect":          {change: both(only("POST"), setQuery("select", ""), setQuery("select-type", "2"))},
	})
	t.Run("ErrHEAD", func(t *testing.T) { // S3 sends no code with it
		p := planUpload(t, nil)
		if a := s3(t, p.request(t, "", setMethod("HEAD"))); a.status != 403 {
			t.Errorf("status %d", a.status)
		}
		checkNotStored(t, p, "hello")
	})
}

func both(edits ...edit) edit {
	return func(r *http.Request) {
		for _, e := range edits {
			e(r)
		}
	}
}

func TestForgedKey(t *testing.T) {
	checkForgeries(t, map[string]forgery{
		"ErrOtherName":       {change: setPath(replace("cat.png", "dog.png"))},
		"ErrLonger":          {change: setPath(replace("cat.png", "cat.png.exe"))},
		"ErrBelow":           {change: setPath(replace("cat.png", "cat.png/x"))},
		"ErrFolder":          {change: setPath(replace("cat.png", ""))},
		"ErrOtherUser":       {change: setPath(replace(ada.sub, grace.sub))},
		"ErrOtherPrefix":     {change: setPath(replace("/uploads/", "/public/"))},
		"ErrOutsidePrefix":   {change: setPath(replace("/uploads/", "/"))},
		"ErrDoubleSlash":     {change: setPath(replace("/uploads/", "//uploads/"))},
		"ErrUpperCase":       {change: setPath(replace("cat.png", "CAT.png"))},
		"ErrNUL":             {change: setPath(replace("cat.png", "cat.png%00"))},
		"ErrNewline":         {change: setPath(replace("cat.png", "cat.png%0A"))},
		"ErrTrailingDot":     {change: setPath(replace("cat.png", "cat.png."))},
		"ErrEncodedSlash":    {change: setPath(replace("/cat.png", "%2Fx%2Fcat.png"))},
		"ErrOtherBucket":     {change: setPath(replace(target.UploadBucketName, "other-bucket")), onAWS: "NoSuchBucket"},
		"ErrTraversal":       {change: setPath(replace("cat.png", "../../x.png"))},
		"ErrTraversalInside": {change: setPath(replace("/uploads/", "/uploads/../uploads/x/"))},
		"ErrTraversalToRoot": {change: setPath(replace("/uploads/", "/../../../../../../tmp/")), status: 400, code: "400", onAWS: "SignatureDoesNotMatch"},
		"ErrTraversalEscape": {change: setPath(replace("cat.png", "%2e%2e/%2e%2e/x.png"))},
		"ErrTraversalTwice":  {change: setPath(replace("cat.png", "%252e%252e/x.png"))},
		"ErrBackslash":       {change: setPath(replace("cat.png", "..%5C..%5Cx.png"))},
	})
}

func TestForgedHeader(t *testing.T) {
	withSum, withMeta := fields{"sha256": helloSHA256}, fields{"metadata": fields{"album": "2026"}}
	again := func(name, value string) edit { return func(r *http.Request) { r.Header.Add(name, value) } }
	checkForgeries(t, map[string]forgery{
		"ErrTypeChanged":          {change: setHeader("Content-Type", "text/html")},
		"ErrTypeParameter":        {change: setHeader("Content-Type", "image/png;charset=utf-8")},
		"ErrTypeDropped":          {change: dropHeader("Content-Type")},
		"ErrTypeTwice":            {change: again("Content-Type", "text/html")},
		"ErrDispositionChanged":   {change: setHeader("Content-Disposition", "inline")},
		"ErrDispositionOtherName": {change: setHeader("Content-Disposition", "attachment; filename*=UTF-8''cat.exe")},
		"ErrDispositionDropped":   {change: dropHeader("Content-Disposition")},
		"ErrDispositionTwice":     {change: again("Content-Disposition", "inline")},
		"ErrNoOverwriteDropped":   {change: dropHeader("If-None-Match")},
		"ErrNoOverwriteChanged":   {change: setHeader("If-None-Match", `"x"`)},
		"ErrNoOverwriteTwice":     {change: again("If-None-Match", `"x"`)},
		"ErrIfMatchInstead":       {change: both(dropHeader("If-None-Match"), setHeader("If-Match", `"x"`))},
		"ErrMetadataChanged":      {planned: withMeta, change: setHeader("x-amz-meta-album", "2027")},
		"ErrMetadataDropped":      {planned: withMeta, change: dropHeader("x-amz-meta-album")},
		"ErrMetadataTwice":        {planned: withMeta, change: again("x-amz-meta-album", "2027")},
		"ErrMetadataAdded":        {planned: withMeta, change: setHeader("x-amz-meta-owner", "me"), code: notSigned},
		"ErrMetadataInQuery":      {planned: withMeta, change: both(dropHeader("x-amz-meta-album"), setQuery("x-amz-meta-album", "2026"))},
		"ErrChecksumChanged":      {planned: withSum, change: setHeader("x-amz-checksum-sha256", emptySHA256)},
		"ErrChecksumDropped":      {planned: withSum, change: dropHeader("x-amz-checksum-sha256")},
		"ErrChecksumInQuery":      {planned: withSum, change: both(dropHeader("x-amz-checksum-sha256"), setQuery("x-amz-checksum-sha256", helloSHA256))},
		"ErrChecksumOtherKind":    {planned: withSum, change: both(dropHeader("x-amz-checksum-sha256"), setHeader("x-amz-checksum-crc32", "NhCmhg==")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrOtherHost":            {change: toOtherHost, onAWS: "NoSuchBucket"},
	})
}

// TestAddedHeader adds what would change how the object is stored or who may read it. S3 takes no x-amz-* header that
// is not signed.
func TestAddedHeader(t *testing.T) {
	forgeries := map[string]forgery{}
	for name, value := range map[string]string{
		"x-amz-acl":                                       "public-read",
		"x-amz-grant-read":                                `uri="http://acs.amazonaws.com/groups/global/AllUsers"`,
		"x-amz-grant-full-control":                        `id="x"`,
		"x-amz-tagging":                                   "public=yes",
		"x-amz-storage-class":                             "GLACIER",
		"x-amz-website-redirect-location":                 "https://evil.example/",
		"x-amz-copy-source":                               "/" + target.UploadBucketName + "/uploads/x",
		"x-amz-server-side-encryption":                    "aws:kms",
		"x-amz-server-side-encryption-customer-algorithm": "AES256",
		"x-amz-object-lock-mode":                          "COMPLIANCE",
		"x-amz-object-lock-legal-hold":                    "ON",
		"x-amz-request-payer":                             "requester",
		"x-amz-security-token":                            "x",
		"x-amz-meta-added":                                "x",
		"x-amz-checksum-sha256":                           helloSHA256,
		"x-amz-checksum-crc32":                            "NhCmhg==",
		"x-amz-sdk-checksum-algorithm":                    "CRC32",
		"x-amz-trailer":                                   "x-amz-checksum-crc32",
		"x-amz-decoded-content-length":                    "500",
		"x-amz-write-offset-bytes":                        "0",
		"x-amz-content-sha256":                            "UNSIGNED-PAYLOAD",
	} {
		forgeries["Err "+name] = forgery{change: setHeader(name, value), code: notSigned, onAWS: "SignatureDoesNotMatch"}
	}
	for name, value := range map[string]string{
		"OfAnotherBody": strings.Repeat("0", 64), "Garbage": "x", "Streaming": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
		"StreamingUnsigned": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
	} {
		forgeries["ErrContentSHA256"+name] = forgery{change: setHeader("x-amz-content-sha256", value), code: notSigned, onAWS: "XAmzContentSHA256Mismatch"}
	}
	checkForgeries(t, forgeries)
}
