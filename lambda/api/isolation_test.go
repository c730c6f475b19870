package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"signpost/lambda/config"
	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

// TestNoSequenceOfCallsGoesTooFar lets two users plan, replay, exchange keys and upload ids, change
// the size in a key, ask for any part numbers, list and delete files, send bodies of any length, and
// change the URLs that they got. In every sequence, no upload in S3 ever holds more bytes than were declared when its
// key was planned, and no request reaches a key of the other user, or of a kind that is for a group
// which the caller isn't in. No listing shows such a key, and pages show every other one once.
func TestNoSequenceOfCallsGoesTooFar(t *testing.T) {
	t.Parallel()
	completed, listed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := newIntruders(t, rt)
		rt.Repeat(map[string]func(*rapid.T){
			"plan": w.plan, "parts": w.askForParts, "download": w.askForDownload, "send": w.send, "": w.check,
			"list": w.listAll, "delete": w.askForDeletions, "scan": w.askForScan,
		})
		listed += w.listed
		for key := range w.s3.objects {
			if id := keySegments(key)[2]; len(id) > 26 {
				completed++
			}
		}
	})
	if completed == 0 || listed == 0 {
		t.Errorf("%d uploads in parts were completed, and %d keys listed, so the test says nothing", completed, listed)
	}
}

// intruders are two users, with the keys, ids and signed requests that they got.
type intruders struct {
	upload    *Handler
	files     map[string]*Handler // by resource
	s3        *modelS3
	declared  map[string]int64 // by planned key
	keys, ids []string
	begun     []begun
	got       []taken
	listed    int // how many keys were listed
}

// begun is an unfinished upload, and who began it.
type begun struct{ sub, key, id string }

// taken is a signed request, and who got it.
type taken struct {
	sub  string
	size int64 // that it was signed for
	signedAnswer
}

// Only the second user is an editor, and may therefore use films.
var intruderSubs = []string{testSub, otherSub}

func newIntruders(t *testing.T, rt *rapid.T) *intruders {
	change := []func(*deployment){withKinds}
	if rapid.Bool().Draw(rt, "strict") {
		change = append(change, func(c *deployment) { c.ResumableUploads = false })
	}
	w := &intruders{s3: newModelS3(), declared: map[string]int64{}, keys: []string{ownTestKey("a.png")}, ids: []string{"x"}}
	w.upload, _ = newTestHandler(t, change...)
	w.files = map[string]*Handler{}
	for resource := range fileHandlers {
		w.files[resource], _ = newTestFor(t, resource, withKinds)
	}
	return w
}

func (w *intruders) call(rt *rapid.T, sub string, h *Handler, e events.APIGatewayProxyRequest, into any) (ok bool) {
	e.RequestContext.Authorizer["claims"].(map[string]any)["sub"] = sub
	if sub == otherSub {
		asEditor(e)
	}
	resp, err := h.Handle(rt.Context(), e)
	if err != nil || resp.StatusCode >= 500 {
		rt.Fatalf("%v: %s", err, resp.Body)
	}
	if resp.StatusCode >= 400 {
		return false
	}
	if err := json.Unmarshal([]byte(resp.Body), into); err != nil {
		rt.Fatalf("%v: %s", err, resp.Body)
	}
	return true
}

// take keeps a signed request, after checking that it is for one of the caller's own keys.
func (w *intruders) take(rt *rapid.T, sub string, size int64, a *signedAnswer) {
	if a == nil {
		return
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		rt.Fatal(err)
	}
	path := u.Path[1:]
	if u.Query().Has("list-type") {
		path = u.Query().Get("prefix") + "id/name" // no page may show more than one user's folder
	}
	s := keySegments(path)
	if s[1] != sub || s[0] == "film" && sub != otherSub || !slices.Contains([]string{"", "film", "note"}, s[0]) || strings.Contains(path, "..") {
		rt.Fatalf("%s was given %s", sub, a.URL)
	}
	w.got = append(w.got, taken{sub, size, *a})
}

func (w *intruders) plan(rt *rapid.T) {
	size := rapid.Int64Range(1, 70<<20).Draw(rt, "size")
	var a plannedAnswer
	sub := w.sub(rt)
	file := goodFields().alter(fields{"size": size})
	switch rapid.IntRange(0, 3).Draw(rt, "kind") {
	case 0:
		file["kind"], file["contentType"] = "film", "video/mp4"
	case 1:
		file["kind"] = "note"
	}
	ok := w.call(rt, sub, w.upload, postEvent(file.String()), &a)
	if want := file["kind"] != "film" || sub == otherSub; ok != want {
		rt.Fatalf("%s plans %s: %v, want %v", sub, file, ok, want)
	}
	if !ok {
		return
	}
	w.declared[a.Key] = size
	w.keys = append(w.keys, a.Key)
	w.take(rt, sub, size, &a.signedAnswer)
	if rapid.Bool().Draw(rt, "send it") {
		w.replay(rt, w.got[len(w.got)-1], s3signtest.Request{Method: a.Method, URL: a.URL, Headers: a.Headers, Size: int(size)})
	}
}

