package conformance_test

import (
	"net/http"
	"net/url"
	"testing"
)

// TestUnsignedAccess calls S3 without a signature, or with one of another kind.
func TestUnsignedAccess(t *testing.T) {
	unsigned := func(r *http.Request) { r.URL.RawQuery = "" }
	get := allOf(unsigned, setMethod("GET"), setBody(""))
	header := func(authorization string) edit { return allOf(unsigned, setHeader("Authorization", authorization)) }
	const denied = "AccessDenied"
	checkForgeries(t, map[string]forgery{
		"ErrPUT":            {change: unsigned, code: denied},
		"ErrGET":            {change: get, code: denied},
		"ErrDELETE":         {change: allOf(unsigned, setMethod("DELETE"), setBody("")), code: denied},
		"ErrGETACL":         {change: allOf(get, setQuery("acl", "")), code: denied},
		"ErrPUTACL":         {change: allOf(unsigned, setQuery("acl", ""), setHeader("x-amz-acl", "public-read")), code: denied},
		"ErrGETTagging":     {change: allOf(get, setQuery("tagging", "")), code: denied},
		"ErrCreateMulti":    {change: allOf(unsigned, setMethod("POST"), setBody(""), setQuery("uploads", "")), code: denied},
		"ErrBearer":         {change: header("Bearer " + ada.idToken), code: denied, onAWS: "InvalidArgument"},
		"ErrSigV2":          {change: allOf(header("AWS AKIAEXAMPLE:c2lnbmF0dXJl"), setHeader("Date", "Tue, 24 Nov 2026 10:00:00 GMT")), code: denied, onAWS: "InvalidAccessKeyId"},
		"ErrSigV2Query":     {change: func(r *http.Request) { r.URL.RawQuery = "AWSAccessKeyId=AKIAEXAMPLE&Expires=9999999999&Signature=c2ln" }, status: 400, code: "InvalidRequest", onAWS: "InvalidAccessKeyId"},
		"ErrSigV4OldHeader": {change: allOf(header("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/"+target.Region+"/s3/aws4_request,SignedHeaders=host,Signature=00"), setHeader("X-Amz-Date", "20260101T000000Z")), code: "RequestTimeTooSkewed", onAWS: "InvalidAccessKeyId"},
		"ErrTwoMechanisms":  {change: setHeader("Authorization", "Bearer "+ada.idToken), status: 400, code: "InvalidArgument"},
	})
}

// TestBucketIsClosed calls operations on the bucket itself, unsigned and with a planned upload's
// signature.
func TestBucketIsClosed(t *testing.T) {
	t.Parallel()
	p := planUpload(t, nil)
	for name, c := range map[string]struct{ method, query, body string }{
		"ErrList":            {"GET", "", ""},
		"ErrListV2":          {"GET", "list-type=2&prefix=uploads/", ""},
		"ErrListVersions":    {"GET", "versions", ""},
		"ErrListMultipart":   {"GET", "uploads", ""},
		"ErrGetPolicy":       {"GET", "policy", ""},
		"ErrGetPolicyStatus": {"GET", "policyStatus", ""},
		"ErrGetCORS":         {"GET", "cors", ""},
		"ErrGetACL":          {"GET", "acl", ""},
		"ErrGetVersioning":   {"GET", "versioning", ""},
		"ErrPutPolicy":       {"PUT", "policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::` + target.UploadBucketName + `/*"}]}`},
		"ErrPutCORS":         {"PUT", "cors", `<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>`},
		"ErrPutACL":          {"PUT", "acl", ""},
		"ErrPutVersioning":   {"PUT", "versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
		"ErrDeletePolicy":    {"DELETE", "policy", ""},
		"ErrDeleteCORS":      {"DELETE", "cors", ""},
		"ErrDeleteObjects":   {"POST", "delete", "<Delete><Object><Key>x</Key></Object></Delete>"},
		"ErrDeleteBucket":    {"DELETE", "", ""},
		"ErrCreateBucket":    {"PUT", "", ""},
	} {
		for how, signed := range map[string]bool{"Anonymous": false, "WithAPlan": true} {
			t.Run(name+how, func(t *testing.T) {
				a := s3(t, p.request(t, c.body, setMethod(c.method), func(r *http.Request) {
					query, _ := url.ParseQuery(c.query)
					for name, values := range r.URL.Query() {
						if signed {
							query[name] = values
						}
					}
					bucket, _ := url.Parse(target.bucketURL() + "/")
					r.URL.Path, r.URL.RawQuery = bucket.Path, query.Encode()
				}))
				want := forgery{code: "AccessDenied"}
				if signed {
					want = forgery{}
				}
				checkRefusal(t, a, want)
			})
		}
	}
	checkNotStored(t, p, "hello")
}
