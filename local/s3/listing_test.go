package s3

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// listing is S3's answer to ListObjectsV2.
type listing struct {
	IsTruncated                               bool
	KeyCount, MaxKeys                         int
	Prefix, NextContinuationToken, StartAfter string
	ContinuationToken, EncodingType           string
	Contents                                  []struct{ Key string }
	CommonPrefixes                            []struct{ Prefix string }
}

func list(t *testing.T, base string, query url.Values, creds aws.Credentials) (listing, answer) {
	t.Helper()
	query.Set("list-type", "2")
	a := signed{base: base, method: http.MethodGet, query: query, creds: creds}.ask(t, nil)
	var l listing
	if a.status == 200 {
		if err := xml.Unmarshal(a.body, &l); err != nil {
			t.Fatalf("%v: %s", err, a.body)
		}
	}
	if l.KeyCount != len(l.Contents)+len(l.CommonPrefixes) {
		t.Errorf("KeyCount is %d, and there are %d keys and %d prefixes", l.KeyCount, len(l.Contents), len(l.CommonPrefixes))
	}
	return l, a
}

// listAll follows the pages, and returns the keys and the common prefixes of each page.
func listAll(t *testing.T, base string, query url.Values, creds aws.Credentials) (all []string) {
	t.Helper()
	for {
		l, a := list(t, base, query, creds)
		if a.status != 200 {
			t.Fatalf("answered %d %s", a.status, a.body)
		}
		if l.IsTruncated != (l.NextContinuationToken != "") || l.IsTruncated && l.KeyCount == 0 {
			t.Errorf("truncated %v, next token %q, %d keys", l.IsTruncated, l.NextContinuationToken, l.KeyCount)
		}
		var page []string
		for _, object := range l.Contents {
			page = append(page, object.Key)
		}
		for _, common := range l.CommonPrefixes {
			page = append(page, common.Prefix)
		}
		slices.Sort(page) // keys and prefixes are separate in the answer
		all = append(all, page...)
		if !l.IsTruncated {
			return all
		}
		query.Set("continuation-token", l.NextContinuationToken)
	}
}

// Keys come in the order of their UTF-8 bytes, whatever folders they are in ("Listing object keys
// programmatically", Amazon S3 User Guide), on pages of any size.
func TestListingOrder(t *testing.T) {
	const prefix = "uploads/order/"
	var want []string
	for _, name := range []string{
		"a-b/x", "a/x", "a.b/x", "a/b/x", "a0", "a!/x", "b", "B", "ab/x", "a b/x", "\u00e9/x", "\uffee/x", "\U0001f600/x", "z/\u00e9", "z/e", "a+/x", "a~/x", "a%2F/x", "a&<>\"'/x",
	} {
		want = append(want, prefix+name)
		if status, code := (signed{key: escaped(prefix + name), header: once}).send(t, []byte("x")); status != 200 {
			t.Fatal(name, status, code)
		}
	}
	slices.Sort(want)
	for size := 1; size <= len(want)+1; size++ {
		got := listAll(t, server.URL, url.Values{"prefix": {prefix}, "max-keys": {strconv.Itoa(size)}}, lister)
		if !slices.Equal(got, want) {
			t.Fatalf("pages of %d:\ngot  %q\nwant %q", size, got, want)
		}
	}
	for i := range want {
		got := listAll(t, server.URL, url.Values{"prefix": {prefix}, "start-after": {want[i]}}, lister)
		if !slices.Equal(got, want[i+1:]) {
			t.Errorf("after %q: got %q", want[i], got)
		}
	}
	folders := []string{prefix + "a b/", prefix + "a-b/", prefix + "a.b/", prefix + "a/", prefix + "a0", prefix + "ab/", prefix + "a!/", prefix + "a+/", prefix + "a~/",
		prefix + "a%2F/", prefix + "a&<>\"'/", prefix + "b", prefix + "B", prefix + "z/", prefix + "\u00e9/", prefix + "\uffee/", prefix + "\U0001f600/"}
	slices.Sort(folders)
	for _, size := range []string{"1", "4", "1000"} {
		if got := listAll(t, server.URL, url.Values{"prefix": {prefix}, "delimiter": {"/"}, "max-keys": {size}}, lister); !slices.Equal(got, folders) {
			t.Errorf("folders on pages of %s:\ngot  %q\nwant %q", size, got, folders)
		}
	}
}

// escaped encodes a key as SigV4 wants it: all but unreserved characters and slashes.
func escaped(key string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(key))
}

