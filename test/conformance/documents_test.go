package conformance_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	const tooLong, longest = 256, 255
	for name, c := range map[string]struct{ query, code, field, contentType string }{
		"OK":                  {"key=cat.png", "", "", "image/png"},
		"OKUpperCase":         {"key=CAT.JPG", "", "", "image/jpeg"},
		"OKContentType":       {"key=cat&contentType=image/webp", "", "", "image/webp"},
		"OKContentTypeWins":   {"key=cat.png&contentType=image/webp", "", "", "image/webp"},
		"OKParameterEncoded":  {"key=cat.png&contentType=image%2Fpng%3B%20q%3D1", "", "", "image/png; q=1"},
		"OKSize":              {"key=cat.png&size=5", "", "", "image/png"},
		"OKSemicolon":         {"key=cat.png;contentType=image/webp", "", "", "image/webp"}, // API Gateway splits there
		"OKSizeMaximum":       {"key=cat.png&size=5368709120", "", "", "image/png"},
		"OKLongest":           {"key=" + strings.Repeat("x", longest-4) + ".png", "", "", "image/png"},
		"OKNotASCII":          {"key=" + url.QueryEscape("Köln 🐈.pdf"), "", "", "application/pdf"},
		"OKPathInTheName":     {"key=" + url.QueryEscape("../../other/x.png"), "", "", "image/png"},
		"ErrNoQuery":          {"", "InvalidRequest", "key", ""},
		"ErrKeyMissing":       {"size=5", "InvalidRequest", "key", ""},
		"ErrKeyEmpty":         {"key=&contentType=image/png", "InvalidRequest", "key", ""},
		"ErrKeyTooLong":       {"key=" + strings.Repeat("x", tooLong-4) + ".png", "InvalidRequest", "key", ""},
		"ErrKeyTwice":         {"key=a.png&key=b.png", "InvalidRequest", "key", ""},
		"OKTypeEmpty":         {"key=cat.png&contentType=", "", "", "image/png"},
		"OKTypeByAnotherName": {"key=cat&contentType=image/jpg", "", "", "image/jpeg"},
		"ErrTypeMalformed":    {"key=cat.png&contentType=image", "InvalidRequest", "contentType", ""},
		"ErrTypeLineBreak":    {"key=cat.png&contentType=image/png%0D%0Ax:y", "InvalidRequest", "contentType", ""},
		"ErrTypeTwice":        {"key=cat.png&contentType=image/png&contentType=image/gif", "InvalidRequest", "contentType", ""},
		"ErrTypeNotAllowed":   {"key=cat.png&contentType=text/html", "TypeNotAllowed", "contentType", ""},
		"ErrTypeFormData":     {"key=cat.png&contentType=multipart/form-data", "TypeNotAllowed", "contentType", ""},
		"ErrGuessNotAllowed":  {"key=page.html", "TypeNotAllowed", "contentType", ""},
		"ErrGuessSVG":         {"key=cat.svg", "TypeNotAllowed", "contentType", ""},
		"ErrGuessUnknown":     {"key=cat.unknown", "TypeNotAllowed", "contentType", ""},
		"ErrGuessNoExtension": {"key=cat", "TypeNotAllowed", "contentType", ""},
		"ErrSizeOverMaximum":  {"key=cat.png&size=5368709121", "SizeTooLarge", "size", ""},
		"ErrSizeOverInt64":    {"key=cat.png&size=9223372036854775808", "SizeTooLarge", "size", ""},
		"ErrSizeNegative":     {"key=cat.png&size=-1", "InvalidRequest", "size", ""},
		"ErrSizeEmpty":        {"key=cat.png&size=", "InvalidRequest", "size", ""},
		"ErrSizeText":         {"key=cat.png&size=five", "InvalidRequest", "size", ""},
		"ErrSizeFraction":     {"key=cat.png&size=5.0", "InvalidRequest", "size", ""},
		"ErrSizeExponent":     {"key=cat.png&size=5e3", "InvalidRequest", "size", ""},
		"ErrSizeHexadecimal":  {"key=cat.png&size=0x5", "InvalidRequest", "size", ""},
		"ErrSizeSpace":        {"key=cat.png&size=%205", "InvalidRequest", "size", ""},
		"ErrSizeNotASCII":     {"key=cat.png&size=" + url.QueryEscape("٥"), "InvalidRequest", "size", ""},
		"ErrSizeTwice":        {"key=cat.png&size=5&size=6", "InvalidRequest", "size", ""},
		"ErrUnknown":          {"key=cat.png&sha256=x", "InvalidRequest", "sha256", ""},
		"ErrUnknownByCase":    {"key=cat.png&Size=5", "InvalidRequest", "Size", ""},
		"ErrUnknownSignature": {"key=cat.png&X-Amz-Expires=99", "InvalidRequest", "X-Amz-Expires", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := documents(t, c.query)
			if c.code != "" {
				refused(t, a, c.code, c.field)
				return
			}
			p := planned(t, a, 200)
			checkPlan(t, p)
			if got := p.Headers["Content-Type"]; got != c.contentType {
				t.Errorf("the type is %q, want %q", got, c.contentType)
			}
			sized := strings.Contains(c.query, "size=")
			if p.signs(t, "content-length") != sized {
				t.Errorf("content-length is signed: %t", !sized)
			}
			if c.query != "key=cat.png&size=5368709120" {
				upload(t, p, "hello")
			}
		})
	}
}

