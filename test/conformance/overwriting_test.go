package conformance_test

import (
	"strings"
	"sync"
	"testing"
)

// TestSecondUpload: an object is never overwritten, not even by the URL that made it.
func TestSecondUpload(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plan{
		"ErrUploads":   planUpload(t, nil),
		"ErrDocuments": planned(t, documents(t, "key=cat.png"), 200),
	} {
		t.Run(name, func(t *testing.T) {
			upload(t, p, "hello")
			for _, body := range []string{"HELLO", "hello"} {
				checkRefusal(t, s3(t, p.request(t, body)), forgery{status: 412, code: "PreconditionFailed"})
			}
			checkStored(t, p, "hello")
		})
	}
}

// TestUploadsAtOnce: of several uploads to one URL at the same time, exactly one is stored, and
// complete.
func TestUploadsAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		const racers, size = 8, 64 << 10
		p := planUpload(t, fields{"size": size})
		var group sync.WaitGroup
		answers := make([]answer, racers)
		body := func(i int) string { return strings.Repeat(string(rune('a'+i)), size) }
		for i := range racers {
			group.Go(func() { answers[i] = s3(t, p.request(t, body(i))) })
		}
		group.Wait()
		winner := -1
		for i, a := range answers {
			switch {
			case a.status == 200 && winner < 0:
				winner = i
			case a.status == 200:
				t.Error("two uploads to one URL were taken")
			case (a.status != 412 || s3Code(a) != "PreconditionFailed") && (a.status != 409 || s3Code(a) != "ConditionalRequestConflict"):
				t.Errorf("a late upload got %d %s", a.status, s3Code(a))
			}
		}
		if winner < 0 {
			t.Fatal("no upload was taken")
		}
		accepted.Store(p.Key, true)
		checkStored(t, p, body(winner))
	}
}
