package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// What a kind leaves out is the deployment's.
func TestKind(t *testing.T) {
	t.Parallel()
	u := wantUpload()
	full := Kind{Name: "avatar", AllowedTypes: []string{"image/png"}, MaxSize: 5, URLLifetime: time.Minute, RequiredGroup: "editors", RequiredMetadata: []string{"case"}, NoDownloads: true}
	u.Kinds = []Kind{full, {Name: "note"}, {Name: "empty", AllowedTypes: []string{}}}
	for name, want := range map[string]Kind{
		"avatar": full,
		"note":   {Name: "note", AllowedTypes: u.AllowedTypes, MaxSize: u.MaxSize, URLLifetime: u.URLLifetime},
		"empty":  {Name: "empty", AllowedTypes: u.AllowedTypes, MaxSize: u.MaxSize, URLLifetime: u.URLLifetime},
		"":       {AllowedTypes: u.AllowedTypes, MaxSize: u.MaxSize, URLLifetime: u.URLLifetime},
	} {
		if got, ok := u.Kind(name); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q for uploads: %+v, %v; want %+v", name, got, ok, want)
		}
		if got, ok := (Files{u.Shared}).Kind(name); !ok || got.URLLifetime != want.URLLifetime || got.RequiredGroup != want.RequiredGroup || got.NoDownloads != want.NoDownloads {
			t.Errorf("%q for downloads: %+v, %v", name, got, ok)
		}
	}
	if got, ok := u.Kind("film"); ok {
		t.Errorf("there is a kind %+v", got)
	}
	if got := names(u.KindsForUpload()); got != ",avatar,note,empty" {
		t.Errorf("kinds for uploads: %s", got)
	}
}

// A kind with no name that is closed is still there for what was stored before.
func TestUnnamedKindClosed(t *testing.T) {
	t.Parallel()
	u := wantUpload()
	u.Kinds, u.NoUnnamedKind = []Kind{{Name: "note"}}, true
	if err := u.Validate(); err != nil {
		t.Fatal(err)
	}
	if _, ok := u.Kind(""); ok {
		t.Error("files without a kind can be uploaded")
	}
	if k, ok := (Files{u.Shared}).Kind(""); !ok || k.URLLifetime != u.URLLifetime {
		t.Errorf("files without a kind can't be read: %+v", k)
	}
	if got := names(u.KindsForUpload()); got != "note" {
		t.Errorf("kinds for uploads: %s", got)
	}
	u.MaxSize, u.Kinds[0].MaxSize = u.MultipartThreshold+1, u.MultipartThreshold
	if u.Multipart() {
		t.Error("only a closed kind has files that are sent in parts")
	}
	u.Kinds[0].MaxSize++
	if !u.Multipart() {
		t.Error("a kind whose files are sent in parts is left out")
	}
}

func names(kinds []Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.Name)
	}
	return strings.Join(list, ",")
}

// Each problem names its kind, and the deployment's own problems aren't repeated for each.
func TestKindsProblems(t *testing.T) {
	t.Parallel()
	env := deployed()
	env["KINDS"] = `[{"name":"A","maxSize":-1},{"name":"b","types":["x","y"],"urlLifetime":1200}]`
	_, err := UploadFromEnvironment(with(env, "URL_LIFETIME_SECONDS", "900"))
	wantVariables(t, err, "KINDS", "KINDS", "KINDS", "KINDS", "KINDS")
	for _, want := range []string{`"A" is not a kind's name`, `"A": size -1 must be`, `"b": type "x" `, `"b": type "y" `, `"b": lifetime must be whole seconds, from 1 to 900`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoesn't say %s", err, want)
		}
	}
	env["KINDS"] = `[{"name":"b","urlLifetime":1200}]`
	_, err = FilesFromEnvironment(with(env, "URL_LIFETIME_SECONDS", "x"))
	wantVariables(t, err, "URL_LIFETIME_SECONDS")
}

// The function itself adds who uploaded a file, if it has tokens verified by a function.
func TestUploadedByCantBeRequired(t *testing.T) {
	t.Parallel()
	u := wantUpload()
	u.Kinds = []Kind{{Name: "note", RequiredMetadata: []string{"case", UploadedByMetadata}}}
	if err := u.Validate(); err != nil {
		t.Errorf("without an authorizer: %v", err)
	}
	u.LambdaAuthorizer, u.ClientIDs, u.TokenUse, u.RequiredGroup = true, nil, "", ""
	const want = `KINDS: "note": metadata "uploaded-by" can't be required: the function itself adds it, and callers can't`
	if err := u.Validate(); err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
}

// A group is one of the claims, and a claim has the values of all kinds, each once.
func TestClaimsOfKinds(t *testing.T) {
	t.Parallel()
	kinds := []Kind{
		{Name: "a", RequiredGroup: "editors", RequiredClaims: RequiredClaims{"roles": {"x", "y"}}},
		{Name: "b"},
		{Name: "c", RequiredClaims: RequiredClaims{GroupsClaim: {"admins", "editors"}, "roles": {"y", "z"}}},
	}
	want := RequiredClaims{GroupsClaim: {"editors", "admins"}, "roles": {"x", "y", "z"}}
	if got := ClaimsOfKinds(kinds); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := ClaimsOfKinds(kinds[1:2]); len(got) != 0 {
		t.Errorf("%v of a kind for everybody", got)
	}
}
