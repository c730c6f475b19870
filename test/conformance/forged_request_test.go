package conformance_test

import (
	"net/http"
	"strings"
	"testing"
)

// toOtherHost names a host that was not signed. The local run accepts loopback names only.
func toOtherHost(r *http.Request) {
	r.Host = "evil.example"
	if target.Local != nil {
		r.Host = "localhost:" + r.URL.Port()
	}
}

func TestForgedMethod(t *testing.T) {
	checkForgeries(t, map[string]forgery{
		"ErrGET":             {change: setMethod("GET")},
		"ErrGETBare":         {change: urlAlone("GET")},
		"ErrDELETE":          {change: setMethod("DELETE")},
		"ErrDELETEBare":      {change: urlAlone("DELETE")},
		"ErrPOST":            {change: setMethod("POST"), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrPATCH":           {change: setMethod("PATCH"), status: 405, code: "MethodNotAllowed"},
		"ErrCreateMultipart": {change: allOf(urlAlone("POST"), setQuery("uploads", ""))},
		"ErrUploadPart":      {change: allOf(setQuery("partNumber", "1"), setQuery("uploadId", "x"))},
		"ErrSelect":          {change: allOf(urlAlone("POST"), setQuery("select", ""), setQuery("select-type", "2"))},
	})
	t.Run("ErrHEAD", func(t *testing.T) { // S3 sends no code with it
		p := planUpload(t, nil)
		if a := s3(t, p.request(t, "", setMethod("HEAD"))); a.status != 403 {
			t.Errorf("status %d", a.status)
		}
		checkNotStored(t, p, "hello")
	})
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
		"ErrIfMatchInstead":       {change: allOf(dropHeader("If-None-Match"), setHeader("If-Match", `"x"`))},
		"ErrMetadataChanged":      {planned: withMeta, change: setHeader("x-amz-meta-album", "2027")},
		"ErrMetadataDropped":      {planned: withMeta, change: dropHeader("x-amz-meta-album")},
		"ErrMetadataTwice":        {planned: withMeta, change: again("x-amz-meta-album", "2027")},
		"ErrMetadataAdded":        {planned: withMeta, change: setHeader("x-amz-meta-owner", "me"), code: notSigned},
		"ErrMetadataInQuery":      {planned: withMeta, change: allOf(dropHeader("x-amz-meta-album"), setQuery("x-amz-meta-album", "2026"))},
		"ErrChecksumChanged":      {planned: withSum, change: setHeader("x-amz-checksum-sha256", emptySHA256)},
		"ErrChecksumDropped":      {planned: withSum, change: dropHeader("x-amz-checksum-sha256")},
		"ErrChecksumInQuery":      {planned: withSum, change: allOf(dropHeader("x-amz-checksum-sha256"), setQuery("x-amz-checksum-sha256", helloSHA256))},
		"ErrChecksumOtherKind":    {planned: withSum, change: allOf(dropHeader("x-amz-checksum-sha256"), setHeader("x-amz-checksum-crc32", "NhCmhg==")), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrOtherHost":            {change: toOtherHost, onAWS: "NoSuchBucket"},
	})
}

// TestAddedHeader adds what would change how the object is stored or who may read it. S3 takes no
// x-amz-* header that is not signed.
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
