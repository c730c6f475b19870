package conformance_test

import "testing"

// TestRequestIDs: the caller may choose x-amzn-RequestId, but not x-amz-apigw-id.
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
		"OKLimits":                 {"GET", "limits", 200},
		"OKLimitsTrailingSlash":    {"GET", "limits/", 200},
		"OKUploads":                {"POST", "uploads", 201},
		"OKUploadsTrailingSlash":   {"POST", "uploads/", 201},
		"ErrRoot":                  {"GET", "", 404},
		"ErrUnknown":               {"GET", "nothing", 404},
		"ErrPartOfAPath":           {"GET", "api/documents", 404},
		"ErrBeyond":                {"POST", "uploads/x", 404},
		"ErrByCase":                {"POST", "Uploads", 404},
		"ErrPOSTLimits":            {"POST", "limits", 404},
		"ErrGETBatch":              {"GET", "uploads/batch", 404},
		"ErrGETUploads":            {"GET", "uploads", 404},
		"ErrHEADUploads":           {"HEAD", "uploads", 404},
		"ErrPOSTDocuments":         {"POST", "api/documents/signed?key=cat.png", 404},
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
	// Without a route of its own, API Gateway would read the header as SigV4.
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
