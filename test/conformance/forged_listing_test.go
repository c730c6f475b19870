package conformance_test

import (
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
)

// TestForgedListing changes the signed request for a page. S3 must refuse each change.
func TestForgedListing(t *testing.T) {
	t.Parallel()
	withFeature(t, "listings")
	own := store(t, ada, nil)
	p := signListing(t, ada, "", madeUpKey(ada, ""), 1)
	toKey := func(key string) edit {
		return setPath(func(path string) string { return strings.TrimSuffix(path, "/") + "/" + key })
	}
	bare := editQuery(func(q url.Values) {
		for _, name := range []string{"list-type", "prefix", "max-keys", "start-after"} {
			q.Del(name)
		}
	})
	for name, f := range map[string]forgery{
		"ErrPrefixWidened":   {change: setQuery("prefix", "uploads/")},
		"ErrPrefixShortened": {change: setQuery("prefix", strings.TrimSuffix(folder(ada, ""), "/"))},
		"ErrPrefixLonger":    {change: setQuery("prefix", own.Key)},
		"ErrPrefixOtherUser": {change: setQuery("prefix", folder(grace, ""))},
		"ErrPrefixKind":      {change: setQuery("prefix", folder(ada, "avatar"))},
		"ErrPrefixEmpty":     {change: setQuery("prefix", "")},
		"ErrPrefixDropped":   {change: dropQuery("prefix")},
		"ErrPrefixTwice":     {change: editQuery(func(q url.Values) { q.Add("prefix", folder(grace, "")) })},
		"ErrPrefixBefore":    {change: editQuery(func(q url.Values) { q["prefix"] = []string{folder(grace, ""), folder(ada, "")} })},
		"ErrPrefixCase":      {change: editQuery(func(q url.Values) { q.Set("Prefix", folder(grace, "")) })},
		"ErrDelimiter":       {change: setQuery("delimiter", "/")},
		"ErrMaxKeysRaised":   {change: setQuery("max-keys", "1000")},
		"ErrMaxKeysDropped":  {change: dropQuery("max-keys")},
		"ErrAfterChanged":    {change: setQuery("start-after", own.Key)},
		"ErrAfterDropped":    {change: dropQuery("start-after")},
		"ErrToken":           {change: setQuery("continuation-token", "x")},
		"ErrMarker":          {change: setQuery("marker", "a")},
		"ErrFetchOwner":      {change: setQuery("fetch-owner", "true")},
		"ErrEncoding":        {change: setQuery("encoding-type", "url")},
		"ErrListType1":       {change: setQuery("list-type", "1")},
		"ErrListTypeDropped": {change: dropQuery("list-type")},
		"ErrVersionsAdded":   {change: setQuery("versions", "")},
		"ErrVersions":        {change: allOf(bare, setQuery("versions", ""))},
		"ErrUploadsAdded":    {change: setQuery("uploads", "")},
		"ErrUploads":         {change: allOf(bare, setQuery("uploads", ""))},
		"ErrPolicy":          {change: allOf(bare, setQuery("policy", ""))},
		"ErrACL":             {change: setQuery("acl", "")},
		"ErrBatchDeletion":   {change: allOf(setMethod("POST"), bare, setQuery("delete", ""), setBody("<Delete><Object><Key>"+own.Key+"</Key></Object></Delete>"))},
		"ErrDELETEBucket":    {change: setMethod("DELETE")},
		"ErrPUTBucket":       {change: setMethod("PUT")},
		"ErrObject":          {change: toKey(own.Key)},
		"ErrObjectBare":      {change: allOf(bare, toKey(own.Key))},
		"ErrOtherBucket":     {change: setPath(replace(target.UploadBucketName, "other-bucket")), onAWS: "NoSuchBucket"},
		"ErrExpiryExtended":  {change: setQuery("X-Amz-Expires", "86400")},
		"ErrUnsigned":        {change: editQuery(dropSignature), code: "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			checkRefusal(t, s3(t, p.request(t, "", f.change)), f)
		})
	}
	if a := s3(t, p.request(t, "", setMethod("HEAD"))); a.status != 403 { // S3 sends no code with it
		t.Errorf("S3 answered HEAD with %d", a.status)
	}
	checkStored(t, own, "hello")
	if a := s3(t, p.request(t, "")); a.status != 200 {
		t.Errorf("afterwards S3 answered %d %s", a.status, s3Code(a))
	}
}