// TestDocumentsWithoutASize takes a body of any length, as the contract says, but still a whole one.
func TestDocumentsWithoutASize(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"OKEmpty": "", "OKShort": "x", "OKLong": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upload(t, planned(t, documents(t, "key=cat.png"), 200), body)
		})
	}
	t.Run("OKSizeZero", func(t *testing.T) {
		t.Parallel()
		p := planned(t, documents(t, "key=cat.png&size=0"), 200)
		checkPlan(t, p)
		a := s3(t, p.request(t, "x"))
		if a.status != 400 || s3Code(a) != "BadDigest" {
			t.Errorf("a byte for an empty file got %d %s", a.status, s3Code(a))
		}
		checkNotStored(t, p, "")
	})
}

// TestRequestIDs: the caller may choose one id, never the other.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	const chosen = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	ids := map[string]bool{}
	for name, a := range map[string]answer{
		"Function": uploads(t, nil, setHeader("x-amzn-RequestId", chosen)),
		"Refusal":  uploads(t, nil, setHeader("x-amzn-RequestId", chosen), dropHeader("Authorization")),
		"Unknown":  api(t, "GET", "nothing", setHeader("x-amzn-RequestId", chosen), setHeader("x-amz-apigw-id", "FiV9AHvHoAMFtsg=")),
	} {
		if got := a.header.Get("x-amzn-RequestId"); got != chosen {
			t.Errorf("%s: x-amzn-RequestId is %s", name, got)
		}
		ids[a.header.Get("x-amz-apigw-id")] = true
	}
	if ids["FiV9AHvHoAMFtsg="] || len(ids) != 3 {
		t.Errorf("the values of x-amz-apigw-id are %v", ids)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"OKDocuments":              {"GET", "api/documents/signed?key=cat.png", 200},
		"OKDocumentsTrailingSlash": {"GET", "api/documents/signed/?key=cat.png", 200},
		"OKUploads":                {"POST", "uploads", 201},
		"OKUploadsTrailingSlash":   {"POST", "uploads/", 201},
		"ErrRoot":                  {"GET", "", 404},
		"ErrUnknown":               {"GET", "nothing", 404},
		"ErrUnknownPOST":           {"POST", "nothing", 404},
		"ErrPartOfAPath":           {"GET", "api/documents", 404},
		"ErrBeyond":                {"POST", "uploads/x", 404},
		"ErrByCase":                {"POST", "Uploads", 404},
		"ErrGETUploads":            {"GET", "uploads", 404},
		"ErrPUTUploads":            {"PUT", "uploads", 404},
		"ErrDELETEUploads":         {"DELETE", "uploads", 404},
		"ErrPATCHUploads":          {"PATCH", "uploads", 404},
		"ErrHEADUploads":           {"HEAD", "uploads", 404},
		"ErrPOSTDocuments":         {"POST", "api/documents/signed?key=cat.png", 404},
		"ErrHEADDocuments":         {"HEAD", "api/documents/signed?key=cat.png", 404},
		"ErrDotSegments":           {"POST", "nothing/../uploads", 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edits := []edit{setHeader("Content-Type", "application/json")}
			if c.method != "GET" && c.method != "HEAD" {
				edits = append(edits, setBody(goodBody))
			}
			a := api(t, c.method, c.path, edits...)
			if a.status != c.status {
				t.Fatalf("status %d, want %d", a.status, c.status)
			}
			if c.status == 404 && c.method != "HEAD" {
				refused(t, a, "NotFound", "")
			}
		})
	}
	// API Gateway alone would read the header as SigV4.
	for name, authorization := range map[string]string{
		"ErrUnknownWithoutToken": "", "ErrUnknownBearer": "Bearer " + ada.idToken, "ErrUnknownBearerAlone": "Bearer", "ErrUnknownBasic": "Basic YTpi",
		"ErrUnknownSignature": "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for method, path := range map[string]string{"GET": "nothing", "PUT": "uploads", "DELETE": "api", "PATCH": ""} {
				refused(t, api(t, method, path, authorized(authorization)), "NotFound", "")
			}
		})
	}
}
