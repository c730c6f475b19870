package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// CompleteMultipartUpload answers a repeated request as S3 does: with the same 200 if the object of
// this upload has been stored (adobe/S3Mock#2586 and minio/minio#13318 tried that with S3), and
// with NoSuchUpload for any other upload that no longer exists. If-None-Match makes no difference,
// because the first request has fulfilled it (ministackorg/ministack#1435, getmoto/moto#9209).
// versitygw 1.8.0 answers 200 if any object has the key, and also while a first request is still
// running, which may fail.
func (b *awsBackend) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	key, id := aws.ToString(in.Key), aws.ToString(in.UploadId)
	defer b.uploads.lock(id)()
	defer b.store.change(key)()
	if b.store.completedBy(key) == id {
		result, err := b.completed(ctx, in)
		return result, b.store.currentVersion(key), err
	}
	if !b.store.isUnfinished(key, id) {
		return s3response.CompleteMultipartUploadResult{}, "", s3err.GetNoSuchUploadErr(id)
	}
	result, versionID, err := b.Backend.CompleteMultipartUpload(ctx, in)
	if err == nil {
		b.stored(ctx, "CompleteMultipartUpload", key)
	}
	return result, versionID, err
}

// completed returns the answer to a request that repeats a successful one.
func (b *awsBackend) completed(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, error) {
	object, err := b.Backend.HeadObject(ctx, &s3.HeadObjectInput{Bucket: in.Bucket, Key: in.Key, ChecksumMode: types.ChecksumModeEnabled})
	if err != nil {
		return s3response.CompleteMultipartUploadResult{}, err
	}
	return s3response.CompleteMultipartUploadResult{
		Bucket: in.Bucket, Key: in.Key, ETag: object.ETag, ChecksumType: &object.ChecksumType,
		ChecksumCRC32: object.ChecksumCRC32, ChecksumCRC32C: object.ChecksumCRC32C, ChecksumCRC64NVME: object.ChecksumCRC64NVME,
		ChecksumSHA1: object.ChecksumSHA1, ChecksumSHA256: object.ChecksumSHA256,
	}, nil
}

// AbortMultipartUpload waits for a running completion. versitygw has renamed the upload's folder
// for it, and would answer NoSuchUpload, although the upload still exists if the completion fails.
func (b *awsBackend) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput) error {
	defer b.uploads.lock(aws.ToString(in.UploadId))()
	return b.Backend.AbortMultipartUpload(ctx, in)
}

// ListParts waits for the same reason.
func (b *awsBackend) ListParts(ctx context.Context, in *s3.ListPartsInput) (s3response.ListPartsResult, error) {
	defer b.uploads.lock(aws.ToString(in.UploadId))()
	return b.Backend.ListParts(ctx, in)
}

// UploadPart waits for a running completion once it has received the whole body. versitygw would
// create the upload's folder again for this part, and a completion that fails could then not
// restore the other parts.
func (b *awsBackend) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	in.Body = checkLength(ctx, in.Body, in.ContentLength)
	if _, chunked := in.Body.(middlewares.ChecksumReader); in.Body == nil || chunked {
		return b.Backend.UploadPart(ctx, in)
	}
	key, id := aws.ToString(in.Key), aws.ToString(in.UploadId)
	whole := &wholeBody{body: in.Body}
	unlock := func() {}
	defer func() { unlock() }()
	whole.then = func() error {
		unlock = b.uploads.lock(id)
		if !b.store.isUnfinished(key, id) {
			return s3err.GetNoSuchUploadErr(id)
		}
		return nil
	}
	in.Body = whole
	out, err := b.Backend.UploadPart(ctx, in)
	if _, refused := err.(s3err.S3Error); err == nil || refused {
		return out, err
	}
	// The folder may have been removed while versitygw read it.
	if !whole.ended {
		unlock = b.uploads.lock(id)
	}
	if !b.store.isUnfinished(key, id) {
		err = s3err.GetNoSuchUploadErr(id)
	}
	return out, err
}

// wholeBody calls then at the end of the body, and fails with its error.
type wholeBody struct {
	body  io.Reader
	then  func() error
	ended bool
}

func (w *wholeBody) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	if err == io.EOF && !w.ended {
		w.ended = true
		if refused := w.then(); refused != nil {
			err = refused
		}
	}
	return n, err
}

// locks lets one request at a time change what has a name: a multipart upload, or an object.
type locks struct {
	mu   sync.Mutex
	held map[string]*namedLock
}

type namedLock struct {
	sync.Mutex
	users int // the requests that hold it or wait for it
}

func (l *locks) lock(name string) (unlock func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*namedLock{}
	}
	one := l.held[name]
	if one == nil {
		one = &namedLock{}
		l.held[name] = one
	}
	one.users++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(l.held, name)
		}
	}
}

// Names in versitygw's store. The folder of a key's uploads is named by the key's hash, and has the
// key as an attribute.
const (
	tempDir      = ".sgwtmp"
	multipartDir = tempDir + "/multipart"
	joiningEnd   = ".inprogress" // of an upload's folder, "<id>.<etag>.inprogress", while its parts are being joined

	keyAttribute       = "objname"
	etagAttribute      = "etag"
	versionAttribute   = "version-id"
	tagsAttribute      = "X-Amz-Tagging"
	completedAttribute = "mp-metadata" // of an object: the upload that created it
)

// completedBy returns the id of the upload that created the object, or "".
func (s *store) completedBy(key string) string {
	if _, err := os.Stat(filepath.Join(s.bucketDir(), key)); err != nil {
		return "" // metadata in a separate folder can exist before the object
	}
	raw, err := s.metadata.RetrieveAttribute(nil, s.bucket, key, completedAttribute)
	if err != nil {
		return ""
	}
	completed, err := backend.UnmarshalMpUploadMetadata(raw, false)
	if err != nil {
		return ""
	}
	return completed.UploadID
}

// isUnfinished reports whether the upload exists, neither completed nor aborted.
func (s *store) isUnfinished(key, id string) bool {
	info, err := os.Stat(filepath.Join(s.bucketDir(), multipartDir, hashOf(key), id))
	return id != "" && err == nil && info.IsDir()
}

// hashOf is how versitygw names a folder that belongs to a key.
func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
