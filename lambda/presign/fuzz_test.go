package presign

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// The seeds of these targets lie in testdata/fuzz, one file each. Run one for
// longer with
//
//	go test ./lambda/presign -fuzz FuzzPlanBody -fuzztime 1m

var keyPattern = regexp.MustCompile(`^uploads/` + testSub + `/[0-9A-HJKMNP-TV-Z]{26}/[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$`)

// checkAnswer holds for every answer, whatever was asked: no panic, no failure
// of ours, no key outside the caller's own prefix, nothing S3 would not check.
func checkAnswer(t *testing.T, e events.APIGatewayProxyRequest, size func(plannedAnswer) int) {
	t.Helper()
	h, j := newTestHandler(t)
	resp := handle(t, h, e)
	if resp.StatusCode >= 500 {
		t.Fatalf("status %d: %s\n%s", resp.StatusCode, resp.Body, j)
	}
	if !json.Valid([]byte(resp.Body)) || !utf8.ValidString(resp.Body) || resp.Headers["Access-Control-Allow-Origin"] != testOrigin {
		t.Fatalf("the answer is unreadable: %+v", resp)
	}
	if len(j.lines(t)) != 1 || strings.Contains(j.String(), "X-Amz-") || strings.Contains(j.String(), testSession[:12]) {
		t.Fatalf("the log: %s", j)
	}
	if resp.StatusCode >= 400 {
		var r refusal
		decodeStrict(t, resp.Body, &r)
		if r.Error.Code == "" || r.Error.Message == "" || r.Error.RequestID == "" || len(resp.Body) > 64<<10 {
			t.Fatalf("the refusal: %s", resp.Body)
		}
		return
	}
	a := planned(t, h, e)
	if !keyPattern.MatchString(a.Key) || len(a.Key) > 1024 {
		t.Fatalf("key %q", a.Key)
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/"+a.Key {
		t.Fatalf("url %s for the key %s: %v", a.URL, a.Key, err)
	}
	for name, value := range a.Headers {
		if !consistsOf(name, isToken, "") || !consistsOf(value, func(c byte) bool { return ' ' <= c && c <= '~' }, "") {
			t.Fatalf("a browser could not send %q: %q", name, value)
		}
	}
	mustBeSigned(t, a.signedAnswer, size(a))
}

func FuzzPlanBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		checkAnswer(t, postEvent(body), func(plannedAnswer) int {
			// Only what encoding/json too takes may have been planned.
			var p struct {
				Filename, ContentType string
				Size                  int
			}
			if err := json.Unmarshal([]byte(body), &p); err != nil {
				t.Fatalf("planned what encoding/json refuses: %v\n%q", err, body)
			}
			return p.Size
		})
	})
}

func FuzzName(f *testing.F) {
	f.Fuzz(func(t *testing.T, name string) {
		if e := checkFilename("filename", name); e != nil {
			if n := utf8.RuneCountInString(name); utf8.ValidString(name) && n >= 1 && n <= 255 {
				t.Fatalf("%q is refused: %v", name, e)
			}
			return
		}
		checkName(t, name)
	})
}

func FuzzSignedQuery(f *testing.F) {
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return // API Gateway would not pass it on
		}
		checkAnswer(t, getEvent(values), func(plannedAnswer) int {
			n := 0
			for _, c := range values.Get("size") {
				n = n*10 + int(c-'0')
			}
			return n
		})
	})
}
