package s3

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3response"
)

// listed is a version or a delete marker in a listing.
type listed struct {
	version
	key      string
	isLatest bool
}

// ListObjectVersions lists all versions and delete markers: by key, and of a key the newest first
// ("ListObjectVersions", Amazon S3 API Reference). It reads the whole store, so it is for an
// operator and not for users.
func (b *awsBackend) ListObjectVersions(ctx context.Context, in *s3.ListObjectVersionsInput) (s3response.ListVersionsResult, error) {
	if !b.store.isVersioned() {
		return b.Backend.ListObjectVersions(ctx, in)
	}
	prefix, delimiter := aws.ToString(in.Prefix), aws.ToString(in.Delimiter)
	all, err := b.store.allVersions(ctx, prefix)
	if err != nil {
		return s3response.ListVersionsResult{}, err
	}
	limit := int(aws.ToInt32(in.MaxKeys))
	out := s3response.ListVersionsResult{
		Name: in.Bucket, Prefix: in.Prefix, MaxKeys: in.MaxKeys, IsTruncated: aws.Bool(false),
		Delimiter: optional(delimiter), KeyMarker: in.KeyMarker, VersionIdMarker: in.VersionIdMarker,
	}
	var last listed
	var lastPrefix string
	count := 0
	for _, v := range afterMarkers(all, aws.ToString(in.KeyMarker), aws.ToString(in.VersionIdMarker)) {
		common := commonPrefix(v.key, prefix, delimiter)
		if common != "" && (common == lastPrefix || common <= aws.ToString(in.KeyMarker)) {
			continue
		}
		if count == limit {
			out.IsTruncated = aws.Bool(limit > 0)
			out.NextKeyMarker, out.NextVersionIdMarker = optional(last.key), optional(last.id)
			break
		}
		count++
		if common != "" {
			lastPrefix, last = common, listed{key: common}
			out.CommonPrefixes = append(out.CommonPrefixes, types.CommonPrefix{Prefix: &common})
			continue
		}
		last = v
		if err := b.addVersion(ctx, &out, v); err != nil {
			return out, err
		}
	}
	return out, nil
}

// addVersion adds a version with what HeadObject says about it, or a delete marker.
func (b *awsBackend) addVersion(ctx context.Context, out *s3response.ListVersionsResult, v listed) error {
	owner := rootAccess
	if v.isMarker {
		out.DeleteMarkers = append(out.DeleteMarkers, types.DeleteMarkerEntry{
			Key: &v.key, VersionId: &v.id, IsLatest: &v.isLatest, LastModified: &v.stored, Owner: &types.Owner{ID: &owner},
		})
		return nil
	}
	at := b.store.current(v.key)
	if !v.isLatest {
		at = b.store.other(v.key, v.id)
	}
	object, err := b.Backend.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &at.bucket, Key: &at.object})
	if err != nil {
		return nil // it has been deleted in the meantime
	}
	out.Versions = append(out.Versions, s3response.ObjectVersion{
		Key: &v.key, VersionId: &v.id, IsLatest: &v.isLatest, LastModified: object.LastModified, ETag: object.ETag, Size: object.ContentLength,
		StorageClass: types.ObjectVersionStorageClassStandard, Owner: &types.Owner{ID: &owner},
	})
	return nil
}

// afterMarkers returns what follows a version of a key, or all versions of a key.
func afterMarkers(all []listed, key, id string) []listed {
	if key == "" {
		return all
	}
	for i, v := range all {
		if v.key > key {
			return all[i:]
		}
		if v.key == key && v.id == id {
			return all[i+1:]
		}
	}
	return nil
}

// commonPrefix returns the key up to the first delimiter after the prefix, or "".
func commonPrefix(key, prefix, delimiter string) string {
	before, _, found := strings.Cut(strings.TrimPrefix(key, prefix), delimiter)
	if delimiter == "" || !found {
		return ""
	}
	return prefix + before + delimiter
}

// allVersions returns every version of every key that begins with the prefix.
func (s *store) allVersions(ctx context.Context, prefix string) ([]listed, error) {
	var all []listed
	add := func(key string) error {
		if !strings.HasPrefix(key, prefix) {
			return nil
		}
		defer s.read(key)()
		others, err := s.otherVersions(key)
		isLatest := true
		if id := s.currentVersion(key); id != "" {
			all, isLatest = append(all, listed{version{id: id}, key, true}), false
		}
		for _, v := range others {
			all, isLatest = append(all, listed{v, key, isLatest}), false
		}
		return err
	}
	marker := ""
	for more := true; more; {
		page, err := s.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
			Bucket: &s.bucket, Prefix: &prefix, ContinuationToken: &marker, StartAfter: aws.String(""), MaxKeys: aws.Int32(1000),
		})
		if err != nil {
			return nil, err
		}
		for _, object := range page.Contents {
			if err := add(*object.Key); err != nil {
				return nil, err
			}
		}
		marker, more = aws.ToString(page.NextContinuationToken), aws.ToBool(page.IsTruncated)
	}
	err := s.eachKeysVersions(func(folder string) error {
		key, err := s.keyOf(folder)
		if err != nil || key == "" || s.exists(key) {
			return err
		}
		return add(key)
	})
	slices.SortStableFunc(all, func(a, b listed) int { return cmp.Compare(a.key, b.key) })
	return all, err
}

// keyOf returns the key whose versions are in the folder, or "" if it has no delete marker. Such a
// key has a current version.
func (s *store) keyOf(folder string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(s.versionsBucket(), folder))
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), markerEnd) {
			key, err := os.ReadFile(filepath.Join(s.versionsBucket(), folder, entry.Name()))
			return string(key), err
		}
	}
	return "", err
}
