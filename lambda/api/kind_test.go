package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
)

// withKinds is a deployment with four kinds of upload: avatars are small, films are for editors,
// contracts need metadata and can't be read, and notes are as the deployment says.
func withKinds(d *deployment) {
	resumable(d)
	d.Downloads = true
	d.Kinds = []config.Kind{
		{Name: "avatar", AllowedTypes: []string{"image/png", "image/jpeg"}, MaxSize: mib, URLLifetime: time.Minute},
		{Name: "film", AllowedTypes: []string{"video/mp4"}, MaxSize: 1 << 40, RequiredGroup: "editors"},
		{Name: "contract", RequiredMetadata: []string{"case", "author"}, NoDownloads: true},
		{Name: "note"},
	}
}

// onlyKinds closes the kind with no name.
func onlyKinds(d *deployment) { withKinds(d); d.NoUnnamedKind = true }

// asEditor makes a request one of a member of the group editors.
func asEditor(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	e.RequestContext.Authorizer["claims"].(map[string]any)[config.GroupsClaim] = "editors"
	return e
}

// ofKind returns a key of the caller's own, of a kind, for a file of size bytes that is sent in
// parts.
func ofKind(kind string, size int64) string {
	return strings.Replace(partsKey(size, false), "uploads/", "uploads/"+kind+"/", 1)
}

func TestPlanOfAKind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind      string
		change    fields
		editor    bool
		lifetime  int
		multipart bool
	}{
		"ItsOwnLimits":    {"avatar", fields{"size": mib}, false, 60, false},
		"TypeParameter":   {"avatar", fields{"contentType": "IMAGE/PNG;charset=UTF-8"}, false, 60, false}, // supabase/storage#1381
		"Group":           {"film", fields{"contentType": "video/mp4", "size": 6 * mib}, true, 600, true},
		"Metadata":        {"contract", fields{"metadata": fields{"Case": "7", "author": "ada", "more": "x"}}, false, 600, false},
		"TheDeploymentsS": {"note", fields{"contentType": "text/plain", "size": 6 * mib}, false, 600, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, change := range []func(*deployment){withKinds, onlyKinds} {
				h, j := newTestHandler(t, change)
				e := postEvent(goodFields().alter(c.change).alter(fields{"kind": c.kind}).String())
				if c.editor {
					asEditor(e)
				}
				a := planned(t, h, e)
				if !strings.HasPrefix(a.Key, "uploads/"+c.kind+"/"+testSub+"/") || !strings.Contains(a.URL, "/"+a.Key+"?") {
					t.Errorf("key %s, url %s", a.Key, a.URL)
				}
				if a.ExpiresIn != c.lifetime || !strings.Contains(a.URL, fmt.Sprintf("X-Amz-Expires=%d&", c.lifetime)) || (a.Multipart != nil) != c.multipart {
					t.Errorf("%d seconds, multipart %v: %s", a.ExpiresIn, a.Multipart, a.URL)
				}
				if line := j.lines(t)[0]; line["key"] != a.Key || line["kind"] != nil {
					t.Errorf("logged as %v", line)
				}
			}
		})
	}
}

// Naming no kind is what it was before there were kinds.
func TestPlanOfNoKind(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, withKinds)
	for _, kind := range []any{nil, null} {
		a := planned(t, h, postEvent(goodFields().alter(fields{"kind": kind, "size": 2 * mib}).String()))
		if !strings.HasPrefix(a.Key, "uploads/"+testSub+"/") || a.ExpiresIn != 600 {
			t.Errorf("%s, %d seconds", a.Key, a.ExpiresIn)
		}
	}
}

func TestKindRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*deployment)
		fields  fields
		editor  bool
		status  int
		code    Code
		field   string
		message string
		allowed []string
	}{
		"Unknown": {withKinds, fields{"kind": "avatr"}, false, 400, InvalidRequest, "kind",
			`kind "avatr" is unknown; allowed: avatar, contract, note`, []string{"avatar", "contract", "note"}},
		"UnknownToAnEditor": {withKinds, fields{"kind": "Avatar"}, true, 400, InvalidRequest, "kind",
			`kind "Avatar" is unknown; allowed: avatar, film, contract, note`, []string{"avatar", "film", "contract", "note"}},
		"Empty":    {withKinds, fields{"kind": ""}, false, 400, InvalidRequest, "kind", `kind "" is unknown; allowed: avatar, contract, note`, []string{"avatar", "contract", "note"}},
		"Number":   {withKinds, fields{"kind": 5}, false, 400, InvalidRequest, "kind", "kind must be a string, not a number", nil},
		"NoKinds":  {inParts, fields{"kind": "avatar"}, false, 400, InvalidRequest, "kind", `kind "avatar" is unknown; leave it out`, nil},
		"Required": {onlyKinds, nil, false, 400, InvalidRequest, "kind", "kind is required; allowed: avatar, contract, note", []string{"avatar", "contract", "note"}},
		"NoneForTheCaller": {func(d *deployment) { onlyKinds(d); d.Kinds = d.Kinds[1:2] }, nil, false, 400, InvalidRequest, "kind",
			"kind is required; this token's user may use none of this deployment's kinds", nil},
		"Group": {withKinds, fields{"kind": "film"}, false, 403, Forbidden, "kind",
			`kind "film" is only for members of the group "editors", and this token's user isn't in it; a user who joined after signing in must sign in again`, nil},
		"Size": {withKinds, fields{"kind": "avatar", "size": mib + 1}, false, 413, SizeTooLarge, "size", "size 1048577 is over the limit of 1048576 bytes for avatar", nil},
		"Type": {withKinds, fields{"kind": "avatar", "contentType": "image/gif"}, false, 415, TypeNotAllowed, "contentType",
			"image/gif is not allowed here; allowed: image/png, image/jpeg", []string{"image/png", "image/jpeg"}},
		"NoMetadata": {withKinds, fields{"kind": "contract"}, false, 400, InvalidRequest, "metadata",
			`metadata lacks case, author; every file of the kind "contract" must have case, author`, nil},
		"NullMetadata": {withKinds, fields{"kind": "contract", "metadata": null}, false, 400, InvalidRequest, "metadata",
			`metadata lacks case, author; every file of the kind "contract" must have case, author`, nil},
		"SomeMetadata": {withKinds, fields{"kind": "contract", "metadata": fields{"CASE": "7"}}, false, 400, InvalidRequest, "metadata",
			`metadata lacks author; every file of the kind "contract" must have case, author`, nil},
		"EmptyMetadata": {withKinds, fields{"kind": "contract", "metadata": fields{"case": "", "author": "ada"}}, false, 400, InvalidRequest, "metadata",
			`metadata gives "case" an empty value; leave the entry out`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestHandler(t, c.change)
			e := postEvent(goodFields().alter(c.fields).String())
			if c.editor {
				asEditor(e)
			}
			r := refused(t, h, e, c.status, c.code, c.field)
			if r.Error.Message != c.message || !slices.Equal(r.Error.Allowed, c.allowed) || r.Error.Problems != nil {
				t.Errorf("message %q, allowed %q, problems %+v\nwant    %q, %q", r.Error.Message, r.Error.Allowed, r.Error.Problems, c.message, c.allowed)
			}
		})
	}
}

