package s3

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// modes are the ways in which metadata can be stored.
var modes = map[string]bool{"Attributes": false, "NoAttributes": true}

// file is one key of a server, as its operator uses it.
type file struct{ base, key string }

func (f file) send(t *testing.T, method, versionID string, header map[string]string, body string) answer {
	t.Helper()
	s := signed{base: f.base, method: method, key: f.key, header: header, creds: operator}
	if versionID != "" {
		s.query = url.Values{"versionId": {versionID}}
	}
	return s.ask(t, []byte(body))
}

// do sends a request that must succeed, and returns the version id of the answer.
func (f file) do(t *testing.T, method, versionID, body string) string {
	t.Helper()
	a := f.send(t, method, versionID, map[string]string{"Content-Type": "text/x-" + body}, body)
	if a.status/100 != 2 {
		t.Fatalf("%s %s: answered %d %s", method, f.key, a.status, a.body)
	}
	id := a.header.Get("x-amz-version-id")
	if id == "" {
		t.Fatalf("%s %s: the answer has no version id", method, f.key)
	}
	return id
}

// want checks what a GET answers. A wanted body of "" is for an error.
func (f file) want(t *testing.T, versionID string, status int, body, wantID string, isMarker bool) {
	t.Helper()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		a := f.send(t, method, versionID, nil, "")
		if a.status != status || a.header.Get("x-amz-version-id") != wantID || (a.header.Get("x-amz-delete-marker") == "true") != isMarker {
			t.Errorf("%s version %q: got %d %s and %v, want %d, version %s, delete marker %v",
				method, versionID, a.status, a.code(), a.header, status, wantID, isMarker)
		}
		if body == "" {
			continue
		}
		if method == http.MethodGet && string(a.body) != body || a.header.Get("Content-Type") != "text/x-"+body || a.etag == "" {
			t.Errorf("%s version %q: got %q, %q, %q, want %q", method, versionID, a.body, a.header.Get("Content-Type"), a.etag, body)
		}
	}
}

// versionsList is S3's answer to ListObjectVersions.
type versionsList struct {
	IsTruncated                        bool
	NextKeyMarker, NextVersionIdMarker string
	Version, DeleteMarker              []struct {
		Key, VersionId string
		IsLatest       bool
		Size           int
	}
	CommonPrefixes []struct{ Prefix string }
}

// ids returns "id" or "id*" for the latest version.
func (l versionsList) ids() (versions, markers []string) {
	for i, list := range [][]struct {
		Key, VersionId string
		IsLatest       bool
		Size           int
	}{l.Version, l.DeleteMarker} {
		var ids []string
		for _, v := range list {
			id := v.VersionId
			if v.IsLatest {
				id += "*"
			}
			ids = append(ids, id)
		}
		if i == 0 {
			versions = ids
		} else {
			markers = ids
		}
	}
	return versions, markers
}

