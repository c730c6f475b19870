package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestLongListing lists 10,000 files of one user, with pages of 1,000 and the first of them with
// pages of 7. It holds one page at a time. Each file is listed once, in order.
func TestLongListing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("NOT RUN with -short: it lists 10,000 files")
	}
	localOnly(t, "it creates the files in the data folder")
	const count = 10_000
	u := newUser(t)
	stored := store(t, ada, nil)
	if err := os.Mkdir(filePath(mainRun, folder(u, "")), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filePath(mainRun, folder(u, ""))) })
	for i := range count {
		link(t, mainRun, stored.Key, longKey(u, i))
	}
	n := 0
	eachPage(t, u, "", 1000, func(p page) { n = checkNext(t, u, n, p) })
	if n != count {
		t.Errorf("%d files are listed, want %d", n, count)
	}
	n = 0
	for after := ""; n < 20*7; after = longKey(u, n-1) {
		p := listPage(t, u, "", after, 7)
		if n = checkNext(t, u, n, p); !p.IsTruncated {
			t.Fatalf("the list ends after %d files", n)
		}
	}
	if p := listPage(t, u, "", longKey(u, count-8), 7); len(p.Contents) != 7 || p.IsTruncated {
		t.Errorf("the last page has %d files; more: %t", len(p.Contents), p.IsTruncated)
	}
}

// longKey is the key of a user's file with this number.
func longKey(u user, number int) string { return fmt.Sprintf("%s%026d/cat.png", folder(u, ""), number) }

// checkNext checks that a page begins with the file of this number and skips none, and returns the
// number of the file after the page.
func checkNext(t *testing.T, u user, number int, p page) int {
	t.Helper()
	for _, file := range p.Contents {
		if want := longKey(u, number); file.Key != want || file.Size != 5 || file.ETag != helloETag {
			t.Fatalf("listed is %+v, want %s", file, want)
		}
		number++
	}
	return number
}

// link puts a stored object under another key too, as a link to its file, which is much faster than
// to upload it.
func link(t *testing.T, r *localRun, stored, key string) {
	t.Helper()
	err := os.Mkdir(filepath.Dir(filePath(r, key)), 0o700)
	if err == nil {
		err = os.Link(filePath(r, stored), filePath(r, key))
	}
	if attributes, bucket := attributesOf(r); err == nil && bucket == r.UploadBucketName { // they are not in the file
		err = attributes.StoreAttribute(nil, bucket, key, "etag", []byte(helloETag))
	}
	if err != nil {
		t.Fatal(err)
	}
}

const helloETag = `"5d41402abc4b2a76b9719d911017c592"`
