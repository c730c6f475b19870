package conformance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDeletion deletes files of both users: they are gone for reads and lists, and nothing else is.
func TestDeletion(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	withKinds(t)
	for name, u := range map[string]user{"OKFirstUser": ada, "OKSecondUser": grace} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, first, avatar := store(t, u, nil), store(t, u, nil), store(t, u, fields{"kind": "avatar"})
			signed := signDeletions(t, u, first.Key, avatar.Key)
			if alone := signDeletions(t, u, kept.Key); signed.ExpiresIn >= alone.ExpiresIn {
				t.Errorf("the deletion of an avatar lives %d seconds, of any other file %d", signed.ExpiresIn, alone.ExpiresIn)
			}
			checkThere(t, u, first, true) // what is signed isn't deleted yet
			for _, d := range signed.Deletions {
				remove(t, d)
				remove(t, d) // again, as after a lost answer
			}
			checkThere(t, u, first, false)
			checkThere(t, u, avatar, false)
			checkThere(t, u, kept, true)
		})
	}
	t.Run("OKNeverStored", func(t *testing.T) {
		t.Parallel()
		p := planUpload(t, nil)
		remove(t, signDeletions(t, ada, p.Key).Deletions[0])
		checkNotStored(t, p, "hello") // the delete marker is no object: If-None-Match lets the upload pass
		checkThere(t, ada, p, true)
	})
	t.Run("OKInParts", func(t *testing.T) {
		t.Parallel()
		key := folder(ada, "") + "00000000000000000000000000-1xx5ol-sha256/cat.png"
		remove(t, signDeletions(t, ada, key).Deletions[0])
	})
	t.Run("OKMost", func(t *testing.T) {
		t.Parallel()
		signDeletions(t, ada, manyKeys(100)...)
	})
}

// manyKeys are well-formed keys of ada's.
func manyKeys(count int) []string {
	var keys []string
	for i := range count {
		keys = append(keys, strings.Replace(madeUpKey(ada, ""), "cat", fmt.Sprintf("cat-%d", i), 1))
	}
	return keys
}

// checkThere checks that a user's file can be read and is listed, or neither.
func checkThere(t *testing.T, u user, p plan, there bool) {
	t.Helper()
	kind := ""
	if strings.Contains(p.Key, "/avatar/") {
		kind = "avatar"
	}
	if hasRoute(t, "downloads") {
		a := s3(t, planned(t, downloads(t, fields{"key": p.Key}, asUser(u)), 200).request(t, ""))
		if there && (a.status != 200 || string(a.body) != "hello") {
			t.Errorf("the file %s can't be read: %d %s", p.Key, a.status, s3Code(a))
		}
		if !there {
			checkRefusal(t, a, forgery{code: "AccessDenied"})
		}
	}
	if hasRoute(t, "listings") && slices.Contains(listedKeys(t, u, kind, 0), p.Key) != there {
		t.Errorf("%s is in the list: %t", p.Key, !there)
	}
}

func TestDeletionRefusals(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	withKinds(t)
	own, foreign := store(t, ada, nil), store(t, grace, nil)
	foreignAvatar := store(t, grace, fields{"kind": "avatar"})
	keys := func(keys ...any) fields { return fields{"keys": keys} }
	const invalid = "InvalidRequest"
	for name, c := range map[string]struct {
		body fields
		code string
	}{
		"ErrOtherUser":     {keys(foreign.Key), "Forbidden"},
		"ErrOtherUserToo":  {keys(own.Key, foreign.Key), "Forbidden"},
		"ErrOthersKind":    {keys(foreignAvatar.Key), "Forbidden"},
		"ErrKindUnknown":   {keys(madeUpKey(ada, "avatr")), "InvalidKey"},
		"ErrKindOtherUser": {keys("uploads/" + grace.sub + "/" + ada.sub + "/00000000000000000000000000/cat.png"), "InvalidKey"},
		"ErrFolder":        {keys(folder(ada, "")), "InvalidKey"},
		"ErrTraversal":     {keys("uploads/" + ada.sub + "/../" + grace.sub + "/00000000000000000000000000/cat.png"), "InvalidKey"},
		"ErrEscaped":       {keys(strings.ReplaceAll(own.Key, "/", "%2F")), "InvalidKey"},
		"ErrQuery":         {keys(own.Key + "?versionId=1"), "InvalidKey"},
		"ErrPrefix":        {keys(strings.TrimPrefix(own.Key, "uploads/")), "InvalidKey"},
		"ErrAnything":      {keys("x"), "InvalidKey"},
		"ErrEmptyKey":      {keys(""), "InvalidKey"},
		"ErrNullKey":       {keys(nil), invalid},
		"ErrObject":        {keys(fields{"key": own.Key, "versionId": "1"}), invalid},
		"ErrNoKeys":        {fields{}, invalid},
		"ErrEmpty":         {fields{"keys": []string{}}, invalid},
		"ErrNoList":        {fields{"keys": own.Key}, invalid},
		"ErrTooMany":       {fields{"keys": manyKeys(101)}, invalid},
		"ErrTwice":         {keys(own.Key, own.Key), invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, postFields(t, "deletions", c.body), c.code, "keys")
		})
	}
	t.Run("ErrVersion", func(t *testing.T) {
		refused(t, postFields(t, "deletions", fields{"keys": []string{own.Key}, "versionId": "1"}), invalid, "versionId")
	})
	t.Run("ErrOtherSide", func(t *testing.T) {
		refused(t, postFields(t, "deletions", fields{"keys": []string{own.Key}}, asUser(grace)), "Forbidden", "keys")
	})
	t.Cleanup(func() { // when the parallel subtests have ended
		checkThere(t, ada, own, true)
		checkThere(t, grace, foreign, true)
		checkThere(t, grace, foreignAvatar, true)
	})
}
