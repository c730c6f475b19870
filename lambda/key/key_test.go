package key

import (
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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
	key := NewMultipart(prefix, strings.Repeat("k", 32), strings.Repeat("s", MaxOwner), strings.Repeat("n", 255), now, config.MaxObjectSize, true)
	if limit := 1024; len(key) > limit {
		t.Errorf("the longest key has %d bytes, more than %d", len(key), limit)
	}
	for segment := range strings.SplitSeq(key[len(prefix):], "/") {
		if len(segment) > 255 {
			t.Errorf("a segment of %d bytes", len(segment))
		}
	}
}

const (
	testOwner = "0f9a8b7c-6d5e-4f3a-2b1c-0d9e8f7a6b5c"
	testID    = "01K2XQ7V8Z9ABCDEFGHJKMNPQR"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, owner string
		folder      string
		isOwn       bool
	}{
		{"", testOwner, "uploads/" + testOwner + "/", true},
		{"avatar", testOwner, "uploads/avatar/" + testOwner + "/", true},
		{"avatar", "avatar", "uploads/avatar/avatar/", true},
		{"", "avatar", "uploads/avatar/", false}, // everybody's avatars
		{"", "a-2", "uploads/a-2/", false},
		{"", strings.Repeat("k", 32), "uploads/" + strings.Repeat("k", 32) + "/", false},
		{"", strings.Repeat("k", 33), "uploads/" + strings.Repeat("k", 33) + "/", true},
		{"", "Avatar", "uploads/Avatar/", true},
	} {
		folder, isOwn := Folder("uploads/", c.kind, c.owner)
		if folder != c.folder || isOwn != c.isOwn {
			t.Errorf("%q of %s: %s, %v; want %s, %v", c.kind, c.owner, folder, isOwn, c.folder, c.isOwn)
		}
		for _, k := range []string{New("uploads/", c.kind, c.owner, "a.png", now), NewMultipart("uploads/", c.kind, c.owner, "a.mp4", now, 1<<30, true)} {
			if !strings.HasPrefix(k, folder) {
				t.Errorf("%s isn't in %s", k, folder)
			}
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	id, kind := "uploads/"+testOwner+"/"+testID, "uploads/avatar/"+testOwner+"/"
	for name, c := range map[string]struct {
		key  string
		want Key
	}{
		"Plain":       {id + "/cat.png", Key{Name: "cat.png"}},
		"Size":        {id + "-z/a", Key{Name: "a", Size: 35}},
		"Checksums":   {id + "-10-sha256/a", Key{Name: "a", Size: 36, PartChecksums: true}},
		"LargestSize": {id + "-j13ibxvcw/a", Key{Name: "a", Size: config.MaxObjectSize}},
		"LongestName": {id + "/" + strings.Repeat("a", 255), Key{Name: strings.Repeat("a", 255)}},
		"Underscore":  {id + "/_a-b.c", Key{Name: "_a-b.c"}},
		"LatestID":    {"uploads/" + testOwner + "/7ZZZZZZZZZZZZZZZZZZZZZZZZZ/a", Key{Name: "a"}},
		"EarliestID":  {"uploads/" + testOwner + "/00000000000000000000000000/a", Key{Name: "a"}},
		"Kind":        {kind + testID + "/a", Key{Name: "a", Kind: "avatar"}},
		"KindInParts": {kind + testID + "-10-sha256/a", Key{Name: "a", Kind: "avatar", Size: 36, PartChecksums: true}},
		"LongKind":    {"uploads/" + strings.Repeat("a", 32) + "/" + testOwner + "/" + testID + "/a", Key{Name: "a", Kind: strings.Repeat("a", 32)}},
	} {
		c.want.Text, c.want.Owner = c.key, testOwner
		if got, ok := Parse("uploads/", c.key); !ok || got != c.want {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, ok, c.want)
		}
	}
	for name, key := range map[string]string{
		"Empty": "", "Prefix": "uploads/", "NoPrefix": testOwner + "/" + testID + "/a", "OtherPrefix": "Uploads" + id[7:] + "/a", "Slash": "/" + id + "/a",
		"NoName": id + "/", "NoNameAtAll": id, "Deeper": id + "/a/b", "DoubleSlash": "uploads//" + testOwner + "/" + testID + "/a", "Up": id + "/..", "DotName": id + "/.a",
		"UpInside": "uploads/" + testOwner + "/../" + testID + "/a", "HyphenName": id + "/-a", "Space": id + "/a b", "Percent": id + "/a%2Fb", "Query": id + "/a?uploads", "Null": id + "/a\x00",
		"Newline": id + "/a\n", "NotASCII": id + "/ä", "NotUTF8": id + "/\xff", "LongName": id + "/" + strings.Repeat("a", 256), "ShortID": id[:len(id)-1] + "/a", "LongID": id + "0/a",
		"LowerID": "uploads/" + testOwner + "/" + strings.ToLower(testID) + "/a", "LateID": "uploads/" + testOwner + "/8" + testID[1:] + "/a", "NoCrockford": "uploads/" + testOwner + "/" + testID[:25] + "U/a",
		"EmptyMemory": id + "-/a", "ZeroSize": id + "-0/a", "PaddedSize": id + "-0z/a", "UpperSize": id + "-Z/a", "NegativeSize": id + "--1/a", "SignedSize": id + "-+1/a",
		"TooLargeSize": id + "-j13ibxvcx/a", "MaxInt64": id + "-1y2p0ij32e8e7/a", "HugeSize": id + "-1y2p0ij32e8e8/a", "OnlyChecksums": id + "--sha256/a", "ChecksumsTwice": id + "-z-sha256-sha256/a", "UpperChecksums": id + "-z-SHA256/a", "Tail": id + "-z-x/a",
		"Underscores": id + "-1_0/a", "NoSub": "uploads//" + testID + "/a", "OddSub": "uploads/a_b/" + testID + "/a", "LongSub": "uploads/" + strings.Repeat("a", 129) + "/" + testID + "/a",
		"Long": "uploads/" + strings.Repeat("a/", 600), "UpperKind": "uploads/Avatar/" + testOwner + "/" + testID + "/a", "TwoKinds": "uploads/avatar/film/" + testOwner + "/" + testID + "/a",
		"OwnerTwice": "uploads/" + testOwner + "/" + testOwner + "/" + testID + "/a", "LongKind": "uploads/" + strings.Repeat("a", 33) + "/" + testOwner + "/" + testID + "/a",
		"DigitKind": "uploads/1a/" + testOwner + "/" + testID + "/a", "DotKind": "uploads/../" + testOwner + "/" + testID + "/a", "KindWithoutName": kind + testID + "/", "KindWithoutOwner": "uploads/avatar/" + testID + "/a/b",
	} {
		if got, ok := Parse("uploads/", key); ok || got != (Key{}) {
			t.Errorf("%s: %q is taken as %+v", name, key, got)
		}
	}
	for _, owner := range []string{strings.ToUpper(testOwner), testOwner + "0", testOwner[:35], "-", "a"} {
		if got, ok := Parse("uploads/", "uploads/"+owner+"/"+testID+"/a"); !ok || got.Owner != owner {
			t.Errorf("the key of %s: %+v, %v", owner, got, ok)
		}
	}
}

