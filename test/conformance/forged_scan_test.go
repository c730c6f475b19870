package conformance_test

import (
	"strings"
	"testing"
)

// checkForgedScan changes the signed reading of a file's tags, and then signs with the role of the
// function itself. In both ways S3 must neither give the file nor let its tags be written.
func checkForgedScan(t *testing.T, r scanRun) {
	mine, second := r.put(t, r.first, eicar, nil), r.put(t, r.first, "hello", nil)
	other := r.put(t, r.second, "GRACE", nil)
	p := r.signScan(t, r.first, mine.Key)
	to := func(key string) edit {
		return setPath(func(path string) string { return strings.Replace(path, mine.Key, key, 1) })
	}
	const clean = "<Tagging><TagSet><Tag><Key>GuardDutyMalwareScanStatus</Key><Value>NO_THREATS_FOUND</Value></Tag></TagSet></Tagging>"
	for name, f := range map[string]forgery{
		"ErrWritten":        {change: allOf(setMethod("PUT"), setBody(clean))},
		"ErrDeleted":        {change: setMethod("DELETE")},
		"ErrPOST":           {change: allOf(setMethod("POST"), setBody(clean)), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrOtherKey":       {change: to(second.Key)},
		"ErrOtherUser":      {change: to(other.Key)},
		"ErrBucketsTags":    {change: to("")},
		"ErrVersion":        {change: setQuery("versionId", "null")},
		"ErrACL":            {change: allOf(dropQuery("tagging"), setQuery("acl", ""))},
		"ErrACLAdded":       {change: setQuery("acl", "")},
		"ErrObject":         {change: dropQuery("tagging")},
		"ErrAttributes":     {change: allOf(dropQuery("tagging"), setQuery("attributes", ""))},
		"ErrDeletion":       {change: allOf(setMethod("DELETE"), dropQuery("tagging"))},
		"ErrUpload":         {change: allOf(setMethod("PUT"), dropQuery("tagging"), setBody("HELLO"))},
		"ErrExpiryExtended": {change: setQuery("X-Amz-Expires", "86400")},
		"ErrUnsigned":       {change: editQuery(dropSignature), code: "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s3(t, p.request(t, "", f.change))
			checkRefusal(t, a, f)
			if strings.Contains(string(a.body), "EICAR") || strings.Contains(string(a.body), "GRACE") {
				t.Error("a file was read")
			}
		})
	}
	cases := elsewhere(mine.Key)
	for name, c := range map[string]roleCase{
		"OKTags":            {method: "GET", key: mine.Key, query: "tagging", status: 200},
		"ErrGET":            {method: "GET", key: mine.Key},
		"ErrDELETE":         {method: "DELETE", key: mine.Key},
		"ErrList":           {method: "GET", query: "list-type=2&prefix=uploads/"},
		"ErrTagsOfVersion":  {method: "GET", key: mine.Key, query: "tagging&versionId=null"},
		"ErrTagsOutside":    {method: "GET", key: "other/cat.png", query: "tagging"},
		"ErrTagsAtUpload":   {method: "PUT", key: mine.Key + "x", query: "x-amz-tagging=GuardDutyMalwareScanStatus%3DNO_THREATS_FOUND", body: "hello"},
		"ErrWrittenVersion": {method: "PUT", key: mine.Key, query: "tagging&versionId=null", body: clean},
		"ErrBucketsTagging": {method: "GET", query: "tagging"},
	} {
		cases[name] = c
	}
	t.Run("Role", func(t *testing.T) { checkRole(t, r.localRun, "scan", cases) })
	t.Run("ErrStillRefused", func(t *testing.T) { // no forgery has made it clean
		checkRefusal(t, s3(t, r.signDownload(t, r.first, mine.Key).request(t, "")), forgery{code: "AccessDenied"})
	})
}
