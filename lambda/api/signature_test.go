package api

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

func TestPlannedPutSignsAllThatS3MustHold(t *testing.T) {
	t.Parallel()
	always := []string{"content-disposition", "content-type", "host", "if-none-match"}
	sum := "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" // of "test"
	for name, c := range map[string]struct {
		event map[string][]string // a GET if set, else body as a POST
		body  fields
		size  int
		extra []string
	}{
		"Plain":    {body: goodFields(), size: 12345, extra: []string{"content-length"}},
		"Checksum": {body: goodFields().alter(fields{"sha256": sum}), size: 12345, extra: []string{"content-length", "x-amz-checksum-sha256"}},
		"Metadata": {body: goodFields().alter(fields{"metadata": fields{"Album": "2026", "by": "Köln"}}), size: 12345, extra: []string{"content-length", "x-amz-meta-album", "x-amz-meta-by"}},
		"Empty":    {body: goodFields().alter(fields{"size": 0}), extra: []string{"x-amz-checksum-sha256"}},
		"EmptyTwice": {
			body: goodFields().alter(fields{"size": 0, "sha256": s3sign.EmptySHA256}), extra: []string{"x-amz-checksum-sha256"},
		},
		"Largest":       {body: goodFields().alter(fields{"size": testMaxSize}), size: testMaxSize, extra: []string{"content-length"}},
		"GetWithSize":   {event: map[string][]string{"key": {"cat.png"}, "size": {"5"}}, size: 5, extra: []string{"content-length"}},
		"GetEmpty":      {event: map[string][]string{"key": {"cat.png"}, "size": {"0"}}, extra: []string{"x-amz-checksum-sha256"}},
		"GetAnyLength":  {event: map[string][]string{"key": {"cat.png"}}, size: 99},
		"GetTypeNamed":  {event: map[string][]string{"key": {"cat"}, "contentType": {"image/png"}}, size: 1},
		"GetNoneAtRoot": {event: map[string][]string{"key": {"../../cat.png"}}, size: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestHandler(t)
			e := getEvent(c.event)
			if c.event == nil {
				e = postEvent(c.body.String())
			}
			a := planned(t, h, e)
			if a.Method != http.MethodPut {
				t.Errorf("method %s", a.Method)
			}
			want := slices.Sorted(slices.Values(append(slices.Clone(always), c.extra...)))
			if got := s3signtest.SignedHeaders(a.URL); !slices.Equal(got, want) {
				t.Errorf("signed headers\n got %v\nwant %v", got, want)
			}
			mustBeSigned(t, a.signedAnswer, c.size)
			for name := range a.Headers {
				if lower := strings.ToLower(name); lower == "host" || lower == "content-length" || !slices.Contains(want, lower) {
					t.Errorf("headers tells the caller to set %s", name)
				}
			}
			if got := len(a.Headers); got != len(want)-1-strings.Count(strings.Join(want, ";"), "content-length") {
				t.Errorf("headers has %d entries for the signed headers %v", got, want)
			}
			for _, word := range []string{"checksum", "crc32", "X-Amz-Meta", "x-id"} {
				if strings.Contains(strings.ReplaceAll(a.URL, "SignedHeaders="+u(want), ""), word) {
					t.Errorf("the query holds %q: %s", word, a.URL)
				}
			}
		})
	}
}

// u returns a list of signed headers as a URL has it.
func u(names []string) string { return s3signtest.URIEncode(strings.Join(names, ";")) }

// Changing anything that is signed breaks the signature.
func TestForgeryBreaksTheSignature(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	sum := "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="
	a := planned(t, h, postEvent(goodFields().alter(fields{"size": 4, "sha256": sum, "metadata": fields{"album": "2026"}}).String()))
	secret := testDeployment().Credentials.SecretAccessKey
	good := s3signtest.Request{Method: a.Method, URL: a.URL, Headers: a.Headers, Size: 4}
	if err := good.SignatureError(secret); err != nil {
		t.Fatal(err)
	}
	change := func(name, value string) func(*s3signtest.Request) {
		return func(r *s3signtest.Request) { r.Headers = maps.Clone(r.Headers); r.Headers[name] = value }
	}
	replace := func(old, new string) func(*s3signtest.Request) {
		return func(r *s3signtest.Request) {
			if !strings.Contains(r.URL, old) {
				t.Fatalf("%q is not in %s", old, r.URL)
			}
			r.URL = strings.Replace(r.URL, old, new, 1)
		}
	}
	for name, forge := range map[string]func(*s3signtest.Request){
		"Method":      func(r *s3signtest.Request) { r.Method = "DELETE" },
		"Key":         replace(testSub, "00000000-0000-0000-0000-000000000000"),
		"Longer":      func(r *s3signtest.Request) { r.Size++ },
		"Shorter":     func(r *s3signtest.Request) { r.Size-- },
		"Type":        change("Content-Type", "text/html"),
		"Checksum":    change("x-amz-checksum-sha256", s3sign.EmptySHA256),
		"Metadata":    change("x-amz-meta-album", "1999"),
		"Disposition": change("Content-Disposition", "inline"),
		"Overwrite":   change("If-None-Match", "x"),
		"Expiry":      replace("X-Amz-Expires=600", "X-Amz-Expires=6000"),
		"Date":        replace("X-Amz-Date=20260818T100000Z", "X-Amz-Date=20260818T110000Z"),
		"Unsigned":    replace("content-length%3B", ""),
	} {
		forged := good
		forge(&forged)
		if forged.SignatureError(secret) == nil {
			t.Errorf("%s: forged unnoticed", name)
		}
	}
}

