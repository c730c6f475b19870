package conformance_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// These tests delete a file while another request for it is under way.

// checkStoredOrConflict reads the answer to an upload that met a deletion of the same key. S3
// stores the file, or refuses it with a conflict ("Add preconditions to S3 operations with
// conditional requests", Amazon S3 User Guide). It never stores a part of it.
func checkStoredOrConflict(t *testing.T, a answer, p plan, body string) {
	t.Helper()
	if a.status == http.StatusConflict && s3Code(a) == "ConditionalRequestConflict" {
		checkGone(t, p)
		return
	}
	if a.status != http.StatusOK {
		t.Fatalf("the upload got %d %s", a.status, s3Code(a))
	}
	accepted.Store(p.Key, true)
	checkStored(t, p, body)
}

// checkGone checks in the data folder that the key has no object, or no longer. Its folder may
// remain.
func checkGone(t *testing.T, p plan) {
	t.Helper()
	if mainRun == nil {
		return
	}
	if _, err := objectAt(mainRun, p.Key); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is an object %s: %v", p.Key, err)
	}
}

// TestDeletionDuringUpload deletes the key between two halves of its upload's body. The deletion
// comes before the file, so it doesn't concern it.
func TestDeletionDuringUpload(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	const size = 1 << 20
	body := strings.Repeat("x", size)
	p := planUpload(t, fields{"size": size})
	d := signDeletions(t, ada, p.Key).Deletions[0]
	conn := dial(t, p.URL)
	fmt.Fprint(conn, rawRequest(t, p, size)+body[:size/2])
	remove(t, d)
	checkGone(t, p)
	fmt.Fprint(conn, body[size/2:])
	checkStoredOrConflict(t, readAnswer(t, conn), p, body)
}

// TestDeletionAndUploadAtOnce sends both at the same moment, many times. Afterwards the whole file
// is there, or no file is.
func TestDeletionAndUploadAtOnce(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	localOnly(t, "it looks which of the two came last")
	const size = 64 << 10
	body := strings.Repeat("x", size)
	for range 20 {
		p := planUpload(t, fields{"size": size})
		d := signDeletions(t, ada, p.Key).Deletions[0]
		var group sync.WaitGroup
		var stored, deleted answer
		group.Go(func() { stored = s3(t, p.request(t, body)) })
		group.Go(func() { deleted = s3(t, d.request(t, "")) })
		group.Wait()
		if deleted.status != http.StatusNoContent {
			t.Errorf("the deletion got %d %s", deleted.status, s3Code(deleted))
		}
		if _, err := objectAt(mainRun, p.Key); err != nil && stored.status == http.StatusOK {
			accepted.Store(p.Key, false) // deleted after it was stored
			checkGone(t, p)
			continue
		}
		checkStoredOrConflict(t, stored, p, body)
	}
}

// TestDeletionDuringMultipartUpload deletes the key of an upload in parts that isn't complete. S3
// goes on with the upload: only an abort ends it.
func TestDeletionDuringMultipartUpload(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	s := begin(t, ada, false)
	signed := s.ask(t, s.numbers()...)
	s.send(t, signed.Parts[len(signed.Parts)-1])
	d := signDeletions(t, ada, s.plan.Key).Deletions[0]
	remove(t, d)
	s.checkListedOnly(t, s.last())
	for _, p := range signed.Parts[:len(signed.Parts)-1] {
		s.send(t, p)
	}
	a := s3(t, signed.Complete.request(t, s.completion(s.numbers()...)))
	if mainRun == nil && s3Code(a) == "ConditionalRequestConflict" {
		return // S3 may see a conflict in what happened since the upload began (localstack/localstack#11402)
	}
	if a.status != http.StatusOK || !strings.Contains(string(a.body), "<CompleteMultipartUploadResult") {
		t.Fatalf("S3 did not finish the upload: %d %s", a.status, s3Code(a))
	}
	accepted.Store(s.plan.Key, true)
	s.checkAssembled(t)
	if hasRoute(t, "downloads") {
		a := s3(t, planned(t, downloads(t, fields{"key": s.plan.Key}), 200).request(t, "", setHeader("Range", "bytes=-5")))
		if a.status != http.StatusPartialContent || string(a.body) != s.content(s.last()) {
			t.Errorf("the end of the file got %d %s: %.50q", a.status, s3Code(a), a.body)
		}
	}
	remove(t, d) // which is valid for longer, and deletes this file too
	checkGone(t, s.plan)
}

// TestDeletionDuringDownload deletes a file of which a slow reader has only the beginning. S3 goes
// on to send the version that it began with, and the deletion doesn't wait for the reader
// (minio/minio#1798 and #20529; linagora/james-project#2525 has a part of the file).
func TestDeletionDuringDownload(t *testing.T) {
	t.Parallel()
	withFeature(t, "deletions")
	withDownloads(t)
	const size = 15 << 20 // more than the buffers of a connection hold
	var content strings.Builder
	for i := range size / 16 {
		fmt.Fprintf(&content, "%015d\n", i)
	}
	stored := planUpload(t, fields{"size": size})
	upload(t, stored, content.String())
	p := planned(t, downloads(t, fields{"key": stored.Key}), 200)

	conn := dial(t, p.URL)
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetReadBuffer(64 << 10)
	}
	fmt.Fprint(conn, rawRequest(t, p, 0))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the download got %v, %v", response, err)
	}
	defer response.Body.Close()
	remove(t, signDeletions(t, ada, stored.Key).Deletions[0])
	checkRefusal(t, s3(t, p.request(t, "")), forgery{code: "AccessDenied"}) // for whoever comes now
	got, err := io.ReadAll(response.Body)
	if err != nil || string(got) != content.String() {
		t.Errorf("the reader got %d of %d bytes, %v", len(got), size, err)
	}
}
