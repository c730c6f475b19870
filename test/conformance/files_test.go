package conformance_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What the tests of the routes of stored files share: POST /listings, /deletions and /scans.

// withFeature skips a test of an optional route where the deployment doesn't have it. The local run
// has the routes of all features but scans.
func withFeature(t *testing.T, route string) {
	t.Helper()
	if hasRoute(t, route) {
		return
	}
	if mainRun != nil {
		t.Fatalf("the local run has no route POST /%s", route)
	}
	t.Skipf("NOT RUN against the stack of -outputs: it has no POST /%s", route)
}

// postFields sends a JSON object to a route of the API.
func postFields(t *testing.T, route string, body fields, edits ...edit) answer {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, route, string(raw), edits...)
}

// store plans an upload of this user's and uploads "hello".
func store(t *testing.T, u user, changed fields) plan {
	t.Helper()
	p := planned(t, uploads(t, changed, asUser(u)), 201)
	upload(t, p, "hello")
	return p
}

// newUser signs a user up who has no files yet, so that a test knows all of them.
func newUser(t *testing.T) user {
	t.Helper()
	localCognito(t, "it signs users up")
	name, password := "user-"+strconv.FormatInt(time.Now().UnixNano(), 36)+"@example.com", "Password-1"
	account := fields{"UserPoolId": target.UserPoolId, "Username": name, "MessageAction": "SUPPRESS"}
	if err := cognito(target, "AdminCreateUser", account, nil); err != nil {
		t.Fatal(err)
	}
	account["Password"], account["Permanent"] = password, true
	if err := cognito(target, "AdminSetUserPassword", account, nil); err != nil {
		t.Fatal(err)
	}
	u, err := signIn(target, target.UserPoolClientId, name, password)
	if err != nil {
		t.Fatal(err)
	}
	u.sub, _ = claimsOf(u.idToken)["sub"].(string)
	return u
}

// folder is what the keys of a user's files of a kind begin with; the kind is "" for none.
func folder(u user, kind string) string {
	if kind == "" {
		return "uploads/" + u.sub + "/"
	}
	return "uploads/" + kind + "/" + u.sub + "/"
}

// madeUpKey is a well-formed key of a user's that was never planned. It sorts before those that
// were.
func madeUpKey(u user, kind string) string {
	return folder(u, kind) + "00000000000000000000000000/cat.png"
}

// page is S3's answer to ListObjectsV2.
type page struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Prefix         string
	MaxKeys        int
	KeyCount       int
	IsTruncated    bool
	Contents       []listedFile
	CommonPrefixes []struct{ Prefix string }
}

type listedFile struct {
	Key          string
	Size         int64
	ETag         string
	LastModified time.Time
}

func (p page) keys() []string {
	var keys []string
	for _, file := range p.Contents {
		keys = append(keys, file.Key)
	}
	return keys
}

// signListing has the listing of a page signed, and checks that the signed request lists the user's
// own folder, from there on and no more files than were asked for.
func signListing(t *testing.T, u user, kind, after string, limit int, edits ...edit) plan {
	t.Helper()
	body, operation := fields{}, url.Values{"list-type": {"2"}, "prefix": {folder(u, kind)}, "max-keys": {"1000"}}
	if kind != "" {
		body["kind"] = kind
	}
	if after != "" {
		body["after"] = after
		operation.Set("start-after", after)
	}
	if limit > 0 {
		body["limit"] = limit
		operation.Set("max-keys", strconv.Itoa(limit))
	}
	p := planned(t, postFields(t, "listings", body, append([]edit{asUser(u)}, edits...)...), 200)
	checkOperation(t, p, "GET", operation)
	if len(p.Headers) != 0 {
		t.Errorf("to be set are %q", p.Headers)
	}
	return p
}

// listPage lists one page, and checks what is true of any: it is sorted, and has only files of this
// folder that come after that key. A limit of 0 is the greatest.
func listPage(t *testing.T, u user, kind, after string, limit int) page {
	t.Helper()
	a := s3(t, signListing(t, u, kind, after, limit).request(t, ""))
	var p page
	if err := xml.Unmarshal(a.body, &p); a.status != http.StatusOK || err != nil {
		t.Fatalf("S3 did not list the files: %d %s %v: %.500s", a.status, s3Code(a), err, a.body)
	}
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
	if limit == 0 {
		limit = 1000
	}
	if p.Prefix != folder(u, kind) || p.MaxKeys != limit || len(p.Contents) > limit || len(p.CommonPrefixes) > 0 || p.KeyCount != len(p.Contents) {
		t.Errorf("the page has the prefix %q, %d of %d files, and says %d; %d prefixes", p.Prefix, len(p.Contents), p.MaxKeys, p.KeyCount, len(p.CommonPrefixes))
	}
	if p.IsTruncated && len(p.Contents) == 0 {
		t.Error("the page is empty and says that more files follow")
	}
	last := after
	for _, file := range p.Contents {
		if !strings.HasPrefix(file.Key, folder(u, kind)) || file.Key <= last {
			t.Errorf("%s is listed after %q in %s", file.Key, last, folder(u, kind))
		}
		last = file.Key
	}
	return p
}

// eachPage lists a folder page by page, as a client does, and holds one page at a time.
func eachPage(t *testing.T, u user, kind string, limit int, do func(page)) {
	t.Helper()
	for after, more := "", true; more; {
		p := listPage(t, u, kind, after, limit)
		do(p)
		before := after
		if len(p.Contents) > 0 {
			after = p.Contents[len(p.Contents)-1].Key
		}
		more = p.IsTruncated && after > before // or else it would have no end, which listPage has reported
	}
}

// listedKeys are the keys of all pages.
func listedKeys(t *testing.T, u user, kind string, limit int) (keys []string) {
	t.Helper()
	eachPage(t, u, kind, limit, func(p page) { keys = append(keys, p.keys()...) })
	return keys
}

// deletions are the answer to POST /deletions.
type deletions struct {
	Deletions []plan
	ExpiresIn int
	ExpiresAt time.Time
}

// signDeletions has deletions signed, and checks that each signed request deletes its own object
// and nothing else.
func signDeletions(t *testing.T, u user, keys ...string) deletions {
	t.Helper()
	a := postFields(t, "deletions", fields{"keys": keys}, asUser(u))
	var signed deletions
	if err := json.Unmarshal(a.body, &signed); a.status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v: %.500s", a.status, err, withoutQuery(string(a.body)))
	}
	var got []string
	for _, d := range signed.Deletions {
		got = append(got, d.Key)
		d.ExpiresIn, d.ExpiresAt = signed.ExpiresIn, signed.ExpiresAt
		checkOperation(t, d, "DELETE", url.Values{})
		if len(d.Headers) != 0 {
			t.Errorf("to be set are %q", d.Headers)
		}
	}
	if !slices.Equal(got, keys) {
		t.Fatalf("signed are the deletions of %q, asked for were %q", got, keys)
	}
	return signed
}

// remove sends a signed deletion, and checks that S3 confirms it.
func remove(t *testing.T, d plan) {
	t.Helper()
	a := s3(t, d.request(t, ""))
	if a.status != http.StatusNoContent || a.header.Get("x-amz-delete-marker") != "true" || a.header.Get("x-amz-version-id") == "" {
		t.Fatalf("S3 did not delete the object: %d %s, delete marker %q", a.status, s3Code(a), a.header.Get("x-amz-delete-marker"))
	}
	accepted.CompareAndSwap(d.Key, true, false)
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
}
