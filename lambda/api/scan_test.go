package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/s3sign/s3signtest"
)

func TestSignScanAnswers(t *testing.T) {
	t.Parallel()
	h, j := newTestFor(t, "/scans", withKinds)
	for _, key := range []string{ownTestKey("cat.png"), partsKey(6*mib, true), keyOfKind("contract", "a.pdf")} {
		var a downloadAnswer
		answered(t, h, scanEvent(fields{"key": key}.String()), 200, &a)
		u, err := url.Parse(a.URL)
		if err != nil {
			t.Fatal(err)
		}
		if a.Method != "GET" || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/"+key || a.ExpiresIn != 600 {
			t.Errorf("%s %s, %d seconds", a.Method, a.URL, a.ExpiresIn)
		}
		for name := range u.Query() {
			if !strings.HasPrefix(name, "X-Amz-") && name != "tagging" { // such as versionId
				t.Errorf("the query has %s", name)
			}
		}
		if !u.Query().Has("tagging") { // without it, this would be the whole file
			t.Errorf("the URL is %s", a.URL)
		}
		if a.Headers == nil || len(a.Headers) > 0 || !slices.Equal(s3signtest.SignedHeaders(a.URL), []string{"host"}) {
			t.Errorf("headers %v, signed %v", a.Headers, s3signtest.SignedHeaders(a.URL))
		}
		mustBeSigned(t, a.signedAnswer, 0)
		lines := j.lines(t)
		if line := lines[len(lines)-1]; line["key"] != key || line["size"] != nil {
			t.Errorf("logged as %v", line)
		}
	}
}

func TestScanRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestFor(t, "/scans", withKinds)
	for body, field := range map[string]string{
		`{}`: "key", `{"key":null}`: "key", `{"key":5}`: "key", `{"key":["` + ownTestKey("a") + `"]}`: "key",
		`{"key":"` + ownTestKey("a") + `","versionId":"1"}`: "versionId",
	} {
		refused(t, h, scanEvent(body), 400, InvalidRequest, field)
	}
}