func (w *intruders) sub(rt *rapid.T) string { return rapid.SampledFrom(intruderSubs).Draw(rt, "sub") }

// key draws a key that somebody got, unchanged or altered.
func (w *intruders) key(rt *rapid.T) string {
	key := rapid.SampledFrom(w.keys).Draw(rt, "key")
	segments := keySegments(key)
	switch rapid.IntRange(0, 8).Draw(rt, "alteration") {
	case 0:
		segments[1] = rapid.SampledFrom(append(intruderSubs, "..", "", "a")).Draw(rt, "owner")
	case 1:
		segments[2] = segments[2][:26] + keySuffix(rapid.Int64Range(-1, config.MaxObjectSize).Draw(rt, "forged size"), rapid.Bool().Draw(rt, "checksums"))
	case 2:
		segments[3] = rapid.SampledFrom([]string{"b.png", "..", "a/b", "a.png?uploads", ""}).Draw(rt, "name")
	case 3:
		return rapid.String().Draw(rt, "any key")
	case 4, 5:
		segments[0] = rapid.SampledFrom(append(intruderSubs, "", "film", "note", "movie", "..")).Draw(rt, "kind")
	}
	if segments[0] == "" {
		segments = segments[1:]
	}
	return "uploads/" + strings.Join(segments, "/")
}

// keySegments returns the kind in a key, "" if there is none, and the three segments after it.
func keySegments(key string) []string {
	segments := strings.Split(strings.TrimPrefix(key, "uploads/"), "/")
	if len(segments) == 3 {
		return append([]string{""}, segments...)
	}
	return segments
}

func (w *intruders) askForParts(rt *rapid.T) {
	u := begun{w.sub(rt), w.key(rt), rapid.SampledFrom(w.ids).Draw(rt, "id")}
	if len(w.begun) > 0 && rapid.IntRange(0, 3).Draw(rt, "coherent") > 0 {
		u = rapid.SampledFrom(w.begun).Draw(rt, "begun")
		if rapid.IntRange(0, 3).Draw(rt, "forged") == 0 {
			u.key = strings.Replace(u.key, keySuffix(w.declared[u.key], false), keySuffix(w.declared[u.key]*2, false), 1)
		}
	}
	var numbers []int64
	if rapid.Bool().Draw(rt, "all parts") {
		last := s3sign.Split(max(w.declared[u.key], 1)).Count + rapid.Int64Range(0, 1).Draw(rt, "too many")
		for n := int64(1); n <= last; n++ {
			numbers = append(numbers, n)
		}
	} else {
		numbers = rapid.SliceOfN(rapid.Int64Range(-1, 6), 0, 6).Draw(rt, "numbers")
	}
	var a partsAnswer
	body := partsFor(u.key, numbered(numbers...)...).alter(fields{"uploadId": u.id})
	if !w.call(rt, u.sub, w.upload, partsEvent(body.String()), &a) {
		return
	}
	first := len(w.got)
	for _, p := range a.Parts {
		w.take(rt, u.sub, p.Size, &p.signedAnswer)
	}
	w.take(rt, u.sub, 0, a.Complete)
	if rapid.Bool().Draw(rt, "send them") {
		for _, r := range w.got[first:] {
			for _, longer := range []int{0, 1 << 20} { // and a longer body
				w.replay(rt, r, s3signtest.Request{Method: r.Method, URL: r.URL, Headers: r.Headers, Size: max(0, int(r.size)) + longer})
			}
		}
	}
	w.take(rt, u.sub, 0, a.List)
	w.take(rt, u.sub, 0, a.Abort)
}

func (w *intruders) askForDownload(rt *rapid.T) {
	var a downloadAnswer
	sub := w.sub(rt)
	if w.call(rt, sub, w.files["/downloads"], downloadEvent(fields{"key": w.key(rt)}.String()), &a) {
		w.take(rt, sub, 0, &a.signedAnswer)
	}
}

func (w *intruders) askForScan(rt *rapid.T) {
	var a downloadAnswer
	sub := w.sub(rt)
	if w.call(rt, sub, w.files["/scans"], scanEvent(fields{"key": w.key(rt)}.String()), &a) {
		w.take(rt, sub, 0, &a.signedAnswer)
	}
}

func (w *intruders) askForDeletions(rt *rapid.T) {
	var a deletionsAnswer
	sub := w.sub(rt)
	keys := []any{w.key(rt)}
	if rapid.Bool().Draw(rt, "two") {
		keys = append(keys, w.key(rt))
	}
	if !w.call(rt, sub, w.files["/deletions"], deletionsEvent(keys...), &a) {
		return
	}
	if len(a.Deletions) != len(keys) {
		rt.Fatalf("%d deletions of %d keys", len(a.Deletions), len(keys))
	}
	for _, d := range a.Deletions {
		w.take(rt, sub, 0, &d.signedAnswer)
	}
}

