package conformance_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The local run has two kinds of upload (infra/stages.go): avatars are small pictures whose URLs
// are short-lived, and films need a title.

// withKinds skips a test of kinds where the deployment doesn't have these two. The local run has
// them.
func withKinds(t *testing.T) {
	t.Helper()
	var limits struct {
		Kinds []struct{ Kind string }
	}
	if err := json.Unmarshal(api(t, "GET", "limits").body, &limits); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range limits.Kinds {
		names = append(names, k.Kind)
	}
	switch {
	case slices.Contains(names, "avatar") && slices.Contains(names, "film"):
	case mainRun != nil:
		t.Fatalf("the local run has the kinds %q", names)
	default:
		t.Skip("NOT RUN against the stack of -outputs: it hasn't the kinds avatar and film")
	}
}

var kindKeyShape = regexp.MustCompile(`^uploads/([a-z]+)/([A-Za-z0-9-]+)/` + ulid + `(?:-[0-9a-z]+)?/[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$`)

// checkKind checks that a plan of ada's is of a kind.
func checkKind(t *testing.T, p plan, kind string) {
	t.Helper()
	if m := kindKeyShape.FindStringSubmatch(p.Key); m == nil || m[1] != kind || m[2] != ada.sub {
		t.Errorf("the key %q is not uploads/%s/%s/<id>/<name>", p.Key, kind, ada.sub)
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal("the URL does not parse")
	}
	checkLifetime(t, p, u.Query())
}

// TestKinds uploads a file of each kind, and reads one back: the functions, their roles and S3
// agree on the keys.
func TestKinds(t *testing.T) {
	t.Parallel()
	withKinds(t)
	t.Run("OKAvatar", func(t *testing.T) {
		t.Parallel()
		ordinary, p := planUpload(t, nil), planUpload(t, fields{"kind": "avatar"})
		checkKind(t, p, "avatar")
		if p.ExpiresIn >= ordinary.ExpiresIn {
			t.Errorf("an avatar's URL lives %d seconds, any other %d", p.ExpiresIn, ordinary.ExpiresIn)
		}
		upload(t, p, "hello")
		if !hasRoute(t, "downloads") {
			return
		}
		a := s3(t, checkDownload(t, downloads(t, fields{"key": p.Key}), p.Key, overrides()).request(t, ""))
		if a.status != 200 || string(a.body) != "hello" {
			t.Errorf("S3 answered %d %s: %.200q", a.status, s3Code(a), a.body)
		}
	})
	t.Run("OKDocument", func(t *testing.T) {
		t.Parallel()
		p := planned(t, documents(t, "key=cat.png&kind=avatar"), 200)
		checkKind(t, p, "avatar")
		upload(t, p, "hello")
	})
	t.Run("OKBatch", func(t *testing.T) {
		t.Parallel()
		a := batch(t, []fields{
			{"filename": "a.png", "contentType": "image/png", "size": 5, "kind": "avatar"},
			{"filename": "a.mp4", "contentType": "video/mp4", "size": 5, "kind": "film", "metadata": fields{"title": "Rhein"}},
		})
		whole := planned(t, a, 200)
		for i, kind := range []string{"avatar", "film"} {
			p := planned(t, answer{status: 200, body: batchEntries(t, a)[i]}, 200)
			checkKind(t, p, kind)
			upload(t, p, "hello")
			if kind == "avatar" && !p.ExpiresAt.Equal(whole.ExpiresAt) {
				t.Errorf("the batch expires at %s, its first plan at %s", whole.ExpiresAt, p.ExpiresAt)
			}
		}
	})
	t.Run("OKFilmInParts", func(t *testing.T) {
		t.Parallel()
		inParts(t)
		s := &session{user: ada, size: threshold(t) + 5, fill: 'a'}
		s.plan = planUpload(t, fields{"filename": "a.mp4", "contentType": "video/mp4", "size": s.size, "kind": "film", "metadata": fields{"title": "Rhein"}})
		checkKind(t, s.plan, "film")
		s.create(t)
		signed := s.ask(t, s.numbers()...)
		for _, p := range signed.Parts {
			s.send(t, p)
		}
		s.complete(t, *signed.Complete)
	})
}

// TestKindRefused proves each rule of a kind once.
func TestKindRefused(t *testing.T) {
	t.Parallel()
	withKinds(t)
	for name, c := range map[string]struct {
		change      fields
		code, field string
	}{
		"ErrUnknown":  {fields{"kind": "avatr"}, "InvalidRequest", "kind"},
		"ErrSize":     {fields{"kind": "avatar", "size": 5<<20 + 1}, "SizeTooLarge", "size"},
		"ErrType":     {fields{"kind": "avatar", "contentType": "application/pdf"}, "TypeNotAllowed", "contentType"},
		"ErrMetadata": {fields{"kind": "film", "contentType": "video/mp4"}, "InvalidRequest", "metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, uploads(t, c.change), c.code, c.field)
		})
	}
	t.Run("ErrDocumentMetadata", func(t *testing.T) {
		t.Parallel()
		refused(t, documents(t, "key=a.mp4&kind=film"), "InvalidRequest", "kind")
	})
	t.Run("ErrAnothers", func(t *testing.T) {
		t.Parallel()
		withDownloads(t)
		p := planUpload(t, fields{"kind": "avatar"})
		refused(t, downloads(t, fields{"key": p.Key}, asUser(grace)), "Forbidden", "key")
	})
	t.Run("ErrOtherKindsKey", func(t *testing.T) {
		t.Parallel()
		p := planUpload(t, fields{"kind": "avatar"})
		p.URL = strings.Replace(p.URL, "/uploads/avatar/", "/uploads/film/", 1)
		checkRefusal(t, s3(t, p.request(t, "hello")), forgery{})
	})
}

// TestKindOfAGroup runs the template with other kinds, without the unnamed one: both functions
// follow what the template says.
func TestKindOfAGroup(t *testing.T) {
	t.Parallel()
	kinds := `[{"name":"note"},{"name":"film","group":"editors"},{"name":"contract","noDownloads":true}]`
	template := edited(t, synthesizedTemplate(t), "KINDS", kinds)
	r := runEdited(t, []byte(strings.ReplaceAll(string(template), `"MAX_SIZE_BYTES"`, `"NO_UNNAMED_KIND":"true","MAX_SIZE_BYTES"`)))
	here := onRun(t, r)
	refused(t, uploads(t, nil, here), "InvalidRequest", "kind")
	refused(t, uploads(t, fields{"kind": "film"}, here), "Forbidden", "kind")
	note := planned(t, uploads(t, fields{"kind": "note"}, here), 201)
	if a := s3(t, note.request(t, "hello")); a.status != 200 {
		t.Errorf("S3 answered %d %s", a.status, s3Code(a))
	}
	planned(t, downloads(t, fields{"key": note.Key}, here), 200)
	for _, kind := range []string{"film", "contract"} {
		refused(t, downloads(t, fields{"key": strings.Replace(note.Key, "/note/", "/"+kind+"/", 1)}, here), "Forbidden", "key")
	}
	refused(t, downloads(t, fields{"key": strings.Replace(note.Key, "/note/", "/avatar/", 1)}, here), "InvalidKey", "key")
	checkKindsOfFiles(t, note.Key, here)
}