// The kind comes first, whatever is wrong with it. What it decides about is then left open, and
// the rest is still checked.
func TestProblemsBesideTheKinds(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, withKinds)
	for _, c := range []struct {
		fields fields
		status int
		want   string
	}{
		{fields{"kind": "x", "size": int64(1) << 60, "contentType": "text/html", "metadata": fields{}}, 400, "InvalidRequest kind"},
		{fields{"kind": "film", "size": int64(1) << 60, "contentType": "text/html"}, 403, "Forbidden kind"},
		{fields{"kind": "film", "size": -1, "contentType": "png", "filename": ""}, 403, "Forbidden kind,InvalidRequest filename,InvalidRequest contentType,InvalidRequest size"},
		{fields{"kind": "x", "sha256": "x", "metadata": fields{"a b": "c"}, "partChecksums": 1, "y": 1}, 400,
			"InvalidRequest kind,InvalidRequest sha256,InvalidRequest metadata,InvalidRequest partChecksums,InvalidRequest y"},
		{fields{"kind": "contract", "size": -1, "contentType": "text/html", "metadata": fields{"a b": "c"}}, 415,
			"TypeNotAllowed contentType,InvalidRequest size,InvalidRequest metadata,InvalidRequest metadata"},
	} {
		resp := handle(t, h, postEvent(goodFields().alter(c.fields).String()))
		var r refusal
		decodeStrict(t, resp.Body, &r)
		got := []string{r.Error.Code + " " + r.Error.Field}
		for i, p := range r.Error.Problems {
			if i > 0 {
				got = append(got, p.Code+" "+p.Field)
			}
		}
		if strings.Join(got, ",") != c.want || resp.StatusCode != c.status {
			t.Errorf("%v\n got %d, %v\nwant %d, %s", c.fields, resp.StatusCode, got, c.status, c.want)
		}
	}
}

func TestDocumentOfAKind(t *testing.T) {
	t.Parallel()
	type query = map[string][]string
	h, _ := newTestHandler(t, withKinds)
	a := planned(t, h, getEvent(query{"key": {"cat.png"}, "kind": {"avatar"}}))
	if !strings.HasPrefix(a.Key, "uploads/avatar/"+testSub+"/") || a.ExpiresIn != 60 {
		t.Errorf("%s, %d seconds", a.Key, a.ExpiresIn)
	}
	for name, c := range map[string]struct {
		query  query
		status int
		code   Code
		field  string
		says   string
	}{
		"Unknown":  {query{"key": {"cat.png"}, "kind": {""}}, 400, InvalidRequest, "kind", "allowed: avatar, contract, note"},
		"Twice":    {query{"key": {"cat.png"}, "kind": {"avatar", "note"}}, 400, InvalidRequest, "kind", "given twice"},
		"Group":    {query{"key": {"film.mp4"}, "kind": {"film"}}, 403, Forbidden, "kind", `"editors"`},
		"Size":     {query{"key": {"cat.png"}, "kind": {"avatar"}, "size": {"1048577"}}, 413, SizeTooLarge, "size", "the limit of 1048576 bytes for avatar"},
		"OnePut":   {query{"key": {"cat.png"}, "kind": {"note"}, "size": {"5368709121"}}, 413, SizeTooLarge, "size", "of a single PutObject"},
		"Guess":    {query{"key": {"cat.gif"}, "kind": {"avatar"}}, 415, TypeNotAllowed, "contentType", "guessed from the file name"},
		"Metadata": {query{"key": {"cat.png"}, "kind": {"contract"}}, 400, InvalidRequest, "kind", `kind "contract" requires metadata (case, author), which only POST /uploads takes`},
	} {
		r := refused(t, h, getEvent(c.query), c.status, c.code, c.field)
		if !strings.Contains(r.Error.Message, c.says) || r.Error.Problems != nil {
			t.Errorf("%s: %+v, want it to say %q", name, r.Error, c.says)
		}
	}
	h, _ = newTestHandler(t, onlyKinds)
	refused(t, h, getEvent(query{"key": {"cat.png"}}), 400, InvalidRequest, "kind")
}

