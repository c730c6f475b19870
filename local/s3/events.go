package s3

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The events have what S3's events in EventBridge have ("EventBridge event message structure",
// Amazon S3 User Guide). A version's id is empty in a bucket without versions.

// StoredEvent is S3's "Object Created".
type StoredEvent struct {
	Key       string
	Size      int64
	ETag      string // without quotes
	VersionID string
	Sequencer string // of two events about a key, the later one has the greater sequencer
	Reason    string // PutObject, CopyObject or CompleteMultipartUpload
	Time      time.Time
}

// DeletedEvent is S3's "Object Deleted".
type DeletedEvent struct {
	Key          string
	VersionID    string // of the version that is gone, or of the new delete marker
	Sequencer    string
	DeletionType string // "Delete Marker Created" or "Permanently Deleted"
	Time         time.Time
}

// TaggedEvent is S3's "Object Tags Added", or "Object Tags Deleted" if no tags are left.
type TaggedEvent struct {
	Key       string
	ETag      string // without quotes
	VersionID string
	Tags      map[string]string // what the object has now; S3's event doesn't have them
	Time      time.Time
}

// events calls the functions of the configuration. It copies the key and the version's id, because
// the web server's strings are overwritten by later requests.
type events struct {
	Config
	mu   sync.Mutex
	last time.Time
}

// now returns the time and a sequencer, which is greater than all before.
func (e *events) now() (time.Time, string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if !now.After(e.last) {
		now = e.last.Add(1)
	}
	e.last = now
	return now, fmt.Sprintf("%016X", now.UnixNano())
}

// stored reports that the object has a new current version.
func (b *awsBackend) stored(ctx context.Context, reason, key string) {
	if b.events.OnStored == nil {
		return
	}
	object, err := b.Backend.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.store.bucket, Key: &key})
	if err != nil {
		return // it is gone again, which another event reports
	}
	now, sequencer := b.events.now()
	b.events.OnStored(StoredEvent{
		Key: strings.Clone(key), Size: aws.ToInt64(object.ContentLength), ETag: unquoted(object.ETag), VersionID: b.store.currentVersion(key),
		Sequencer: sequencer, Reason: reason, Time: now,
	})
}

func (b *awsBackend) deleted(key, versionID, deletionType string) {
	if b.events.OnDeleted == nil {
		return
	}
	now, sequencer := b.events.now()
	b.events.OnDeleted(DeletedEvent{Key: strings.Clone(key), VersionID: strings.Clone(versionID), Sequencer: sequencer, DeletionType: deletionType, Time: now})
}

func (b *awsBackend) tagged(key, versionID string, at place, tags map[string]string) {
	if b.events.OnTagged == nil {
		return
	}
	etag, _ := b.store.metadata.RetrieveAttribute(nil, at.bucket, at.object, etagAttribute)
	now, _ := b.events.now()
	b.events.OnTagged(TaggedEvent{
		Key: strings.Clone(key), ETag: strings.Trim(string(etag), `"`), VersionID: strings.Clone(versionID), Tags: tags, Time: now,
	})
}

func unquoted(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }
