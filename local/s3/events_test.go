package s3

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// recorder records the events of the shared server.
type recorder struct {
	mu     sync.Mutex
	events []any
}

var recorded recorder

func (r *recorder) add(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
}

// about returns the events about a key.
func (r *recorder) about(key string) (events []any, sequencers []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range r.events {
		switch e := event.(type) {
		case StoredEvent:
			if e.Key == key {
				events, sequencers = append(events, e), append(sequencers, e.Sequencer)
			}
		case DeletedEvent:
			if e.Key == key {
				events, sequencers = append(events, e), append(sequencers, e.Sequencer)
			}
		case TaggedEvent:
			if e.Key == key {
				events = append(events, e)
			}
		}
	}
	return events, sequencers
}

// Each change of an object is reported once, and nothing else is.
func TestEvents(t *testing.T) {
	const sum = "9dd4e461268c8034f5c8564e155c67a6" // of "x"
	f := file{server.URL, "uploads/events"}
	first := f.do(t, http.MethodPut, "", "x")
	putTags(t, f.key, "", scanner, "ScanStatus", "CLEAN")
	marker := f.do(t, http.MethodDelete, "", "")
	f.do(t, http.MethodDelete, marker, "")
	f.send(t, http.MethodGet, "", nil, "")
	f.send(t, http.MethodPut, "", once, "refused")
	putTags(t, f.key, "", operator, "ScanStatus", "CLEAN") // refused
	again := f.do(t, http.MethodDelete, "", "")
	u := begin(t, f.key, []byte("x"))
	a := u.complete(t)
	u.complete(t) // repeated, it changes nothing
	var completed struct{ ETag string }
	if err := xml.Unmarshal(a.body, &completed); err != nil {
		t.Fatal(err)
	}

	events, sequencers := recorded.about(f.key)
	want := []any{
		StoredEvent{Key: f.key, Size: 1, ETag: sum, VersionID: first, Reason: "PutObject"},
		TaggedEvent{Key: f.key, ETag: sum, VersionID: first, Tags: map[string]string{"ScanStatus": "CLEAN"}},
		DeletedEvent{Key: f.key, VersionID: marker, DeletionType: "Delete Marker Created"},
		DeletedEvent{Key: f.key, VersionID: marker, DeletionType: "Permanently Deleted"},
		DeletedEvent{Key: f.key, VersionID: again, DeletionType: "Delete Marker Created"},
		StoredEvent{
			Key: f.key, Size: 1, ETag: strings.Trim(completed.ETag, `"`), VersionID: a.header.Get("x-amz-version-id"), Reason: "CompleteMultipartUpload",
		},
	}
	ignored := cmp.Options{
		cmpopts.IgnoreFields(StoredEvent{}, "Sequencer", "Time"), cmpopts.IgnoreFields(DeletedEvent{}, "Sequencer", "Time"), cmpopts.IgnoreFields(TaggedEvent{}, "Time"),
	}
	if diff := cmp.Diff(want, events, ignored); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !slices.IsSorted(sequencers) || len(slices.Compact(slices.Clone(sequencers))) != len(sequencers) {
		t.Errorf("the sequencers don't increase: %v", sequencers)
	}
}