// Each plan of a batch has its own kind's lifetime. The batch expires with the first of them.
func TestBatchOfSeveralKinds(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, withKinds)
	avatar, note := goodFields().alter(fields{"kind": "avatar"}), goodFields().alter(fields{"kind": "note"})
	var a batchAnswer
	answered(t, h, batchEvent(note, avatar, note, goodFields().alter(fields{"kind": "film"})), 200, &a)
	for i, want := range []int{600, 60, 600} {
		if p := plannedFile(t, a.Files[i]); p.ExpiresIn != want {
			t.Errorf("file %d expires in %d seconds, want %d", i, p.ExpiresIn, want)
		}
	}
	if r := refusedFile(t, a.Files[3]); r.Error.Code != "Forbidden" || r.Error.Field != "kind" {
		t.Errorf("%+v", r)
	}
	if a.ExpiresIn != 60 || a.ExpiresAt != "2026-08-18T10:01:00Z" {
		t.Errorf("the batch expires in %d seconds, at %s", a.ExpiresIn, a.ExpiresAt)
	}
	answered(t, h, batchEvent(avatar.alter(fields{"size": 2 * mib})), 200, &a)
	if a.ExpiresIn != 600 {
		t.Errorf("a batch without plans expires in %d seconds", a.ExpiresIn)
	}
}

// Credentials that expire earlier end the lifetime of a kind as well.
func TestLifetimeOfAKindIsCapped(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, withKinds, func(d *deployment) {
		d.Credentials.CanExpire, d.Credentials.Expires = true, testNow.Add(90*time.Second)
	})
	for kind, want := range map[string]int{"avatar": 60, "note": 90} {
		if a := planned(t, h, postEvent(goodFields().alter(fields{"kind": kind}).String())); a.ExpiresIn != want {
			t.Errorf("%s: %d seconds, want %d", kind, a.ExpiresIn, want)
		}
	}
}

