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
	"signpost/lambda/identity"
	"signpost/lambda/s3sign"
	"signpost/lambda/s3sign/s3signtest"
)

// TestNoSequenceOfCallsGoesTooFar lets users plan, replay, exchange keys and upload ids, change
// the size in a key, ask for any part numbers, list and delete files, send bodies of any length, and
// change the URLs that they got. In every sequence, no upload in S3 ever holds more bytes than were declared when its
// key was planned, and no request reaches a key of the other user, or of a kind that is for a group
// which the caller isn't in. No listing shows such a key, and pages show every other one once.
//
// It holds for users of a pool, who each have their own files, as well as for callers of issuers. Two
// of those share an owner, and therefore files, but not the kinds that they may use.
func TestNoSequenceOfCallsGoesTooFar(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*deployment)
		users  []*intruder
	}{
		"Pool": {withKinds, []*intruder{poolUser(testSub), editor(poolUser(otherSub))}},
		"Issuers": {
			func(d *deployment) { withKinds(d); ofIssuers(d) },
			[]*intruder{editor(issuersUser(testCaller())), issuersUser(sharing("ada")), editor(issuersUser(sharing("bob")))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			completed, listed := 0, 0
			rapid.Check(t, func(rt *rapid.T) {
				w := newIntruders(t, rt, c.users, c.change)
				rt.Repeat(map[string]func(*rapid.T){
					"plan": w.plan, "parts": w.askForParts, "download": w.askForDownload, "send": w.send, "": w.check,
					"list": w.listAll, "list again": w.listAll, "delete": w.askForDeletions, "scan": w.askForScan,
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
		})
	}
}

// intruders are users, with the keys, ids and signed requests that they got.
type intruders struct {
	users     []*intruder
	upload    *Handler
	files     map[string]*Handler // by resource
	s3        *modelS3
	declared  map[string]int64 // by planned key
	keys, ids []string
	begun     []begun
	got       []taken
	listed    int // how many keys were listed
}

// intruder is a user. Only an editor may use films.
type intruder struct {
	owner, uploadedBy string
	editor            bool
	as                asCaller
}

func poolUser(sub string) *intruder {
	return &intruder{owner: sub, as: func(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
		e.RequestContext.Authorizer["claims"].(map[string]any)["sub"] = sub
		return e
	}}
}

func issuersUser(c identity.Caller) *intruder {
	u := &intruder{owner: c.Owner, as: func(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest { return by(c, e) }}
	if c.Shared {
		u.uploadedBy = c.Subject
	}
	return u
}

// editor makes a user a member of the group editors.
func editor(u *intruder) *intruder {
	member := *u
	member.editor = true
	member.as = func(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
		e = u.as(e)
		if _, ofPool := e.RequestContext.Authorizer["claims"]; ofPool {
			return asEditor(e)
		}
		e.RequestContext.Authorizer["claims"] = `{"` + config.GroupsClaim + `":["editors"]}`
		return e
	}
	return &member
}

// begun is an unfinished upload, and who began it.
type begun struct {
	user    *intruder
	key, id string
}

// taken is a signed request, and who got it.
type taken struct {
	user *intruder
	size int64 // that it was signed for
	signedAnswer
}

func newIntruders(t *testing.T, rt *rapid.T, users []*intruder, change ...func(*deployment)) *intruders {
	w := &intruders{
		users: users, s3: newModelS3(), declared: map[string]int64{}, ids: []string{"x"},
		keys: []string{strings.Replace(ownTestKey("a.png"), testSub, users[0].owner, 1)}, files: map[string]*Handler{},
	}
	for resource := range fileHandlers {
		w.files[resource], _ = newTestFor(t, resource, change...)
	}
	if rapid.Bool().Draw(rt, "strict") {
		change = append(change, func(c *deployment) { c.ResumableUploads = false })
	}
	w.upload, _ = newTestHandler(t, change...)
	return w
}

// owners returns the owner of each user.
func (w *intruders) owners() (owners []string) {
	for _, u := range w.users {
		owners = append(owners, u.owner)
	}
	return owners
}

func (w *intruders) call(rt *rapid.T, u *intruder, h *Handler, e events.APIGatewayProxyRequest, into any) (ok bool) {
	e = u.as(e)
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
func (w *intruders) take(rt *rapid.T, user *intruder, size int64, a *signedAnswer) {
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
	if s[1] != user.owner || s[0] == "film" && !user.editor || !slices.Contains([]string{"", "film", "note"}, s[0]) || strings.Contains(path, "..") {
		rt.Fatalf("%+v was given %s", user, a.URL)
	}
	w.got = append(w.got, taken{user, size, *a})
}

func (w *intruders) plan(rt *rapid.T) {
	size := rapid.OneOf(rapid.Int64Range(1, 70<<20), rapid.Int64Range(5<<20+1, 70<<20)).Draw(rt, "size") // the last in parts
	var a plannedAnswer
	user := w.user(rt)
	file := goodFields().alter(fields{"size": size})
	switch rapid.IntRange(0, 3).Draw(rt, "kind") {
	case 0:
		file["kind"], file["contentType"] = "film", "video/mp4"
	case 1:
		file["kind"] = "note"
	}
	ok := w.call(rt, user, w.upload, postEvent(file.String()), &a)
	if want := file["kind"] != "film" || user.editor; ok != want {
		rt.Fatalf("%+v plans %s: %v, want %v", user, file, ok, want)
	}
	if !ok {
		return
	}
	if got := a.Headers[uploadedBy]; got != user.uploadedBy {
		rt.Fatalf("%+v uploads as %q", user, got)
	}
	w.declared[a.Key] = size
	w.keys = append(w.keys, a.Key)
	w.take(rt, user, size, &a.signedAnswer)
	if rapid.Bool().Draw(rt, "send it") {
		w.replay(rt, w.got[len(w.got)-1], s3signtest.Request{Method: a.Method, URL: a.URL, Headers: a.Headers, Size: int(size)})
	}
}

func (w *intruders) user(rt *rapid.T) *intruder {
	return w.users[rapid.IntRange(0, len(w.users)-1).Draw(rt, "user")]
}

// key draws a key that somebody got, unchanged or altered.
func (w *intruders) key(rt *rapid.T) string {
	key := rapid.SampledFrom(w.keys).Draw(rt, "key")
	segments := keySegments(key)
	switch rapid.IntRange(0, 8).Draw(rt, "alteration") {
	case 0:
		segments[1] = rapid.SampledFrom(append(w.owners(), "..", "", "a")).Draw(rt, "owner")
	case 1:
		segments[2] = segments[2][:26] + keySuffix(rapid.Int64Range(-1, config.MaxObjectSize).Draw(rt, "forged size"), rapid.Bool().Draw(rt, "checksums"))
	case 2:
		segments[3] = rapid.SampledFrom([]string{"b.png", "..", "a/b", "a.png?uploads", ""}).Draw(rt, "name")
	case 3:
		return rapid.String().Draw(rt, "any key")
	case 4, 5:
		segments[0] = rapid.SampledFrom(append(w.owners(), "", "film", "note", "movie", "..")).Draw(rt, "kind")
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
	u := begun{w.user(rt), w.key(rt), rapid.SampledFrom(w.ids).Draw(rt, "id")}
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
	if !w.call(rt, u.user, w.upload, partsEvent(body.String()), &a) {
		return
	}
	first := len(w.got)
	for _, p := range a.Parts {
		w.take(rt, u.user, p.Size, &p.signedAnswer)
	}
	w.take(rt, u.user, 0, a.Complete)
	if rapid.Bool().Draw(rt, "send them") {
		for _, r := range w.got[first:] {
			for _, longer := range []int{0, 1 << 20} { // and a longer body
				w.replay(rt, r, s3signtest.Request{Method: r.Method, URL: r.URL, Headers: r.Headers, Size: max(0, int(r.size)) + longer})
			}
		}
	}
	w.take(rt, u.user, 0, a.List)
	w.take(rt, u.user, 0, a.Abort)
}

func (w *intruders) askForDownload(rt *rapid.T) {
	var a downloadAnswer
	user := w.user(rt)
	if w.call(rt, user, w.files["/downloads"], downloadEvent(fields{"key": w.key(rt)}.String()), &a) {
		w.take(rt, user, 0, &a.signedAnswer)
	}
}

func (w *intruders) askForScan(rt *rapid.T) {
	var a downloadAnswer
	user := w.user(rt)
	if w.call(rt, user, w.files["/scans"], scanEvent(fields{"key": w.key(rt)}.String()), &a) {
		w.take(rt, user, 0, &a.signedAnswer)
	}
}

func (w *intruders) askForDeletions(rt *rapid.T) {
	var a deletionsAnswer
	user := w.user(rt)
	keys := []any{w.key(rt)}
	if rapid.Bool().Draw(rt, "two") {
		keys = append(keys, w.key(rt))
	}
	if !w.call(rt, user, w.files["/deletions"], deletionsEvent(keys...), &a) {
		return
	}
	if len(a.Deletions) != len(keys) {
		rt.Fatalf("%d deletions of %d keys", len(a.Deletions), len(keys))
	}
	for _, d := range a.Deletions {
		w.take(rt, user, 0, &d.signedAnswer)
	}
}

// listAll lists what the caller has of one kind, page by page, and perhaps begins after any key.
func (w *intruders) listAll(rt *rapid.T) {
	user, kind := w.user(rt), rapid.SampledFrom(append(w.owners(), "", "film", "note", "movie")).Draw(rt, "kind")
	body, folder := fields{"limit": rapid.IntRange(1, 3).Draw(rt, "limit")}, "uploads/"+user.owner+"/"
	if kind != "" {
		body["kind"], folder = kind, "uploads/"+kind+"/"+user.owner+"/"
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
	for len(got) <= len(want) { // else a page is shown again
		var a downloadAnswer
		if !w.call(rt, user, w.files["/listings"], listingEvent(body.String()), &a) {
			return
		}
		w.take(rt, user, 0, &a.signedAnswer)
		w.replay(rt, w.got[len(w.got)-1], s3signtest.Request{Method: a.Method, URL: a.URL})
		if len(w.s3.listed) == 0 {
			break
		}
		got = append(got, w.s3.listed...)
		body["after"] = got[len(got)-1]
	}
	if !slices.Equal(got, want) {
		rt.Fatalf("%+v lists %v of the kind %q, want %v", user, got, kind, want)
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
			sent.URL = strings.Replace(sent.URL, "/"+w.users[0].owner+"/", "/"+w.users[1].owner+"/", 1)
		case 3:
			sent.Headers["x-amz-mp-object-size"] = fmt.Sprint(rapid.Int64().Draw(rt, "size"))
		case 4:
			sent.URL = strings.Replace(sent.URL, "/uploads/note/", "/uploads/film/", 1)
		case 5:
			sent.URL = strings.Replace(sent.URL, "%2F"+r.user.owner+"%2F", rapid.SampledFrom([]string{"", "%2F", "%2F" + w.users[0].owner + "%2F", "%2F" + w.users[1].owner + "%2F"}).Draw(rt, "folder"), 1)
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
		w.begun = append(w.begun, begun{r.user, w.s3.uploads[id].key, id})
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