func listVersions(t *testing.T, base string, query url.Values) versionsList {
	t.Helper()
	query.Set("versions", "")
	a := signed{base: base, method: http.MethodGet, query: query, creds: operator}.ask(t, nil)
	var list versionsList
	if err := xml.Unmarshal(a.body, &list); err != nil || a.status != 200 {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
	return list
}

func (f file) wantVersions(t *testing.T, versions, markers []string) {
	t.Helper()
	gotVersions, gotMarkers := listVersions(t, f.base, url.Values{"prefix": {f.key}}).ids()
	if !slices.Equal(gotVersions, versions) || !slices.Equal(gotMarkers, markers) {
		t.Errorf("the versions are %v and the delete markers %v, want %v and %v", gotVersions, gotMarkers, versions, markers)
	}
}

// A deletion leaves a delete marker, and its removal brings the file back with all its metadata.
// Every step holds after a restart too.
func TestDeletionAndReturn(t *testing.T) {
	for name, noAttributes := range modes {
		t.Run(name, func(t *testing.T) {
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes}
			p := serveProcess(t, c)
			restart := func() { p.stop(); p = serveProcess(t, c) }
			f := file{p.base, "uploads/alice/1/cat ü.png"}
			path := filepath.Join(c.Dir, "data", testBucket, f.key)

			first := f.do(t, http.MethodPut, "", "first")
			marker := f.do(t, http.MethodDelete, "", "")
			restart()
			f.want(t, "", 404, "", marker, true)
			f.want(t, marker, 405, "", marker, true)
			f.want(t, first, 200, "first", first, false)
			f.wantVersions(t, []string{first}, []string{marker + "*"})
			if _, err := os.Stat(filepath.Join(c.Dir, "data", testBucket, "uploads")); err == nil {
				t.Error("an empty folder remains")
			}
			if keys := listAll(t, p.base, url.Values{"prefix": {"uploads/"}}, operator); len(keys) != 0 {
				t.Errorf("a listing has %v", keys)
			}

			if got := f.do(t, http.MethodDelete, marker, ""); got != marker {
				t.Errorf("removed %s, not %s", got, marker)
			}
			restart()
			f.want(t, "", 200, "first", first, false)
			f.wantVersions(t, []string{first + "*"}, nil)
			if got, err := os.ReadFile(path); string(got) != "first" {
				t.Errorf("the file is %q, %v", got, err)
			}

			// Deleted once more, the key can be written again, and the old version remains.
			f.do(t, http.MethodDelete, "", "")
			second := f.send(t, http.MethodPut, "", map[string]string{"If-None-Match": "*", "Content-Type": "text/x-second"}, "second").header.Get("x-amz-version-id")
			f.want(t, "", 200, "second", second, false)
			f.want(t, first, 200, "first", first, false)
			if a := f.send(t, http.MethodPut, "", once, "third"); a.status != 412 {
				t.Errorf("a second write: answered %d", a.status)
			}
			restart()

			// Without its current version, a key has the next one.
			f.do(t, http.MethodPut, "", "third")
			third := f.send(t, http.MethodHead, "", nil, "").header.Get("x-amz-version-id")
			f.want(t, second, 200, "second", second, false)
			f.do(t, http.MethodDelete, third, "")
			f.want(t, "", 200, "second", second, false)
			f.want(t, third, 404, "", "", false)
			f.do(t, http.MethodDelete, third, "") // is gone already, which is no error
		})
	}
}

// The deletion of an object that doesn't exist leaves a delete marker too.
func TestDeletionOfNothing(t *testing.T) {
	f := file{server.URL, "uploads/nothing"}
	first, second := f.do(t, http.MethodDelete, "", ""), f.do(t, http.MethodDelete, "", "")
	f.wantVersions(t, nil, []string{second + "*", first})
	f.do(t, http.MethodDelete, second, "")
	f.want(t, "", 404, "", first, true)
	f.do(t, http.MethodDelete, first, "")
	f.want(t, "", 404, "", "", false)
	f.wantVersions(t, nil, nil)
	if a := f.send(t, http.MethodDelete, "..", nil, ""); a.status != 400 || a.code() != "InvalidArgument" {
		t.Errorf("a wrong version id: answered %d %s", a.status, a.body)
	}
}

// A data folder from before the bucket had versions still opens. Its objects have the version null.
func TestFolderWithoutVersions(t *testing.T) {
	for name, noAttributes := range modes {
		t.Run(name, func(t *testing.T) {
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes, Unversioned: true}
			p := serveProcess(t, c)
			f := file{p.base, "uploads/old"}
			if a := f.send(t, http.MethodPut, "", map[string]string{"Content-Type": "text/x-old"}, "old"); a.status != 200 || a.header.Get("x-amz-version-id") != "" {
				t.Fatalf("answered %d, %v", a.status, a.header)
			}
			p.stop()
			c.Unversioned = false
			p = serveProcess(t, c)
			f.want(t, "", 200, "old", "null", false)
			if a := f.send(t, http.MethodPut, "", once, "other"); a.status != 412 {
				t.Errorf("a second write: answered %d", a.status)
			}
			marker := f.do(t, http.MethodDelete, "", "")
			next := f.do(t, http.MethodPut, "", "next")
			f.wantVersions(t, []string{next + "*", "null"}, []string{marker})
			f.want(t, "null", 200, "old", "null", false)
			f.do(t, http.MethodDelete, next, "")
			f.want(t, "", 404, "", marker, true)
			f.do(t, http.MethodDelete, marker, "")
			f.want(t, "", 200, "old", "null", false)
			p.stop()
			c.Unversioned = true
			serveProcess(t, c)
			f.want(t, "", 200, "old", "", false)
		})
	}
}

// A kill interrupts a deletion before or after the file is moved. Either way the key is usable and
// the version remains.
func TestKilledWhileDeleting(t *testing.T) {
	for name, noAttributes := range modes {
		t.Run(name, func(t *testing.T) {
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes}
			p := serveProcess(t, c)
			before, after := file{p.base, "uploads/before"}, file{p.base, "uploads/after"}
			ids := map[file]string{}
			markers := map[file]string{}
			for _, f := range []file{before, after} {
				ids[f] = f.do(t, http.MethodPut, "", "x")
				markers[f] = f.do(t, http.MethodDelete, "", "")
			}
			before.do(t, http.MethodDelete, markers[before], "")
			p.kill()
			// As a kill leaves it: the delete marker is pending.
			for f, id := range markers {
				folder := filepath.Join(c.Dir, "versions", testBucket, versionsOf(f.key))
				if err := os.MkdirAll(folder, 0o700); err != nil {
					t.Fatal(err)
				}
				os.Remove(filepath.Join(folder, id+markerEnd))
				if err := os.WriteFile(filepath.Join(folder, id+pendingEnd), []byte(f.key), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			serveProcess(t, c)
			before.want(t, "", 200, "x", ids[before], false)
			before.wantVersions(t, []string{ids[before] + "*"}, nil)
			after.want(t, "", 404, "", markers[after], true)
			after.wantVersions(t, []string{ids[after]}, []string{markers[after] + "*"})
		})
	}
}

// Requests that change an object at the same time wait for each other: none fails, and no version is
// lost.
func TestChangesAtOnce(t *testing.T) {
	f := file{server.URL, "uploads/at once/x"}
	var mu sync.Mutex
	var stored, markers []string
	var working sync.WaitGroup
	for i := range 8 {
		working.Go(func() {
			for range 10 {
				method := []string{http.MethodPut, http.MethodDelete, http.MethodGet}[i%3]
				a := f.send(t, method, "", nil, strings.Repeat("x", 1000*i))
				mu.Lock()
				switch id := a.header.Get("x-amz-version-id"); {
				case method == http.MethodPut && a.status == 200:
					stored = append(stored, id)
				case method == http.MethodDelete && a.status == 204:
					markers = append(markers, id)
				case method == http.MethodGet && (a.status == 200 || a.status == 404):
				default:
					t.Errorf("%s: answered %d %s", method, a.status, a.body)
				}
				mu.Unlock()
			}
		})
	}
	working.Wait()
	list := listVersions(t, f.base, url.Values{"prefix": {f.key}})
	if len(list.Version) != len(stored) || len(list.DeleteMarker) != len(markers) {
		t.Errorf("%d versions and %d delete markers are listed, want %d and %d", len(list.Version), len(list.DeleteMarker), len(stored), len(markers))
	}
}

// A page of ListObjectVersions ends where the next one begins, also among the versions of one key.
func TestVersionPages(t *testing.T) {
	var want []string
	for _, name := range []string{"a", "b/1", "b/2", "c"} {
		f := file{server.URL, "uploads/version pages/" + name}
		for range 2 {
			want = append(want, f.do(t, http.MethodPut, "", "x"), f.do(t, http.MethodDelete, "", ""))
		}
	}
	for _, size := range []string{"1", "3", "1000"} {
		var got []string
		query := url.Values{"prefix": {"uploads/version pages/"}, "max-keys": {size}}
		for more := true; more; {
			list := listVersions(t, server.URL, query)
			for _, v := range slices.Concat(list.Version, list.DeleteMarker) {
				got = append(got, v.VersionId)
			}
			more = list.IsTruncated
			query.Set("key-marker", list.NextKeyMarker)
			query.Set("version-id-marker", list.NextVersionIdMarker)
		}
		slices.Sort(got)
		if !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("pages of %s: got %v, want %v", size, got, want)
		}
	}
	list := listVersions(t, server.URL, url.Values{"prefix": {"uploads/version pages/"}, "delimiter": {"/"}})
	if fmt.Sprint(list.CommonPrefixes) != "[{uploads/version pages/b/}]" || len(list.Version) != 4 {
		t.Errorf("with a delimiter: %v and %d versions", list.CommonPrefixes, len(list.Version))
	}
}