func TestPartsOfAKind(t *testing.T) {
	t.Parallel()
	films := func(d *deployment) { withKinds(d); d.Kinds[1].URLLifetime = 2 * time.Minute }
	h, _ := newTestHandler(t, films)
	var a partsAnswer
	answered(t, h, asEditor(partsEvent(partsFor(ofKind("film", 6*mib), numbered(1)...).String())), 200, &a)
	if a.ExpiresIn != 120 || !strings.Contains(a.Parts[0].URL, "/uploads/film/"+testSub+"/") || !strings.Contains(a.Parts[0].URL, "X-Amz-Expires=120&") {
		t.Errorf("%d seconds, %s", a.ExpiresIn, a.Parts[0].URL)
	}
	for name, c := range map[string]struct {
		change func(*deployment)
		key    string
		editor bool
		status int
		code   Code
		says   string
	}{
		"Unknown":         {withKinds, ofKind("movie", 6*mib), true, 400, InvalidKey, `key is of the kind "movie", which this deployment doesn't have`},
		"Malformed":       {withKinds, ofKind("Film", 6*mib), true, 400, InvalidKey, "is not a key that this deployment returned"},
		"UnnamedClosed":   {onlyKinds, partsKey(6*mib, false), true, 400, InvalidKey, "names no kind of upload, and this deployment now requires one"},
		"Group":           {withKinds, ofKind("film", 6*mib), false, 403, Forbidden, `key is of the kind "film", which is only for members of the group "editors"`},
		"Size":            {withKinds, ofKind("avatar", 6*mib), false, 413, SizeTooLarge, "key is that of an upload of 6291456 bytes, over the limit of 1048576 bytes for avatar"},
		"OnePut":          {withKinds, strings.Replace(ownTestKey("a.png"), "/", "/note/", 1), false, 400, InvalidKey, "not the key of an upload in parts"},
		"Anothers":        {withKinds, strings.Replace(ofKind("film", 6*mib), testSub, otherSub, 1), false, 403, Forbidden, "key belongs to another user"},
		"AnothersUnknown": {withKinds, strings.Replace(ofKind("movie", 6*mib), testSub, otherSub, 1), false, 403, Forbidden, "key belongs to another user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestHandler(t, c.change)
			e := partsEvent(partsFor(c.key).String())
			if c.editor {
				asEditor(e)
			}
			if r := refused(t, h, e, c.status, c.code, "key"); !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}

func TestDownloadOfAKind(t *testing.T) {
	t.Parallel()
	key := func(kind string) string { return strings.Replace(ownTestKey("cat.png"), "/", "/"+kind+"/", 1) }
	h, _ := newTestDownloads(t, withKinds)
	for kind, want := range map[string]int{"avatar": 60, "note": 600, "film": 600} {
		var a downloadAnswer
		answered(t, h, asEditor(downloadEvent(fields{"key": key(kind)}.String())), 200, &a)
		if a.ExpiresIn != want || !strings.Contains(a.URL, "/"+key(kind)+"?") {
			t.Errorf("%s: %d seconds, %s", kind, a.ExpiresIn, a.URL)
		}
	}
	for _, c := range []struct {
		key    string
		status int
		code   Code
		says   string
	}{
		{key("movie"), 400, InvalidKey, `key is of the kind "movie", which this deployment doesn't have`},
		{key("film"), 403, Forbidden, `only for members of the group "editors"`},
		{key("contract"), 403, Forbidden, `key is of the kind "contract", whose files can't be downloaded`},
		{strings.Replace(key("contract"), testSub, otherSub, 1), 403, Forbidden, "key belongs to another user"},
	} {
		if r := refused(t, h, downloadEvent(fields{"key": c.key}.String()), c.status, c.code, "key"); !strings.Contains(r.Error.Message, c.says) {
			t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
		}
	}
	// What was uploaded before the kind with no name was closed stays readable.
	h, _ = newTestDownloads(t, onlyKinds)
	var a downloadAnswer
	answered(t, h, downloadEvent(fields{"key": ownTestKey("cat.png")}.String()), 200, &a)
}

func TestLimitsOfKinds(t *testing.T) {
	t.Parallel()
	names := func(a limitsAnswer) (list []string) {
		for _, k := range a.Kinds {
			if k.Kind == nil {
				list = append(list, "null")
			} else {
				list = append(list, *k.Kind)
			}
		}
		return list
	}
	for _, c := range []struct {
		change func(*deployment)
		editor bool
		want   string
	}{
		{withKinds, false, "null avatar contract note"},
		{withKinds, true, "null avatar film contract note"},
		{onlyKinds, false, "avatar contract note"},
		{func(d *deployment) { onlyKinds(d); d.Kinds = d.Kinds[1:2] }, false, ""},
	} {
		h, _ := newTestHandler(t, c.change)
		e := limitsEvent()
		if c.editor {
			asEditor(e)
		}
		var a limitsAnswer
		answered(t, h, e, 200, &a)
		if got := strings.Join(names(a), " "); got != c.want || a.Kinds == nil {
			t.Errorf("kinds %q, want %q", got, c.want)
		}
	}
	h, _ := newTestHandler(t, withKinds)
	var a limitsAnswer
	answered(t, h, limitsEvent(), 200, &a)
	avatar, contract := a.Kinds[1], a.Kinds[2]
	if !slices.Equal(avatar.Types, []string{"image/png", "image/jpeg"}) || avatar.MaxSize != mib || avatar.MultipartThreshold != nil || !avatar.Downloads || len(avatar.RequiredMetadata) > 0 {
		t.Errorf("avatar: %+v", avatar)
	}
	if *contract.MultipartThreshold != 5*mib || contract.MaxSize != a.Kinds[0].MaxSize || contract.Downloads || !slices.Equal(contract.RequiredMetadata, []string{"case", "author"}) {
		t.Errorf("contract: %+v", contract)
	}
	h, _ = newTestHandler(t, withKinds, func(d *deployment) { d.Downloads = false })
	answered(t, h, limitsEvent(), 200, &a)
	if a.Kinds[1].Downloads {
		t.Error("a deployment without downloads has them for avatars")
	}
}

// One kind whose files are sent in parts is reason enough for the route.
func TestPartsRouteIsThereForOneKind(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(d *deployment) {
		withKinds(d)
		d.MaxSize, d.Kinds = mib, d.Kinds[:2]
	})
	var a partsAnswer
	answered(t, h, asEditor(partsEvent(partsFor(ofKind("film", 6*mib)).String())), 200, &a)
}
