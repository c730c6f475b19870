package key

import (
	"math/bits"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/lambda/config"
)

var now = time.Date(2026, 8, 18, 10, 0, 0, 123e6, time.UTC)

func TestIDIsAULID(t *testing.T) {
	t.Parallel()
	// The ULID specification's own example of a time: 01ARYZ6S41 is 1469918176385.
	id := newID(time.UnixMilli(1469918176385))
	if !regexp.MustCompile(`^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$`).MatchString(id) {
		t.Errorf("id %s", id)
	}
	if got := newID(time.UnixMilli(1<<48 - 1)); !strings.HasPrefix(got, "7ZZZZZZZZZ") {
		t.Errorf("the last id there can be is %s", got)
	}
}

func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	var ids []string
	for ms := range 2000 {
		ids = append(ids, newID(now.Add(time.Duration(ms)*time.Millisecond)))
	}
	if !slices.IsSorted(ids) {
		t.Error("ids of later milliseconds sort before earlier ones")
	}
}

// Each of the 80 random bits must come up 0 and 1, and no id twice.
func TestIDsAreRandom(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	seen := map[string]bool{}
	var zeros, ones [16]uint
	for range 4000 {
		id := newID(now)
		seen[id] = true
		for i := range 16 {
			digit := uint(strings.IndexByte(alphabet, id[10+i]))
			ones[i] |= digit
			zeros[i] |= ^digit & 31
		}
	}
	if len(seen) != 4000 {
		t.Errorf("%d different ids of 4000", len(seen))
	}
	for i := range 16 {
		if bits.OnesCount(ones[i]) != 5 || bits.OnesCount(zeros[i]) != 5 {
			t.Errorf("digit %d of the random part never takes all its values", i)
		}
	}
}

func TestKeyFitsS3(t *testing.T) {
	t.Parallel()
	prefix := strings.Repeat("p", config.MaxKeyPrefix-1) + "/"
	key := NewMultipart(prefix, strings.Repeat("s", MaxOwner), strings.Repeat("n", 255), now, config.MaxObjectSize, true)
	if limit := 1024; len(key) > limit {
		t.Errorf("the longest key has %d bytes, more than %d", len(key), limit)
	}
	for segment := range strings.SplitSeq(key[len(prefix):], "/") {
		if len(segment) > 255 {
			t.Errorf("a segment of %d bytes", len(segment))
		}
	}
}