// The same for requests about stored files, whose parts are all in the path and the query.
func TestForgedFilesBreakTheSignature(t *testing.T) {
	t.Parallel()
	var list, scan downloadAnswer
	var deletions deletionsAnswer
	sign := func(e events.APIGatewayProxyRequest, into any) {
		h, _ := newTestFor(t, e.Resource, withKinds)
		answered(t, h, e, 200, into)
	}
	sign(listingEvent(fields{"kind": "avatar", "after": keyOfKind("avatar", "a.png"), "limit": 10}.String()), &list)
	sign(scanEvent(fields{"key": ownTestKey("a.png")}.String()), &scan)
	sign(deletionsEvent(ownTestKey("a.png")), &deletions)
	secret := testDeployment().Credentials.SecretAccessKey
	for name, c := range map[string]struct {
		signed   signedAnswer
		old, new string // "" for the end of the URL
	}{
		"ListAll":           {list.signedAnswer, "prefix=uploads%2Favatar%2F" + testSub + "%2F", "prefix="},
		"ListNoPrefix":      {list.signedAnswer, "&prefix=uploads%2Favatar%2F" + testSub + "%2F", ""},
		"ListAllAvatars":    {list.signedAnswer, testSub + "%2F", ""},
		"ListAnothers":      {list.signedAnswer, testSub, otherSub},
		"ListAnotherKind":   {list.signedAnswer, "prefix=uploads%2Favatar", "prefix=uploads%2Ffilm"},
		"ListShorterPrefix": {list.signedAnswer, testSub + "%2F", testSub[:8]},
		"ListSecondPrefix":  {list.signedAnswer, "", "&prefix=uploads%2F"},
		"ListDelimiter":     {list.signedAnswer, "", "&delimiter=%2F"},
		"ListMore":          {list.signedAnswer, "max-keys=10", "max-keys=1000"},
		"ListFromTheStart":  {list.signedAnswer, "start-after=", "start-afte="},
		"ListOwners":        {list.signedAnswer, "", "&fetch-owner=true"},
		"ListToken":         {list.signedAnswer, "", "&continuation-token=x"},
		"ListVersions":      {list.signedAnswer, "", "&versions="},
		"ListUploads":       {list.signedAnswer, "", "&uploads="},
		"ListByVersion1":    {list.signedAnswer, "list-type=2&", ""},
		"ListAsPath":        {list.signedAnswer, ".com/?", ".com/" + ownTestKey("a.png") + "?"},
		"DeleteAnothers":    {deletions.Deletions[0].signedAnswer, testSub, otherSub},
		"DeleteAVersion":    {deletions.Deletions[0].signedAnswer, "", "&versionId=null"},
		"DeleteTags":        {deletions.Deletions[0].signedAnswer, "", "&tagging="},
		"DeleteAnUpload":    {deletions.Deletions[0].signedAnswer, "", "&uploadId=x"},
		"DeleteTheBucket":   {deletions.Deletions[0].signedAnswer, "/" + ownTestKey("a.png"), "/"},
		"ScanAnothers":      {scan.signedAnswer, testSub, otherSub},
		"ScanReadsTheFile":  {scan.signedAnswer, "tagging=", "x="},
		"ScanReadsWithout":  {scan.signedAnswer, "&tagging=", ""},
		"ScanAVersion":      {scan.signedAnswer, "", "&versionId=null"},
		"ScanACL":           {scan.signedAnswer, "tagging=", "acl="},
	} {
		forged := s3signtest.Request{Method: c.signed.Method, URL: c.signed.URL, Headers: c.signed.Headers}
		if err := forged.SignatureError(secret); err != nil {
			t.Fatal(err)
		}
		if c.old == "" {
			forged.URL += c.new
		} else {
			forged.URL = strings.Replace(forged.URL, c.old, c.new, 1)
		}
		if forged.URL == c.signed.URL {
			t.Fatalf("%s: %q is not in %s", name, c.old, c.signed.URL)
		}
		if forged.SignatureError(secret) == nil {
			t.Errorf("%s: forged unnoticed", name)
		}
	}
	for _, signed := range []signedAnswer{list.signedAnswer, scan.signedAnswer, deletions.Deletions[0].signedAnswer} {
		for _, method := range []string{"GET", "PUT", "POST", "DELETE", "HEAD"} {
			forged := s3signtest.Request{Method: method, URL: signed.URL}
			if method != signed.Method && forged.SignatureError(secret) == nil {
				t.Errorf("%s instead of %s: forged unnoticed", method, signed.Method)
			}
		}
	}
}

func TestExpiryIsWhatTheCredentialsAllow(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(c *deployment) {
		c.Credentials.CanExpire, c.Credentials.Expires = true, testNow.Add(90*time.Second)
	})
	a := planned(t, h, postEvent(goodFields().String()))
	u, err := url.Parse(a.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Query().Get("X-Amz-Date") + " " + u.Query().Get("X-Amz-Expires"); got != "20260818T100000Z 90" || a.ExpiresIn != 90 || a.ExpiresAt != "2026-08-18T10:01:30Z" {
		t.Errorf("the URL lives %s; the answer says %d seconds, until %s", got, a.ExpiresIn, a.ExpiresAt)
	}
}

func TestExpiredCredentialsAreAnInternalError(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, func(c *deployment) {
		c.Credentials.CanExpire, c.Credentials.Expires = true, testNow.Add(-time.Minute)
	})
	r := refused(t, h, postEvent(goodFields().String()), 500, Internal, "")
	if strings.Contains(r.Error.Message, "credential") {
		t.Errorf("the caller learns of the credentials: %s", r.Error.Message)
	}
	line := j.lines(t)[0]
	if text, _ := line["error"].(string); !strings.Contains(text, "credentials expire at ") || line["level"] != "ERROR" {
		t.Errorf("the log does not say what is wrong: %v", line)
	}
}
