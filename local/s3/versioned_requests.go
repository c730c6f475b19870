package s3

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/oklog/ulid/v2"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// What S3 answers in a bucket with versions is in "Working with delete markers" and "Deleting object
// versions from a versioning-enabled bucket" (Amazon S3 User Guide). What those pages leave open is
// from reports of people who tried it with S3, named below.

// PutObject stores only complete bodies. It waits for other changes of the object once it has
// received the whole body.
func (b *awsBackend) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	key := aws.ToString(in.Key)
	done := func() {}
	defer func() { done() }()
	whole := &wholeBody{body: checkLength(ctx, in.Body, in.ContentLength), then: func() error {
		done = b.store.change(key)
		return nil
	}}
	if chunked, ok := in.Body.(middlewares.ChecksumReader); ok {
		in.Body = wholeChunkedBody{chunked, whole}
	} else {
		in.Body = whole
	}
	out, err := b.Backend.PutObject(ctx, in)
	if err != nil {
		return out, err
	}
	if aws.ToString(in.Tagging) == "" {
		b.store.forgetOldTags(key)
	}
	b.stored(ctx, "PutObject", key)
	return out, nil
}

// wholeChunkedBody is a wholeBody in aws-chunked encoding, with the checksum at its end.
type wholeChunkedBody struct {
	middlewares.ChecksumReader
	whole *wholeBody
}

func (b wholeChunkedBody) Read(p []byte) (int, error) { return b.whole.Read(p) }

// CopyObject waits for other changes too.
func (b *awsBackend) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	key := aws.ToString(in.Key)
	defer b.store.change(key)()
	out, err := b.Backend.CopyObject(ctx, in)
	if err == nil {
		b.stored(ctx, "CopyObject", key)
	}
	return out, err
}

// DeleteObject adds a delete marker, even if the object doesn't exist ("DeleteObject", Amazon S3 API
// Reference). With a version's id it deletes that version for good, or that delete marker; a version
// that doesn't exist is no error.
func (b *awsBackend) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	key, id := aws.ToString(in.Key), aws.ToString(in.VersionId)
	defer b.store.removeEmptyFolders(key)
	defer b.store.change(key)()
	if !b.store.isVersioned() || strings.HasSuffix(key, "/") {
		out, err := b.Backend.DeleteObject(ctx, in)
		if err == nil {
			b.deleted(key, "", "Permanently Deleted")
		}
		return out, err
	}
	if err := checkVersionID(id); err != nil {
		return nil, err
	}
	if err := b.checkDeletion(in, key, id); err != nil {
		return nil, err
	}
	if id == "" {
		marker, err := b.store.mark(key)
		if err != nil {
			return nil, err
		}
		b.deleted(key, marker, "Delete Marker Created")
		return &s3.DeleteObjectOutput{DeleteMarker: aws.Bool(true), VersionId: &marker}, nil
	}
	wasMarker, err := b.store.remove(key, id)
	if err != nil {
		return nil, err
	}
	b.deleted(key, id, "Permanently Deleted")
	return &s3.DeleteObjectOutput{DeleteMarker: &wasMarker, VersionId: &id}, nil
}

// checkDeletion checks the conditions of a deletion, which are about the current version only
// ("Performing conditional deletes", Amazon S3 User Guide, and ministackorg/ministack#1458).
func (b *awsBackend) checkDeletion(in *s3.DeleteObjectInput, key, id string) error {
	if in.IfMatch == nil && in.IfMatchLastModifiedTime == nil && in.IfMatchSize == nil {
		return nil
	}
	info, err := os.Stat(filepath.Join(b.store.bucketDir(), key))
	if err != nil || id != "" && id != b.store.currentVersion(key) {
		return s3err.GetAPIError(s3err.ErrNoSuchKey)
	}
	etag, _ := b.store.metadata.RetrieveAttribute(nil, b.store.bucket, key, etagAttribute)
	return backend.EvaluateObjectDeletePreconditions(string(etag), info.ModTime(), info.Size(), backend.ObjectDeletePreconditions{
		IfMatch: in.IfMatch, IfMatchLastModTime: in.IfMatchLastModifiedTime, IfMatchSize: in.IfMatchSize,
	})
}

