package conformance_test

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/versity/versitygw/backend/meta"
)

// The stack lets nobody read, so tests look at stored objects in the local run's data folder, where
// an object is a file named by its key. On a deployed stack they use HTTP: S3 refuses a second
// request with the same URL only if there is an object.

// object is what the bucket holds under a key.
type object struct {
	size                     int64
	sha256                   [32]byte
	contentType, disposition string
	metadata                 map[string]string
}

// accepted are the keys of all honest uploads, each with whether it has to be there at the end. A
// file that a test has deleted must not.
var accepted sync.Map

// upload sends the signed request with this body, and checks that S3 stored it.
func upload(t *testing.T, p plan, body string) {
	t.Helper()
	a := s3(t, p.request(t, body))
	if a.status != 200 {
		t.Fatalf("S3 refused the signed request: %d %s: %.500s", a.status, s3Code(a), a.body)
	}
	accepted.Store(p.Key, true)
	if a.header.Get("ETag") == "" {
		t.Errorf("S3's answer has no ETag")
	}
	checkHeader(t, a, "Access-Control-Allow-Origin", target.origin())
	if exposed := a.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "ETag") {
		t.Errorf("S3's answer shows a page %q, not the ETag", exposed)
	}
	checkStored(t, p, body)
}

// checkStored checks that the object is there, with this body and with what was signed.
func checkStored(t *testing.T, p plan, body string) {
	t.Helper()
	if mainRun == nil {
		if a := s3(t, p.request(t, body)); a.status != 412 {
			t.Errorf("a second upload got %d %s, so the first is not there", a.status, s3Code(a))
		}
		return
	}
	o, err := objectAt(mainRun, p.Key)
	if err != nil {
		t.Fatalf("the object is not in the bucket: %v", err)
	}
	if o.size != int64(len(body)) || o.sha256 != sha256.Sum256([]byte(body)) {
		t.Errorf("the object holds %d other bytes than the %d that were sent", o.size, len(body))
	}
	if o.contentType != p.Headers["Content-Type"] || o.disposition != p.Headers["Content-Disposition"] {
		t.Errorf("stored with Content-Type %q and Content-Disposition %q, signed for %q", o.contentType, o.disposition, p.Headers)
	}
}

// checkNothingThere checks in the data folder that there is no object at the planned key.
func checkNothingThere(t *testing.T, p plan) {
	t.Helper()
	if mainRun == nil {
		return
	}
	// Nor may anything else be in its folder, which is this upload's own.
	if _, err := os.Stat(path.Dir(filePath(mainRun, p.Key))); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("something was stored in %s: %v", path.Dir(p.Key), err)
	}
}

// checkNotStored checks that nothing is stored at the planned key, and that its URL still works: a
// forgery must neither store anything nor use up the URL.
func checkNotStored(t *testing.T, p plan, body string) {
	t.Helper()
	checkNothingThere(t, p)
	upload(t, p, body)
}

func bucketDir(r *localRun) string {
	return filepath.Join(r.dir, "s3", "data", r.UploadBucketName)
}

func filePath(r *localRun, key string) string {
	return filepath.Join(bucketDir(r), filepath.FromSlash(key))
}

// attributesOf is where the run stores the attributes of objects, and its name for the bucket there.
func attributesOf(r *localRun) (attributes meta.MetadataStorer, bucket string) {
	if sidecar, err := meta.NewSideCar(filepath.Join(r.dir, "s3", "metadata")); err == nil { // no extended attributes here
		return sidecar, r.UploadBucketName
	}
	return meta.XattrMeta{}, bucketDir(r)
}

func objectAt(r *localRun, key string) (o object, err error) {
	file, err := os.Open(filePath(r, key))
	if err != nil {
		return o, err
	}
	defer file.Close()
	sum := sha256.New()
	if o.size, err = io.Copy(sum, file); err != nil {
		return o, err
	}
	sum.Sum(o.sha256[:0])

	attributes, bucket := attributesOf(r)
	text := func(name string) string {
		value, e := attributes.RetrieveAttribute(nil, bucket, key, name)
		if e != nil && !errors.Is(e, meta.ErrNoSuchKey) {
			err = e
		}
		return string(value)
	}
	o.contentType, o.disposition = text("content-type"), text("content-disposition")
	if raw := text("metadata"); raw != "" {
		err = errors.Join(err, json.Unmarshal([]byte(raw), &o.metadata))
	}
	return o, err
}

// onlyAcceptedObjects compares the bucket with the honest uploads: no forgery of any test may have
// left an object.
func onlyAcceptedObjects(r *localRun) error {
	var wrong []error
	entries, err := os.ReadDir(filepath.Dir(bucketDir(r)))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); name != r.UploadBucketName && !strings.HasPrefix(name, ".") { // the store's own
			wrong = append(wrong, fmt.Errorf("the store has a bucket %q beside the stack's", name))
		}
	}
	err = filepath.WalkDir(bucketDir(r), func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		key, err := filepath.Rel(bucketDir(r), file)
		if err != nil {
			return err
		}
		if there, ok := accepted.LoadAndDelete(filepath.ToSlash(key)); !ok || !there.(bool) {
			wrong = append(wrong, fmt.Errorf("the store holds %q, which no honest upload put there, or which was deleted", key))
		}
		return nil
	})
	accepted.Range(func(key, there any) bool {
		if there.(bool) {
			wrong = append(wrong, fmt.Errorf("%q was uploaded, but is gone", key))
		}
		return true
	})
	return errors.Join(append(wrong, err)...)
}
