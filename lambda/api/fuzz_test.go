package api

import (
	"cmp"
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/ascii"
	"signpost/lambda/mediatype"
)

// The seeds of these targets are in testdata/fuzz, one file each. To run one for longer:
//
//	go test ./lambda/api -fuzz FuzzPlanBody -fuzztime 1m

// keyPattern matches every key that can be the caller's own in a deployment withKinds, with its
// kind, the size in base 36 and the mark of checksums.
var keyPattern = regexp.MustCompile(`^uploads/(?:(avatar|film|contract|note)/)?` + testSub + `/[0-7][0-9A-HJKMNP-TV-Z]{25}(?:-([1-9a-z][0-9a-z]*?)(-sha256)?)?/[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$`)

// checkAnswer checks what holds for every answer: it isn't an internal error, it is readable, and
// the log holds no secret. It returns false for a refusal, and decodes an answer into v.
func checkAnswer(t *testing.T, h *Handler, j *journal, e events.APIGatewayProxyRequest, v any) (ok bool) {
	t.Helper()
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
	if resp.StatusCode < 400 {
		decodeStrict(t, resp.Body, v)
		return true
	}
	var r refusal
	decodeStrict(t, resp.Body, &r)
	if r.Error.Code == "" || r.Error.Message == "" || r.Error.RequestID == "" || len(resp.Body) > 64<<10 {
		t.Fatalf("the refusal: %s", resp.Body)
	}
	return false
}

// checkSigned checks what holds for every signed request: it is for the key in the deployment's
// bucket, a browser can send it, and S3 accepts it with a body of size bytes.
func checkSigned(t *testing.T, a signedAnswer, key string, size int) {
	t.Helper()
	if !keyPattern.MatchString(key) || len(key) > 1024 {
		t.Fatalf("key %q", key)
	}
	u, err := url.Parse(a.URL)
	if err != nil || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/"+key {
		t.Fatalf("url %s for the key %s: %v", a.URL, key, err)
	}
	for name, value := range a.Headers {
		if !ascii.ConsistsOf(name, ascii.Alphanumeric+"-_.") || !ascii.ConsistsOf(value, ascii.Visible+" ") {
			t.Fatalf("a browser could not send %q: %q", name, value)
		}
	}
	mustBeSigned(t, a, size)
}

func FuzzPlanBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestHandler(t, withKinds)
		var a plannedAnswer
		if !checkAnswer(t, h, j, postEvent(body), &a) {
			return
		}
		// encoding/json must accept the body too.
		var p struct {
			Filename, ContentType, Kind string
			Size                        int
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("planned what encoding/json refuses: %v\n%q", err, body)
		}
		if (a.Multipart != nil) != (p.Size > 5<<20) {
			t.Fatalf("%d bytes: multipart %+v", p.Size, a.Multipart)
		}
		if got := keyPattern.FindStringSubmatch(a.Key)[1]; got != p.Kind || got == "film" || got == "avatar" && p.Size > 1<<20 {
			t.Fatalf("%d bytes of the kind %q are planned as %q", p.Size, p.Kind, got)
		}
		if a.Multipart != nil {
			if size := keyPattern.FindStringSubmatch(a.Key)[2]; size != strconv.FormatInt(int64(p.Size), 36) {
				t.Fatalf("the key carries %s for %d bytes", size, p.Size)
			}
			p.Size = 0 // the request that begins an upload has no body
		}
		checkSigned(t, a.signedAnswer, a.Key, p.Size)
	})
}

func FuzzBatchBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestHandler(t, withKinds)
		var a batchAnswer
		if !checkAnswer(t, h, j, rawBatchEvent(body), &a) {
			return
		}
		var asked struct{ Files []json.RawMessage }
		if err := json.Unmarshal([]byte(body), &asked); err != nil {
			t.Fatalf("answered what encoding/json refuses: %v\n%q", err, body)
		}
		if len(a.Files) != len(asked.Files) || len(a.Files) < 1 || len(a.Files) > 100 {
			t.Fatalf("%d files for %d", len(a.Files), len(asked.Files))
		}
		for i, file := range a.Files {
			if strings.HasPrefix(string(file), `{"error":`) {
				refusedFile(t, file)
				continue
			}
			var f struct {
				Kind string
				Size int
			}
			if err := json.Unmarshal(asked.Files[i], &f); err != nil {
				t.Fatalf("planned what encoding/json refuses: %v\n%q", err, asked.Files[i])
			}
			p := plannedFile(t, file)
			if !strings.HasPrefix(p.Key, "uploads/"+path.Join(f.Kind, testSub)+"/") || p.ExpiresIn < a.ExpiresIn {
				t.Fatalf("a file of the kind %q is planned as %s, for %d seconds", f.Kind, p.Key, p.ExpiresIn)
			}
			if p.Multipart != nil {
				f.Size = 0
			}
			checkSigned(t, p.signedAnswer, p.Key, f.Size)
		}
	})
}

func FuzzPartsBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestHandler(t, withKinds)
		var a partsAnswer
		if !checkAnswer(t, h, j, partsEvent(body), &a) {
			return
		}
		var p struct {
			Key   string
			Parts []struct{ PartNumber int64 }
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Fatalf("signed what encoding/json refuses: %v\n%q", err, body)
		}
		if len(a.Parts) != len(p.Parts) || len(a.Parts) > 100 {
			t.Fatalf("%d parts for %d", len(a.Parts), len(p.Parts))
		}
		match := keyPattern.FindStringSubmatch(p.Key)
		size, err := strconv.ParseInt(match[2], 36, 64)
		if err != nil || match[1] == "film" || match[1] == "avatar" {
			t.Fatalf("signed parts of %s: %v", p.Key, err)
		}
		seen := map[int64]bool{}
		for i, part := range a.Parts {
			if part.PartNumber != p.Parts[i].PartNumber || seen[part.PartNumber] || part.Size < 1 {
				t.Fatalf("part %+v for %+v", part, p.Parts[i])
			}
			seen[part.PartNumber] = true
			size -= part.Size
			checkSigned(t, part.signedAnswer, p.Key, int(part.Size))
		}
		if size < 0 {
			t.Fatalf("%d bytes more than the key says", -size)
		}
		for _, s := range []*signedAnswer{a.List, a.Complete, a.Abort} {
			checkSigned(t, *s, p.Key, 0)
		}
	})
}

func FuzzDownloadBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestDownloads(t, withKinds)
		var a downloadAnswer
		if !checkAnswer(t, h, j, downloadEvent(body), &a) {
			return
		}
		var d struct{ Key, Disposition string }
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Fatalf("signed what encoding/json refuses: %v\n%q", err, body)
		}
		checkSigned(t, a.signedAnswer, d.Key, 0)
		if kind := keyPattern.FindStringSubmatch(d.Key)[1]; kind == "film" || kind == "contract" {
			t.Fatalf("signed a read of a %s", kind)
		}
		u, err := url.Parse(a.URL)
		if err != nil {
			t.Fatal(err)
		}
		shownAs := u.Query().Get("response-content-type")
		if (d.Disposition == "inline") != (shownAs != "") || mediatype.CanRunScript(strings.Split(shownAs, ";")[0]) {
			t.Fatalf("%q is shown as %q", d.Disposition, shownAs)
		}
	})
}

func FuzzListingBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestFor(t, "/listings", withKinds)
		var a downloadAnswer
		if !checkAnswer(t, h, j, listingEvent(body), &a) {
			return
		}
		var l struct {
			Kind, After string
			Limit       int
		}
		if err := json.Unmarshal([]byte(body), &l); err != nil {
			t.Fatalf("signed what encoding/json refuses: %v\n%q", err, body)
		}
		mustBeSigned(t, a.signedAnswer, 0)
		u, err := url.Parse(a.URL)
		if err != nil || u.Path != "/" || a.Method != "GET" || len(a.Headers) > 0 {
			t.Fatalf("%s %s: %v", a.Method, a.URL, err)
		}
		query := u.Query()
		if folder := "uploads/" + path.Join(l.Kind, testSub) + "/"; query.Get("prefix") != folder || !strings.HasPrefix(l.After, folder) && l.After != "" {
			t.Fatalf("%q lists %s, after %q", body, query.Get("prefix"), query.Get("start-after"))
		}
		if l.Kind == "film" || l.After != query.Get("start-after") || strconv.Itoa(cmp.Or(l.Limit, 1000)) != query.Get("max-keys") {
			t.Fatalf("%q is signed as %v", body, query)
		}
	})
}

func FuzzDeletionsBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestFor(t, "/deletions", withKinds)
		var a deletionsAnswer
		if !checkAnswer(t, h, j, deletionsBody(body), &a) {
			return
		}
		var d struct{ Keys []string }
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			t.Fatalf("signed what encoding/json refuses: %v\n%q", err, body)
		}
		if len(a.Deletions) != len(d.Keys) || len(d.Keys) < 1 || len(d.Keys) > 100 {
			t.Fatalf("%d deletions of %d keys", len(a.Deletions), len(d.Keys))
		}
		seen := map[string]bool{}
		for i, deletion := range a.Deletions {
			if deletion.Key != d.Keys[i] || seen[deletion.Key] || deletion.Method != "DELETE" || keyPattern.FindStringSubmatch(deletion.Key)[1] == "film" {
				t.Fatalf("%s %s for %s", deletion.Method, deletion.Key, d.Keys[i])
			}
			seen[deletion.Key] = true
			checkSigned(t, deletion.signedAnswer, deletion.Key, 0)
		}
	})
}

func FuzzScanBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, body string) {
		h, j := newTestFor(t, "/scans", withKinds)
		var a downloadAnswer
		if !checkAnswer(t, h, j, scanEvent(body), &a) {
			return
		}
		var s struct{ Key string }
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			t.Fatalf("signed what encoding/json refuses: %v\n%q", err, body)
		}
		checkSigned(t, a.signedAnswer, s.Key, 0)
		if u, err := url.Parse(a.URL); err != nil || a.Method != "GET" || !u.Query().Has("tagging") || keyPattern.FindStringSubmatch(s.Key)[1] == "film" {
			t.Fatalf("%s %s: %v", a.Method, a.URL, err)
		}
	})
}

func FuzzSignedQuery(f *testing.F) {
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return // API Gateway would not pass it on
		}
		h, j := newTestHandler(t, withKinds)
		var a plannedAnswer
		if !checkAnswer(t, h, j, getEvent(values), &a) {
			return
		}
		n := 0
		for _, c := range values.Get("size") {
			n = n*10 + int(c-'0')
		}
		checkSigned(t, a.signedAnswer, a.Key, n)
		if kind := keyPattern.FindStringSubmatch(a.Key)[1]; kind != values.Get("kind") || kind == "film" || kind == "contract" {
			t.Fatalf("planned as %q, asked for %q", kind, values.Get("kind"))
		}
	})
}
