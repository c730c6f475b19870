package presign

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadOwnKey(t *testing.T) {
	t.Parallel()
	id := "uploads/" + testSub + "/" + testID
	for name, c := range map[string]struct {
		key  string
		want ownKey
	}{
		"Plain":       {id + "/cat.png", ownKey{name: "cat.png", size: unknownSize}},
		"Size":        {id + "-z/a", ownKey{name: "a", size: 35}},
		"Checksums":   {id + "-10-sha256/a", ownKey{name: "a", size: 36, partChecksums: true}},
		"LargestSize": {id + "-j13ibxvcw/a", ownKey{name: "a", size: maxObjectSize}},
		"LongestName": {id + "/" + strings.Repeat("a", 255), ownKey{name: strings.Repeat("a", 255), size: unknownSize}},
		"Underscore":  {id + "/_a-b.c", ownKey{name: "_a-b.c", size: unknownSize}},
		"LatestID":    {"uploads/" + testSub + "/7ZZZZZZZZZZZZZZZZZZZZZZZZZ/a", ownKey{name: "a", size: unknownSize}},
		"EarliestID":  {"uploads/" + testSub + "/00000000000000000000000000/a", ownKey{name: "a", size: unknownSize}},
	} {
		c.want.text = c.key
		if got, e := readOwnKey("key", c.key, testConfig(), testSub); e != nil || got != c.want {
			t.Errorf("%s: got %+v, %v; want %+v", name, got, e, c.want)
		}
	}
	for name, key := range map[string]string{
		"Empty": "", "Prefix": "uploads/", "NoPrefix": testSub + "/" + testID + "/a", "OtherPrefix": "Uploads" + id[7:] + "/a", "Slash": "/" + id + "/a",
		"NoName": id + "/", "NoNameAtAll": id, "Deeper": id + "/a/b", "DoubleSlash": "uploads//" + testSub + "/" + testID + "/a", "Up": id + "/..", "DotName": id + "/.a",
		"UpInside": "uploads/" + testSub + "/../" + testID + "/a", "HyphenName": id + "/-a", "Space": id + "/a b", "Percent": id + "/a%2Fb", "Query": id + "/a?uploads", "Null": id + "/a\x00",
		"Newline": id + "/a\n", "NotASCII": id + "/ä", "NotUTF8": id + "/\xff", "LongName": id + "/" + strings.Repeat("a", 256), "ShortID": id[:len(id)-1] + "/a", "LongID": id + "0/a",
		"LowerID": "uploads/" + testSub + "/" + strings.ToLower(testID) + "/a", "LateID": "uploads/" + testSub + "/8" + testID[1:] + "/a", "NoCrockford": "uploads/" + testSub + "/" + testID[:25] + "U/a",
		"EmptyMemory": id + "-/a", "ZeroSize": id + "-0/a", "PaddedSize": id + "-0z/a", "UpperSize": id + "-Z/a", "NegativeSize": id + "--1/a", "SignedSize": id + "-+1/a",
		"TooLargeSize": id + "-j13ibxvcx/a", "MaxInt64": id + "-1y2p0ij32e8e7/a", "HugeSize": id + "-1y2p0ij32e8e8/a", "OnlyChecksums": id + "--sha256/a", "ChecksumsTwice": id + "-z-sha256-sha256/a", "UpperChecksums": id + "-z-SHA256/a", "Tail": id + "-z-x/a",
		"Underscores": id + "-1_0/a", "NoSub": "uploads//" + testID + "/a", "OddSub": "uploads/a_b/" + testID + "/a", "LongSub": "uploads/" + strings.Repeat("a", 129) + "/" + testID + "/a",
		"Long": "uploads/" + strings.Repeat("a/", 600),
	} {
		got, e := readOwnKey("key", key, testConfig(), testSub)
		if e == nil || e.Code != InvalidKey || e.Field != "key" || len(e.Message) > 300 {
			t.Errorf("%s: %q is taken as %+v, %v", name, key, got, e)
		}
	}
	for _, sub := range []string{otherSub, strings.ToUpper(testSub), testSub + "0", testSub[:35], "-", "a"} {
		if _, e := readOwnKey("key", "uploads/"+sub+"/"+testID+"/a", testConfig(), testSub); e == nil || e.Code != Forbidden {
			t.Errorf("the key of %s: %v", sub, e)
		}
	}
}

// Whatever newKey makes is read back as it was meant, and by nobody else.
func TestEveryNewKeyIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.KeyPrefix = rapid.SampledFrom([]string{"uploads/", "a/b/", "u-1/"}).Draw(rt, "prefix")
		sub := rapid.StringMatching(`[A-Za-z0-9-]{1,128}`).Draw(rt, "sub")
		name := rapid.StringN(1, 255, -1).Draw(rt, "name")
		want := ownKey{size: unknownSize, name: slug(name)}
		memory := ""
		if rapid.Bool().Draw(rt, "parts") {
			want.size, want.partChecksums = rapid.Int64Range(1, maxObjectSize).Draw(rt, "size"), rapid.Bool().Draw(rt, "checksums")
			memory = keyMemory(want.size, want.partChecksums)
		}
		want.text = newKey(cfg.KeyPrefix, sub, testNow, memory, name)
		if got, e := readOwnKey("key", want.text, cfg, sub); e != nil || got != want {
			rt.Fatalf("got %+v, %v; want %+v", got, e, want)
		}
		if _, e := readOwnKey("key", want.text, cfg, sub+"x"); e == nil || e.Code != Forbidden {
			rt.Fatalf("another user may use it: %v", e)
		}
	})
}