func TestListingParameters(t *testing.T) {
	for _, name := range []string{"1", "2 (x)/y", "3"} {
		file{server.URL, "uploads/parameters/" + escaped(name)}.do(t, http.MethodPut, "", "x")
	}
	prefix := url.Values{"prefix": {"uploads/parameters/"}}
	with := func(name, value string) url.Values {
		return url.Values{"prefix": prefix["prefix"], name: {value}}
	}

	l, _ := list(t, server.URL, with("encoding-type", "url"), lister)
	if l.EncodingType != "url" || l.Contents[1].Key != "uploads/parameters/2+%28x%29/y" {
		t.Errorf("encoded: %+v", l)
	}
	// Exactly a page is not truncated, even if other keys follow that have another prefix.
	file{server.URL, "uploads/parameters2"}.do(t, http.MethodPut, "", "x")
	if l, _ := list(t, server.URL, url.Values{"prefix": {"uploads/parameters"}, "max-keys": {"3"}, "start-after": {"uploads/parameters/1"}}, lister); l.IsTruncated || l.KeyCount != 3 {
		t.Errorf("exactly one page: %+v", l)
	}
	if l, _ := list(t, server.URL, with("max-keys", "3"), lister); l.IsTruncated || l.KeyCount != 3 || l.MaxKeys != 3 || l.StartAfter != "" || l.ContinuationToken != "" {
		t.Errorf("exactly one page: %+v", l)
	}
	if l, _ := list(t, server.URL, with("max-keys", "0"), lister); l.IsTruncated || l.KeyCount != 0 || l.MaxKeys != 0 {
		t.Errorf("no keys: %+v", l)
	}
	if l, _ := list(t, server.URL, with("max-keys", "5000"), lister); l.MaxKeys != 1000 {
		t.Errorf("more than S3 lists: %+v", l)
	}
	for _, wrong := range []url.Values{with("max-keys", "-1"), with("max-keys", "x"), with("continuation-token", "not a token")} {
		if _, a := list(t, server.URL, wrong, lister); a.status != 400 || a.code() != "InvalidArgument" {
			t.Errorf("%v: answered %d %s", wrong, a.status, a.body)
		}
	}
}

// More files than a page holds, each in a folder of its own, as a user's files are.
func TestLongListing(t *testing.T) {
	const prefix, count = "uploads/long/", 1200
	var want []string
	for i := range count {
		key := fmt.Sprintf("%s%05d/file", prefix, i)
		want = append(want, key)
		if err := os.MkdirAll(filepath.Join(dataDir, filepath.Dir(key)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dataDir, key), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(dataDir, prefix)) })
	got := listAll(t, server.URL, url.Values{"prefix": {prefix}}, lister)
	if !slices.Equal(got, want) {
		t.Errorf("got %d keys, want %d", len(got), len(want))
	}
}

// A role that may list one prefix can list nothing else.
func TestListingOfOneFolder(t *testing.T) {
	file{server.URL, "uploads/alice/1/x"}.do(t, http.MethodPut, "", "x")
	file{server.URL, "uploads/bob/1/x"}.do(t, http.MethodPut, "", "x")
	for name, c := range map[string]struct {
		query   url.Values
		creds   aws.Credentials
		allowed bool
	}{
		"OK":               {url.Values{"prefix": {"uploads/alice/"}}, folderLister, true},
		"OKDeeper":         {url.Values{"prefix": {"uploads/alice/1/"}}, folderLister, true},
		"OKPages":          {url.Values{"prefix": {"uploads/alice/"}, "max-keys": {"1"}, "start-after": {"uploads/bob"}}, folderLister, true},
		"ErrOther":         {url.Values{"prefix": {"uploads/bob/"}}, folderLister, false},
		"ErrAbove":         {url.Values{"prefix": {"uploads/"}}, folderLister, false},
		"ErrBeginning":     {url.Values{"prefix": {"uploads/alice"}}, folderLister, false},
		"ErrNone":          {url.Values{}, folderLister, false},
		"ErrEmpty":         {url.Values{"prefix": {""}}, folderLister, false},
		"ErrCase":          {url.Values{"prefix": {"uploads/ALICE/"}}, folderLister, false},
		"OKFirstOfTwo":     {url.Values{"prefix": {"uploads/alice/", "uploads/bob/"}}, folderLister, true},
		"ErrOtherName":     {url.Values{"Prefix": {"uploads/alice/"}}, folderLister, false},
		"ErrNobodysFolder": {url.Values{"prefix": {"uploads/alice/"}}, reader, false},
		"ErrVersions":      {url.Values{"prefix": {"uploads/alice/"}, "versions": {""}}, folderLister, false},
	} {
		t.Run(name, func(t *testing.T) {
			l, a := list(t, server.URL, c.query, c.creds)
			if (a.status == 200) != c.allowed || !c.allowed && (a.status != 403 || a.code() != "AccessDenied") {
				t.Errorf("answered %d %s", a.status, a.body)
			}
			for _, object := range l.Contents {
				if object.Key != "uploads/alice/1/x" {
					t.Errorf("the listing has %s", object.Key)
				}
			}
		})
	}
}