// Whatever New and NewMultipart make is read back as it was meant.
func TestEveryNewKeyIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		prefix := rapid.SampledFrom([]string{"uploads/", "a/b/", "u-1/"}).Draw(rt, "prefix")
		owner := rapid.StringMatching(`[A-Za-z0-9-]{1,128}`).Draw(rt, "owner")
		name := rapid.StringN(1, 255, -1).Draw(rt, "name")
		want := Key{Kind: rapid.StringMatching(`([a-z][a-z0-9-]{0,31})?`).Draw(rt, "kind"), Owner: owner, Name: Slug(name)}
		if rapid.Bool().Draw(rt, "parts") {
			want.Size, want.PartChecksums = rapid.Int64Range(1, config.MaxObjectSize).Draw(rt, "size"), rapid.Bool().Draw(rt, "checksums")
			want.Text = NewMultipart(prefix, want.Kind, owner, name, now, want.Size, want.PartChecksums)
		} else {
			want.Text = New(prefix, want.Kind, owner, name, now)
		}
		if got, ok := Parse(prefix, want.Text); !ok || got != want {
			rt.Fatalf("got %+v, %v; want %+v", got, ok, want)
		}
	})
}

// pattern is every key that Parse accepts, with the size in base 36 and the mark of checksums.
var pattern = regexp.MustCompile(`^uploads/(?:([a-z][a-z0-9-]{0,31})/)?([A-Za-z0-9-]{1,128})/[0-7][0-9A-HJKMNP-TV-Z]{25}(?:-([1-9a-z][0-9a-z]*?)(-sha256)?)?/([A-Za-z0-9_][A-Za-z0-9._-]{0,254})$`)

// FuzzParse compares Parse with the pattern: the same set of keys, written in another way.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, key string) {
		got, ok := Parse("uploads/", key)
		match := pattern.FindStringSubmatch(key)
		if match == nil {
			if ok {
				t.Fatalf("%q is taken as %+v", key, got)
			}
			return
		}
		want := Key{Text: key, Kind: match[1], Owner: match[2], Name: match[5], PartChecksums: match[4] != ""}
		var err error
		if match[3] != "" {
			want.Size, err = strconv.ParseInt(match[3], 36, 64)
		}
		if err != nil || want.Size > config.MaxObjectSize {
			want = Key{}
		}
		if got != want || ok != (want != Key{}) {
			t.Fatalf("%q is taken as %+v, %v; want %+v", key, got, ok, want)
		}
	})
}
