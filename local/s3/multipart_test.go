package s3

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// upload is a multipart upload to the shared server.
type upload struct {
	key, id string
	etags   []string
}

func begin(t *testing.T, key string, parts ...[]byte) *upload {
	t.Helper()
	u := &upload{key: key, id: createUpload(t, server.URL, key)}
	for i, part := range parts {
		s := signed{key: key, length: int64(len(part)), query: url.Values{"uploadId": {u.id}, "partNumber": {string(rune('1' + i))}}}
		u.etags = append(u.etags, put(t, s, part))
	}
	return u
}

func (u *upload) complete(t *testing.T) answer {
	t.Helper()
	s := signed{method: http.MethodPost, key: u.key, header: once, query: url.Values{"uploadId": {u.id}}}
	body := completion(u.etags)
	s.length = int64(len(body))
	target, header := s.sign(t)
	return answerTo(t, s.method, target, header, body)
}

// A client that lost the answer repeats its request and gets the same answer.
func TestRepeatedCompletion(t *testing.T) {
	u := begin(t, "uploads/repeated", []byte("x"))
	first, second := u.complete(t), u.complete(t)
	if first.status != 200 || second.status != 200 || !bytes.Equal(first.body, second.body) {
		t.Errorf("first %d %s\nthen  %d %s", first.status, first.body, second.status, second.body)
	}
}

// Completing an upload that doesn't exist fails, even if another upload has stored an object with
// the key.
func TestCompletionOfUnknownUpload(t *testing.T) {
	stored := begin(t, "uploads/taken", []byte("other"))
	if a := stored.complete(t); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for name, id := range map[string]string{"Unknown": "0d29b1ae-5e5c-4a3c-9d4e-1f4c1a2b3c4d", "Empty": ""} {
		t.Run(name, func(t *testing.T) {
			u := &upload{key: stored.key, id: id, etags: stored.etags}
			a := u.complete(t)
			if a.status != 404 || !strings.Contains(string(a.body), "<Code>NoSuchUpload</Code>") {
				t.Errorf("answered %d %s", a.status, a.body)
			}
		})
	}
	loser := begin(t, stored.key, []byte("late"))
	if a := loser.complete(t); a.status != 412 {
		t.Errorf("another upload to the key: answered %d %s", a.status, a.body)
	}
}

// folder returns the folder of the upload's parts.
func (u *upload) folder(t *testing.T, data string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(data, multipartDir, "*", u.id+"*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the upload's folders are %v, %v", found, err)
	}
	return found[0]
}

// A kill while parts are being joined leaves the upload's folder under another name. After a
// restart, the upload exists and can be completed.
func TestKilledWhileJoining(t *testing.T) {
	for name, noAttributes := range map[string]bool{"Attributes": false, "NoAttributes": true} {
		t.Run(name, func(t *testing.T) {
			c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: noAttributes}
			p := serveProcess(t, c)
			u := &upload{key: "uploads/joining", id: createUpload(t, p.base, "uploads/joining")}
			part := signed{base: p.base, key: u.key, length: 1, query: url.Values{"uploadId": {u.id}, "partNumber": {"1"}}}
			u.etags = []string{put(t, part, []byte("x"))}
			p.kill()

			data := filepath.Join(c.Dir, "data", testBucket)
			folder := u.folder(t, data)
			joining := folder + "." + strings.Trim(u.etags[0], `"`) + "-1" + joiningEnd
			rename(t, folder, joining)
			if noAttributes {
				beside := func(path string) string { return strings.Replace(path, "/data/", "/metadata/", 1) }
				rename(t, beside(folder), beside(joining))
			}

			p = serveProcess(t, c)
			complete := signed{base: p.base, method: http.MethodPost, key: u.key, header: once, query: url.Values{"uploadId": {u.id}}}
			status, code := complete.send(t, completion(u.etags))
			wantAnswer(t, status, code, 200, "")
			if got, err := os.ReadFile(filepath.Join(data, u.key)); string(got) != "x" {
				t.Errorf("the object is %q, %v", got, err)
			}
		})
	}
}

// A kill after the object is stored and before its parts are removed leaves both. A restart removes
// the parts.
func TestKilledAfterJoining(t *testing.T) {
	c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader}
	p := serveProcess(t, c)
	u := &upload{key: "uploads/joined", id: createUpload(t, p.base, "uploads/joined")}
	part := signed{base: p.base, key: u.key, length: 1, query: url.Values{"uploadId": {u.id}, "partNumber": {"1"}}}
	u.etags = []string{put(t, part, []byte("x"))}
	// With a second upload to the key, versitygw doesn't remove the folder that they share.
	createUpload(t, p.base, u.key)
	data := filepath.Join(c.Dir, "data", testBucket)
	folder := u.folder(t, data)
	complete := signed{base: p.base, method: http.MethodPost, key: u.key, header: once, query: url.Values{"uploadId": {u.id}}}
	if status, code := complete.send(t, completion(u.etags)); status != 200 {
		t.Fatal(status, code)
	}
	p.kill()
	if err := os.Mkdir(folder+".etag"+joiningEnd, 0o700); err != nil {
		t.Fatal(err)
	}
	p = serveProcess(t, c)
	if found, _ := filepath.Glob(folder + "*"); len(found) != 0 {
		t.Errorf("the parts still exist: %v", found)
	}
	status, code := complete.send(t, completion(u.etags))
	wantAnswer(t, status, code, 200, "")
}

// Metadata in a separate folder is written before the object. A kill in between must not occupy the
// key.
func TestKilledBeforeObject(t *testing.T) {
	c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader, NoAttributes: true}
	p := serveProcess(t, c)
	for _, key := range []string{"uploads/a", "uploads/a2"} {
		if status, code := (signed{base: p.base, key: key, header: once}).send(t, []byte("x")); status != 200 {
			t.Fatal(status, code)
		}
	}
	p.kill()
	if err := os.Remove(filepath.Join(c.Dir, "data", testBucket, "uploads/a")); err != nil {
		t.Fatal(err)
	}
	p = serveProcess(t, c)
	for key, want := range map[string]int{"uploads/a": 200, "uploads/a2": 412} {
		if status, code := (signed{base: p.base, key: key, header: once}).send(t, []byte("x")); status != want {
			t.Errorf("%s is answered %d %s, want %d", key, status, code, want)
		}
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

// A part that arrives after the upload is completed is refused and leaves nothing: versitygw 1.8.0
// creates the upload's folder again for it.
func TestLatePart(t *testing.T) {
	u := begin(t, "uploads/late", []byte("x"))
	const size = 64 << 10
	part := signed{key: u.key, length: size, query: url.Values{"uploadId": {u.id}, "partNumber": {"2"}}}
	target, header := part.sign(t)
	rest, half := io.Pipe()
	body := io.MultiReader(bytes.NewReader(make([]byte, size/2)), rest)
	r, err := http.NewRequest(http.MethodPut, target, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header, r.ContentLength = header, size
	late := make(chan int, 1)
	go func() {
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			late <- 0
			return
		}
		response.Body.Close()
		late <- response.StatusCode
	}()
	if _, err := half.Write(make([]byte, 1)); err != nil { // the first half has been read
		t.Fatal(err)
	}
	if a := u.complete(t); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	half.Write(make([]byte, size/2-1)) // fails if the request has been answered already
	half.Close()
	if status := <-late; status != http.StatusNotFound {
		t.Errorf("the late part: answered %d", status)
	}
	if found, _ := filepath.Glob(filepath.Join(dataDir, multipartDir, "*", u.id+"*")); len(found) > 0 {
		t.Errorf("the upload exists again: %v", found)
	}
}