// DeleteObjects does the same for each object.
func (b *awsBackend) DeleteObjects(ctx context.Context, in *s3.DeleteObjectsInput) (s3response.DeleteResult, error) {
	var result s3response.DeleteResult
	for _, object := range in.Delete.Objects {
		out, err := b.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: in.Bucket, Key: object.Key, VersionId: object.VersionId})
		if err != nil {
			result.Error = append(result.Error, s3err.ObjectDeleteError(object.Key, object.VersionId, err))
			continue
		}
		deleted := types.DeletedObject{Key: object.Key, VersionId: object.VersionId}
		if aws.ToBool(out.DeleteMarker) {
			deleted.DeleteMarker, deleted.DeleteMarkerVersionId = out.DeleteMarker, out.VersionId
		}
		result.Deleted = append(result.Deleted, deleted)
	}
	return result, nil
}

// find returns where the version of an object is, in versitygw's terms. Without an id it is the
// current version, whether or not it exists.
func (b *awsBackend) find(ctx context.Context, key, id string) (place, error) {
	if id == "" || !b.store.isVersioned() {
		return b.store.current(key), nil
	}
	if err := checkVersionID(id); err != nil {
		return place{}, err
	}
	if id == b.store.currentVersion(key) {
		return b.store.current(key), nil
	}
	others, err := b.store.otherVersions(key)
	if err != nil {
		return place{}, err
	}
	for _, v := range others {
		switch {
		case v.id == id && v.isMarker:
			return place{}, markerRefusal(ctx, id)
		case v.id == id:
			return b.store.other(key, id), nil
		}
	}
	return place{}, s3err.GetNoSuchVersionErr(key, id)
}

func checkVersionID(id string) error {
	if _, err := ulid.ParseStrict(id); err != nil && id != "" && id != nullID {
		return s3err.GetInvalidArgumentErr(s3err.InvalidArgVersionId, id)
	}
	return nil
}

// markerRefusal is the answer to a request for a delete marker: it has no content.
func markerRefusal(ctx context.Context, id string) error {
	setMarkerHeaders(ctx, id)
	setHeader(ctx, "Allow", http.MethodDelete)
	return s3err.GetAPIError(s3err.ErrMethodNotAllowed)
}

// setMarkerHeaders tells the client that there is a delete marker.
func setMarkerHeaders(ctx context.Context, id string) {
	setHeader(ctx, "x-amz-delete-marker", "true")
	setHeader(ctx, "x-amz-version-id", id)
}

func setHeader(ctx context.Context, name, value string) {
	if request, ok := ctx.(*fasthttp.RequestCtx); ok {
		request.Response.Header.Set(name, value)
	}
}

// GetObject reads any version.
func (b *awsBackend) GetObject(ctx context.Context, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	key := aws.ToString(in.Key)
	defer b.store.read(key)()
	at, err := b.find(ctx, key, aws.ToString(in.VersionId))
	if err != nil {
		return nil, err
	}
	at.setIn(&in.Bucket, &in.Key, &in.VersionId)
	out, err := b.Backend.GetObject(ctx, in)
	if err == nil {
		out.VersionId = b.store.shownVersion(out.VersionId)
	}
	return out, b.hideMissing(ctx, key, err)
}

// shownVersion is the version id that an answer has. versitygw gives none for an object from before
// the bucket had versions, which S3 calls null.
func (s *store) shownVersion(id *string) *string {
	if s.isVersioned() && aws.ToString(id) == "" {
		return aws.String(nullID)
	}
	return id
}

