package conformance_test

import (
	"slices"
	"strings"
	"testing"
)

// TestListing stores files of two users, of two kinds and of none, and lists each folder as its
// owner: it has that owner's files of that kind and no others.
func TestListing(t *testing.T) {
	t.Parallel()
	withFeature(t, "listings")
	withKinds(t)
	stored := map[string][]plan{}
	for _, u := range []user{ada, grace} {
		for kind, changed := range map[string]fields{
			"":       nil,
			"avatar": {"kind": "avatar"},
			"film":   {"kind": "film", "contentType": "video/mp4", "filename": "a.mp4", "metadata": fields{"title": "Rhein"}},
		} {
			stored[folder(u, kind)] = []plan{store(t, u, changed), store(t, u, changed)}
		}
	}
	for name, u := range map[string]user{"OKFirstUser": ada, "OKSecondUser": grace} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"", "avatar", "film"} {
				keys := listedKeys(t, u, kind, 0) // of which listPage checks that they are in the folder
				for _, p := range stored[folder(u, kind)] {
					if !slices.Contains(keys, p.Key) {
						t.Errorf("%s is not listed", p.Key)
					}
				}
			}
		})
	}
}

// TestListingOfAll lists users' files that no other test adds to, so it knows all of them.
func TestListingOfAll(t *testing.T) {
	t.Parallel()
	withFeature(t, "listings")
	t.Run("OKNone", func(t *testing.T) {
		t.Parallel()
		if p := listPage(t, newUser(t), "", "", 0); len(p.Contents) > 0 || p.IsTruncated {
			t.Errorf("a user without files has %q", p.keys())
		}
	})
	t.Run("OKPages", func(t *testing.T) {
		t.Parallel()
		u := newUser(t)
		var want []string
		for range 5 {
			want = append(want, store(t, u, nil).Key)
		}
		slices.Sort(want) // those of the same millisecond are in the order of their random part
		for _, limit := range []int{1, 2, 3, 5, 1000} {
			if got := listedKeys(t, u, "", limit); !slices.Equal(got, want) {
				t.Errorf("pages of %d have %q, want %q", limit, got, want)
			}
		}
		for i, key := range want {
			if got := listPage(t, u, "", key, 0).keys(); !slices.Equal(got, want[i+1:]) {
				t.Errorf("after file %d: %q", i, got)
			}
		}
		if got := listPage(t, u, "", madeUpKey(u, ""), 0).keys(); !slices.Equal(got, want) {
			t.Errorf("after a key that isn't there: %q", got)
		}
	})
	t.Run("OKWhatIsOfAFile", func(t *testing.T) {
		t.Parallel()
		u := newUser(t)
		p := planned(t, uploads(t, nil, asUser(u)), 201)
		if listed := listedKeys(t, u, "", 0); len(listed) > 0 {
			t.Errorf("a planned file is listed: %q", listed)
		}
		a := s3(t, p.request(t, "hello"))
		accepted.Store(p.Key, true)
		file := listPage(t, u, "", "", 0).Contents[0]
		if file.Key != p.Key || file.Size != 5 || file.ETag != a.header.Get("ETag") || file.LastModified.IsZero() {
			t.Errorf("listed as %+v; the upload's ETag was %s", file, a.header.Get("ETag"))
		}
	})
	t.Run("OKNotWhatIsUnfinished", func(t *testing.T) {
		t.Parallel()
		u := newUser(t)
		s := begin(t, u, false)
		s.send(t, s.ask(t, s.last()).Parts[0])
		if listed := listedKeys(t, u, "", 0); len(listed) > 0 {
			t.Errorf("an upload in parts is listed before it is complete: %q", listed)
		}
	})
}

func TestListingRefusals(t *testing.T) {
	t.Parallel()
	withFeature(t, "listings")
	withKinds(t)
	own, avatar, foreign := madeUpKey(ada, ""), madeUpKey(ada, "avatar"), madeUpKey(grace, "")
	const invalid = "InvalidRequest"
	for name, c := range map[string]struct{ body, code, field string }{
		"ErrLimitZero":       {`{"limit":0}`, invalid, "limit"},
		"ErrLimitOver":       {`{"limit":1001}`, invalid, "limit"},
		"ErrLimitNegative":   {`{"limit":-1}`, invalid, "limit"},
		"ErrLimitFraction":   {`{"limit":1.5}`, invalid, "limit"},
		"ErrLimitText":       {`{"limit":"10"}`, invalid, "limit"},
		"ErrKindUnknown":     {`{"kind":"avatr"}`, invalid, "kind"},
		"ErrKindEmpty":       {`{"kind":""}`, invalid, "kind"},
		"ErrKindOtherUser":   {`{"kind":"` + grace.sub + `"}`, invalid, "kind"},
		"ErrKindAndUser":     {`{"kind":"avatar/` + grace.sub + `"}`, invalid, "kind"},
		"ErrKindAbove":       {`{"kind":".."}`, invalid, "kind"},
		"ErrAfterOtherUser":  {`{"after":"` + foreign + `"}`, "Forbidden", "after"},
		"ErrAfterOthersKind": {`{"kind":"avatar","after":"` + madeUpKey(grace, "avatar") + `"}`, "Forbidden", "after"},
		"ErrAfterOfAKind":    {`{"after":"` + avatar + `"}`, "InvalidKey", "after"},
		"ErrAfterOfNone":     {`{"kind":"avatar","after":"` + own + `"}`, "InvalidKey", "after"},
		"ErrAfterFolder":     {`{"after":"` + folder(ada, "") + `"}`, "InvalidKey", "after"},
		"ErrAfterAnything":   {`{"after":"a"}`, "InvalidKey", "after"},
		"ErrAfterEmpty":      {`{"after":""}`, "InvalidKey", "after"},
		"ErrPrefix":          {`{"prefix":"uploads/"}`, invalid, "prefix"},
		"ErrDelimiter":       {`{"delimiter":"/"}`, invalid, "delimiter"},
		"ErrToken":           {`{"continuationToken":"x"}`, invalid, "continuationToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, u := range []user{ada, grace} {
				body := c.body
				if u == grace { // the same from the other side
					body = strings.NewReplacer(ada.sub, grace.sub, grace.sub, ada.sub).Replace(body)
				}
				refused(t, post(t, "listings", body, asUser(u)), c.code, c.field)
			}
		})
	}
}

// checkKindsOfFiles lists and deletes in a deployment whose kind film is for another group, and
// contract has no downloads. Files of no kind can't be uploaded there.
func checkKindsOfFiles(t *testing.T, note string, here edit) {
	t.Helper()
	for kind, code := range map[string]string{"note": "", "contract": "", "film": "Forbidden", "avatar": "InvalidRequest"} {
		listing := postFields(t, "listings", fields{"kind": kind}, here)
		deletion := postFields(t, "deletions", fields{"keys": []string{strings.Replace(note, "/note/", "/"+kind+"/", 1)}}, here)
		if code == "" {
			planned(t, listing, 200)
			planned(t, deletion, 200)
			continue
		}
		refused(t, listing, code, "kind")
		refused(t, deletion, strings.Replace(code, "InvalidRequest", "InvalidKey", 1), "keys")
	}
	planned(t, postFields(t, "listings", fields{}, here), 200) // those that were stored before
}