// Only the owner can read the versions, whatever the umask is.
func TestVersionsArePrivate(t *testing.T) {
	f := file{server.URL, "uploads/private/x"}
	f.do(t, http.MethodPut, "", "x")
	f.do(t, http.MethodDelete, "", "")
	for _, folder := range []string{dataDir, filepath.Join(filepath.Dir(filepath.Dir(dataDir)), "versions")} {
		err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has the permissions %v", path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// DeleteObjects removes the versions that it names for good, and leaves delete markers for the
// others, also for keys that never existed (ministackorg/ministack#1097 and #1436).
func TestDeleteObjects(t *testing.T) {
	a, b, none := file{server.URL, "uploads/many/a"}, file{server.URL, "uploads/many/b"}, file{server.URL, "uploads/many/none"}
	a.do(t, http.MethodPut, "", "x")
	old, kept := b.do(t, http.MethodPut, "", "old"), b.do(t, http.MethodPut, "", "kept")
	body := "<Delete><Object><Key>" + a.key + "</Key></Object><Object><Key>" + none.key + "</Key></Object>" +
		"<Object><Key>" + b.key + "</Key><VersionId>" + old + "</VersionId></Object></Delete>"
	sum := sha256.Sum256([]byte(body))
	s := signed{method: http.MethodPost, query: url.Values{"delete": {""}}, creds: operator, header: map[string]string{
		"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(sum[:]),
	}}
	answer := s.ask(t, []byte(body))
	var result struct {
		Deleted []struct {
			Key, VersionId, DeleteMarkerVersionId string
			DeleteMarker                          bool
		}
		Error []struct{ Key, Code string }
	}
	if err := xml.Unmarshal(answer.body, &result); err != nil || answer.status != 200 || len(result.Deleted) != 3 || len(result.Error) > 0 {
		t.Fatalf("answered %d %s", answer.status, answer.body)
	}
	for i, f := range []file{a, none} {
		d := result.Deleted[i]
		if d.Key != f.key || !d.DeleteMarker || d.DeleteMarkerVersionId == "" {
			t.Errorf("got %+v", d)
		}
		f.want(t, "", 404, "", d.DeleteMarkerVersionId, true)
	}
	if d := result.Deleted[2]; d.VersionId != old || d.DeleteMarker {
		t.Errorf("got %+v", d)
	}
	b.wantVersions(t, []string{kept + "*"}, nil)
}

// A request about the tags of a delete marker or of a version that doesn't exist is refused
// (localstack/localstack#11180, getmoto/moto#9401, versity/versitygw#1750,
// ministackorg/ministack#1483).
func TestTagsOfNoVersion(t *testing.T) {
	f := file{server.URL, "uploads/untagged"}
	f.do(t, http.MethodPut, "", "x")
	marker := f.do(t, http.MethodDelete, "", "")
	for id, want := range map[string]string{
		"": "405 MethodNotAllowed", marker: "405 MethodNotAllowed", "01M8DE7QGBC4BW98QZGMTGBBM7": "404 NoSuchVersion", "x": "400 InvalidArgument",
	} {
		query := url.Values{"tagging": {""}, "versionId": {id}}
		if id == "" {
			query.Del("versionId")
		}
		get := signed{method: http.MethodGet, key: f.key, query: query, creds: operator}.ask(t, nil)
		remove := signed{method: http.MethodDelete, key: f.key, query: query, creds: operator}.ask(t, nil)
		for name, a := range map[string]answer{"get": get, "put": putTags(t, f.key, id, operator, "team", "x"), "delete": remove} {
			if got := fmt.Sprint(a.status, " ", a.code()); got != want {
				t.Errorf("%s of version %q: got %s, want %s", name, id, got, want)
			}
		}
	}
}

// A deletion can have a condition about the current version (ministackorg/ministack#1458).
func TestConditionalDeletion(t *testing.T) {
	f := file{server.URL, "uploads/conditional"}
	f.do(t, http.MethodPut, "", "x")
	etag := f.send(t, http.MethodHead, "", nil, "").etag
	for _, c := range []struct {
		etag string
		want int
	}{{`"other"`, 412}, {etag, 204}, {etag, 404}} {
		if a := f.send(t, http.MethodDelete, "", map[string]string{"If-Match": c.etag}, ""); a.status != c.want {
			t.Errorf("If-Match %s: answered %d %s, want %d", c.etag, a.status, a.body, c.want)
		}
	}
}