// listAll lists what the caller has of one kind, page by page, and perhaps begins after any key.
func (w *intruders) listAll(rt *rapid.T) {
	sub, kind := w.sub(rt), rapid.SampledFrom([]string{"", "film", "note", "movie", testSub, otherSub}).Draw(rt, "kind")
	body, folder := fields{"limit": rapid.IntRange(1, 3).Draw(rt, "limit")}, "uploads/"+sub+"/"
	if kind != "" {
		body["kind"], folder = kind, "uploads/"+kind+"/"+sub+"/"
	}
	if rapid.IntRange(0, 3).Draw(rt, "from any key") == 0 {
		body["after"] = w.key(rt)
	}
	var want []string
	for _, key := range slices.Sorted(maps.Keys(w.s3.objects)) {
		if after, _ := body["after"].(string); strings.HasPrefix(key, folder) && key > after {
			want = append(want, key)
		}
	}
	var got []string
	for {
		var a downloadAnswer
		if !w.call(rt, sub, w.files["/listings"], listingEvent(body.String()), &a) {
			return
		}
		w.take(rt, sub, 0, &a.signedAnswer)
		w.replay(rt, w.got[len(w.got)-1], s3signtest.Request{Method: a.Method, URL: a.URL})
		if len(w.s3.listed) == 0 {
			break
		}
		got = append(got, w.s3.listed...)
		body["after"] = got[len(got)-1]
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("%s lists %v of the kind %q, want %v", sub, got, kind, want)
	}
	w.listed += len(got)
}

// send sends a signed request, unchanged or altered, perhaps several times.
func (w *intruders) send(rt *rapid.T) {
	if len(w.got) == 0 {
		rt.Skip("nothing to send yet")
	}
	at := rapid.IntRange(0, len(w.got)-1).Draw(rt, "request")
	for _, r := range w.got[at:min(len(w.got), at+rapid.IntRange(1, 6).Draw(rt, "how many"))] {
		sent := s3signtest.Request{Method: r.Method, URL: r.URL, Headers: maps.Clone(r.Headers), Size: int(r.size)}
		switch rapid.IntRange(0, 11).Draw(rt, "forgery") {
		case 0:
			sent.Size += rapid.IntRange(1, 1<<40).Draw(rt, "longer")
		case 1:
			sent.URL = strings.Replace(sent.URL, "partNumber=1", "partNumber="+strconv.Itoa(rapid.IntRange(2, 9).Draw(rt, "number")), 1)
		case 2:
			sent.URL = strings.Replace(sent.URL, "/"+testSub+"/", "/"+otherSub+"/", 1)
		case 3:
			sent.Headers["x-amz-mp-object-size"] = fmt.Sprint(rapid.Int64().Draw(rt, "size"))
		case 4:
			sent.URL = strings.Replace(sent.URL, "/uploads/note/", "/uploads/film/", 1)
		case 5:
			sent.URL = strings.Replace(sent.URL, "%2F"+r.sub+"%2F", rapid.SampledFrom([]string{"", "%2F", "%2F" + testSub + "%2F", "%2F" + otherSub + "%2F"}).Draw(rt, "folder"), 1)
		case 6:
			sent.URL += rapid.SampledFrom([]string{"&prefix=uploads%2F", "&delimiter=%2F", "&versionId=null", "&tagging="}).Draw(rt, "parameter")
		}
		w.replay(rt, r, sent)
	}
}

// replay sends a request that may have been altered. S3 must refuse it if anything that is signed
// was changed.
func (w *intruders) replay(rt *rapid.T, r taken, sent s3signtest.Request) {
	status, id := w.s3.send(sent)
	changed := sent.Size != int(r.size) && slices.Contains(s3signtest.SignedHeaders(r.URL), "content-length") || sent.URL != r.URL ||
		r.Headers["x-amz-mp-object-size"] != "" && sent.Headers["x-amz-mp-object-size"] != r.Headers["x-amz-mp-object-size"]
	if changed && status != 403 {
		rt.Fatalf("S3 takes a forged request: %d for %+v", status, sent)
	}
	if id != "" {
		w.ids = append(w.ids, id)
		w.begun = append(w.begun, begun{r.sub, w.s3.uploads[id].key, id})
	}
}

// check checks what must hold after every step.
func (w *intruders) check(rt *rapid.T) {
	for id, upload := range w.s3.uploads {
		if declared, planned := w.declared[upload.key]; !planned || upload.total() > declared {
			rt.Fatalf("upload %s to %s holds %d bytes, %d were declared (planned: %v)", id, upload.key, upload.total(), declared, planned)
		}
	}
	if len(w.s3.lost) > 0 {
		rt.Fatalf("overwritten: %v", w.s3.lost)
	}
	for key, size := range w.s3.objects {
		if declared, planned := w.declared[key]; !planned || size != declared {
			rt.Fatalf("%s is stored with %d bytes, %d were declared (planned: %v)", key, size, declared, planned)
		}
	}
}