// HeadObject does the same as GetObject.
func (b *awsBackend) HeadObject(ctx context.Context, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	key := aws.ToString(in.Key)
	defer b.store.read(key)()
	at, err := b.find(ctx, key, aws.ToString(in.VersionId))
	if err != nil {
		return nil, err
	}
	at.setIn(&in.Bucket, &in.Key, &in.VersionId)
	out, err := b.Backend.HeadObject(ctx, in)
	if err == nil {
		out.VersionId = b.store.shownVersion(out.VersionId)
	}
	return out, b.hideMissing(ctx, key, err)
}

// GetObjectAttributes does the same as GetObject.
func (b *awsBackend) GetObjectAttributes(ctx context.Context, in *s3.GetObjectAttributesInput) (s3response.GetObjectAttributesResponse, error) {
	key := aws.ToString(in.Key)
	defer b.store.read(key)()
	at, err := b.find(ctx, key, aws.ToString(in.VersionId))
	if err != nil {
		return s3response.GetObjectAttributesResponse{}, err
	}
	at.setIn(&in.Bucket, &in.Key, &in.VersionId)
	out, err := b.Backend.GetObjectAttributes(ctx, in)
	return out, b.hideMissing(ctx, key, err)
}

// setIn makes a request one for that place.
func (p place) setIn(bucket, key, versionID **string) {
	*bucket, *key, *versionID = &p.bucket, &p.object, new(string)
}

// GetObjectTagging reads the tags of any version. If a delete marker is the newest, it is refused
// like a request for the marker itself (localstack/localstack#11180, getmoto/moto#9401).
func (b *awsBackend) GetObjectTagging(ctx context.Context, _, key, id string) (map[string]string, error) {
	defer b.store.read(key)()
	at, err := b.findForTags(ctx, key, id)
	if err != nil {
		return nil, err
	}
	return b.Backend.GetObjectTagging(ctx, at.bucket, at.object, "")
}

// PutObjectTagging replaces the tags of any version.
func (b *awsBackend) PutObjectTagging(ctx context.Context, _, key, id string, tags map[string]string) error {
	defer b.store.change(key)()
	at, err := b.findForTags(ctx, key, id)
	if err != nil {
		return err
	}
	if err := b.Backend.PutObjectTagging(ctx, at.bucket, at.object, "", tags); err != nil {
		return err
	}
	if id == "" {
		id = b.store.currentVersion(key)
	}
	b.tagged(key, id, at, tags)
	return nil
}

// DeleteObjectTagging removes the tags of any version.
func (b *awsBackend) DeleteObjectTagging(ctx context.Context, bucket, key, id string) error {
	return b.PutObjectTagging(ctx, bucket, key, id, nil)
}

func (b *awsBackend) findForTags(ctx context.Context, key, id string) (place, error) {
	at, err := b.find(ctx, key, id)
	if err != nil || id != "" || b.store.exists(key) {
		return at, err
	}
	missing := b.hideMissing(ctx, key, s3err.GetAPIError(s3err.ErrNoSuchKey))
	if marker := b.store.hidingMarker(key); marker != "" && errors.Is(missing, s3err.GetAPIError(s3err.ErrNoSuchKey)) {
		return place{}, markerRefusal(ctx, marker)
	}
	return place{}, missing
}

// tags returns the tags of a version, or nothing if it doesn't exist.
func (s *store) tags(key, id string) map[string]string {
	defer s.read(key)()
	at := s.current(key)
	if s.isVersioned() && id != "" && id != s.currentVersion(key) {
		at = s.other(key, id)
	}
	if _, err := os.Stat(s.path(at)); err != nil {
		return nil
	}
	raw, err := s.metadata.RetrieveAttribute(nil, at.bucket, at.object, tagsAttribute)
	tags := map[string]string{}
	if err != nil || json.Unmarshal(raw, &tags) != nil {
		return nil
	}
	return tags
}

// forgetOldTags removes the tags of the version that has been overwritten. Metadata in a separate
// folder outlives it there.
func (s *store) forgetOldTags(key string) {
	if s.sidecar != "" {
		s.metadata.DeleteAttribute(s.bucket, key, tagsAttribute)
	}
}
