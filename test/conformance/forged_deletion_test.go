package conformance_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestForgedDeletion changes a signed deletion. S3 must refuse each change, and delete nothing.
func TestForgedDeletion(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	mine, second, other := store(t, ada, nil), store(t, ada, nil), store(t, grace, nil)
	p := signDeletions(t, ada, mine.Key).Deletions[0]
	to := func(key string) edit {
		return setPath(func(path string) string { return strings.Replace(path, mine.Key, key, 1) })
	}
	batch := "<Delete><Object><Key>" + mine.Key + "</Key></Object><Object><Key>" + other.Key + "</Key></Object></Delete>"
	for name, f := range map[string]forgery{
		"ErrOtherKey":       {change: to(second.Key)},
		"ErrOtherUser":      {change: to(other.Key)},
		"ErrFolder":         {change: to(folder(ada, ""))},
		"ErrBucket":         {change: to("")},
		"ErrVersion":        {change: setQuery("versionId", versionOf(t, mine))},
		"ErrVersionNull":    {change: setQuery("versionId", "null")},
		"ErrVersionEmpty":   {change: setQuery("versionId", "")},
		"ErrGET":            {change: setMethod("GET")},
		"ErrPUT":            {change: allOf(setMethod("PUT"), setBody("HELLO"))},
		"ErrBatch":          {change: allOf(setMethod("POST"), to(""), setQuery("delete", ""), setBody(batch))},
		"ErrBatchAtTheKey":  {change: allOf(setMethod("POST"), setQuery("delete", ""), setBody(batch)), status: 405, code: "MethodNotAllowed", onAWS: "SignatureDoesNotMatch"},
		"ErrTags":           {change: setQuery("tagging", "")},
		"ErrACL":            {change: setQuery("acl", "")},
		"ErrUpload":         {change: setQuery("uploadId", "x")},
		"ErrMFA":            {change: setHeader("x-amz-mfa", "x 000000"), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrGovernance":     {change: setHeader("x-amz-bypass-governance-retention", "true"), code: notSigned, onAWS: "SignatureDoesNotMatch"},
		"ErrExpiryExtended": {change: setQuery("X-Amz-Expires", "86400")},
		"ErrUnsigned":       {change: editQuery(dropSignature), code: "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			checkRefusal(t, s3(t, p.request(t, "", f.change)), f)
			for _, file := range []plan{mine, second, other} {
				checkStored(t, file, "hello")
			}
		})
	}
	remove(t, p)
}

// versionOf is the version id of a stored object.
func versionOf(t *testing.T, p plan) string {
	t.Helper()
	if !hasRoute(t, "downloads") {
		return "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY"
	}
	return s3(t, planned(t, downloads(t, fields{"key": p.Key}), 200).request(t, "")).header.Get("x-amz-version-id")
}

// TestRoleOfDeletions: even correctly signed, the function's role can't delete a version for good,
// nor read or list anything. What it deletes is brought back by the operator.
func TestRoleOfDeletions(t *testing.T) {
	t.Parallel()
	localOnly(t, "it signs with a role's credentials")
	own := store(t, ada, nil)
	version := url.QueryEscape(versionOf(t, own))
	cases := elsewhere(own.Key)
	for name, c := range map[string]roleCase{
		"ErrGET":           {method: "GET", key: own.Key},
		"ErrGETTags":       {method: "GET", key: own.Key, query: "tagging"},
		"ErrList":          {method: "GET", query: "list-type=2&prefix=" + url.QueryEscape(folder(ada, ""))},
		"ErrThisVersion":   {method: "DELETE", key: own.Key, query: "versionId=" + version},
		"ErrOutside":       {method: "DELETE", key: "other/cat.png"},
		"ErrAbort":         {method: "DELETE", key: own.Key, query: "uploadId=x"},
		"ErrTagsOfVersion": {method: "DELETE", key: own.Key, query: "tagging&versionId=" + version},
	} {
		cases[name] = c
	}
	checkRole(t, mainRun, "delete", cases)
	checkBatchDeletion(t, mainRun, "delete", "<Key>other/cat.png</Key>", "<Key>"+own.Key+"</Key><VersionId>"+versionOf(t, own)+"</VersionId>")
	checkStored(t, own, "hello")
}
