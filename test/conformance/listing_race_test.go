package conformance_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
)

// TestListingDuringChanges lists a folder page by page while files in it are stored and deleted,
// two of each beside each page. A list may or may not have what changes meanwhile. It must have all
// files that were there all along, each once, and none of another folder.
func TestListingDuringChanges(t *testing.T) {
	t.Parallel()
	withFeature(t, "listings")
	withFeature(t, "deletions")
	u := newUser(t)
	var plans []plan
	for _, entry := range batchEntries(t, batch(t, slices.Repeat([]fields{{"filename": "cat.png", "contentType": "image/png", "size": 5}}, 100), asUser(u))) {
		plans = append(plans, planned(t, answer{status: 200, body: entry}, 200))
	}
	var kept, doomed, late []plan // spread over the whole list
	for i, p := range plans {
		switch i % 4 {
		case 0:
			doomed = append(doomed, p)
		case 1:
			late = append(late, p)
		default:
			kept = append(kept, p)
		}
	}
	for _, p := range slices.Concat(kept, doomed) {
		put(t, p)
	}
	signed := signDeletions(t, u, keysOf(doomed)...).Deletions
	there, known := keysOf(kept), keysOf(plans)
	for len(late) > 0 {
		var changes sync.WaitGroup
		var gone []string // before this list begins
		for _, p := range doomed[:len(doomed)-len(signed)] {
			gone = append(gone, p.Key)
		}
		var keys []string
		eachPage(t, u, "", 20, func(p page) {
			keys = append(keys, p.keys()...) // of which listPage has checked that they come after those before
			for range min(2, len(late)) {
				stored, deleted := late[0], signed[0]
				late, signed = late[1:], signed[1:]
				changes.Go(func() { put(t, stored) })
				changes.Go(func() { remove(t, deleted) })
			}
		})
		changes.Wait()
		for _, key := range keys {
			if !slices.Contains(known, key) || slices.Contains(gone, key) {
				t.Errorf("%s is listed; deleted before: %t", key, slices.Contains(gone, key))
			}
		}
		for _, key := range there {
			if !slices.Contains(keys, key) {
				t.Errorf("%s was there all along, but is not listed", key)
			}
		}
	}
	want := slices.DeleteFunc(known, func(key string) bool { return slices.Contains(keysOf(doomed), key) })
	slices.Sort(want)
	if got := listedKeys(t, u, "", 7); !slices.Equal(got, want) {
		t.Errorf("in the end %d files are listed, want %d", len(got), len(want))
	}
}

func keysOf(plans []plan) []string {
	var keys []string
	for _, p := range plans {
		keys = append(keys, p.Key)
	}
	return keys
}

// put sends a planned file, and checks only that S3 has stored it.
func put(t *testing.T, p plan) {
	t.Helper()
	if a := s3(t, p.request(t, "hello")); a.status != http.StatusOK {
		t.Errorf("S3 refused the signed request: %d %s", a.status, s3Code(a))
	}
	accepted.Store(p.Key, true)
}