// dropSignature leaves only what the request is about.
func dropSignature(q url.Values) {
	for name := range q {
		if strings.HasPrefix(name, "X-Amz-") {
			q.Del(name)
		}
	}
}

// TestRoleOfListings: even correctly signed, the function's role lists one user's folder and does
// nothing else.
func TestRoleOfListings(t *testing.T) {
	t.Parallel()
	localOnly(t, "it signs with a role's credentials")
	own := store(t, ada, nil)
	store(t, grace, nil) // so that there is something to see
	list := func(prefix, more string) roleCase {
		return roleCase{method: "GET", query: "list-type=2&prefix=" + url.QueryEscape(prefix) + more}
	}
	ok := func(c roleCase) roleCase { c.status = 200; return c }
	cases := elsewhere(own.Key)
	for name, c := range map[string]roleCase{
		"OKFolder":            ok(list(folder(ada, ""), "")),
		"OKFolderOfAKind":     ok(list(folder(ada, "avatar"), "")),
		"ErrGET":              {method: "GET", key: own.Key},
		"ErrGETTags":          {method: "GET", key: own.Key, query: "tagging"},
		"ErrDELETE":           {method: "DELETE", key: own.Key},
		"ErrEverybody":        list("uploads/", ""),
		"ErrEverybodysKind":   list("uploads/avatar/", ""),
		"ErrNoSlash":          list(strings.TrimSuffix(folder(ada, ""), "/"), ""),
		"ErrBeginning":        list("uploads/"+ada.sub[:1], ""),
		"ErrOneFile":          list(own.Key, ""),
		"ErrOutside":          list("", ""),
		"ErrAbove":            list("/", ""),
		"ErrOtherRoot":        list("other/"+ada.sub+"/", ""),
		"ErrFoldersOfAll":     list("uploads/", "&delimiter=/"),
		"ErrVersions":         {method: "GET", query: "versions&prefix=" + url.QueryEscape(folder(ada, ""))},
		"ErrUploads":          {method: "GET", query: "uploads&prefix=" + url.QueryEscape(folder(ada, ""))},
		"ErrVersionOne":       {method: "GET", query: "prefix=uploads/"}, // ListObjects, which needs the same permission
		"ErrEmptySecondValue": list("", "&prefix="+url.QueryEscape(folder(ada, ""))),
	} {
		cases[name] = c
	}
	checkRole(t, mainRun, "list", cases)
	// A list may begin anywhere, and has nothing of the folder where it begins
	// (supabase/storage#1346).
	for _, begin := range []string{"&start-after=a", "&start-after=" + url.QueryEscape(folder(grace, "")),
		"&continuation-token=" + url.QueryEscape(base64.URLEncoding.EncodeToString([]byte(folder(grace, ""))))} {
		a := s3(t, asRole(t, mainRun, roleCredentials(t, mainRun, "list"), "GET", "", list(folder(ada, ""), begin).query, ""))
		var p page
		if err := xml.Unmarshal(a.body, &p); a.status != 200 || err != nil {
			t.Errorf("S3 answered %d %s, %v", a.status, s3Code(a), err)
		}
		for _, key := range p.keys() {
			if !strings.HasPrefix(key, folder(ada, "")) {
				t.Errorf("the list from %s on has %s", begin, key)
			}
		}
	}
	checkBatchDeletion(t, mainRun, "list", "<Key>"+own.Key+"</Key>", "<Key>"+own.Key+"</Key><VersionId>"+versionOf(t, own)+"</VersionId>")
	checkStored(t, own, "hello")
}
