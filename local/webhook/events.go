package webhook

import (
	"strings"
	"time"
)

// Event is an event as EventBridge has it.
type Event map[string]any

// Object is a version of a stored object.
type Object struct{ Bucket, Key, ETag, VersionID string }

// Stored is S3's event about a stored object ("EventBridge event message structure", Amazon S3 User
// Guide). Its key is not URL-encoded, and its ETag has no quotes. reason is PutObject, CopyObject or
// CompleteMultipartUpload.
func Stored(o Object, size int64, sequencer, reason string, at time.Time) Event {
	object := map[string]any{"key": o.Key, "size": size, "etag": o.ETag, "sequencer": sequencer}
	if o.VersionID != "" {
		object["version-id"] = o.VersionID
	}
	return event("aws.s3", "Object Created", at, map[string]any{
		"version": "0", "bucket": map[string]any{"name": o.Bucket}, "object": object, "reason": reason,
	})
}

// scanStatuses are the statuses of the scans that have these results, other than COMPLETED ("S3
// object potential scan status and result status", Amazon GuardDuty User Guide).
var scanStatuses = map[string]string{"UNSUPPORTED": "SKIPPED", "ACCESS_DENIED": "SKIPPED", "FAILED": "FAILED"}

// Scanned is GuardDuty's event about a scanned object ("Monitoring S3 object scans with Amazon
// EventBridge", Amazon GuardDuty User Guide). result is NO_THREATS_FOUND, THREATS_FOUND or one of
// scanStatuses.
func Scanned(o Object, result string, at time.Time) Event {
	status, incomplete := scanStatuses[result]
	if !incomplete {
		status = "COMPLETED"
	}
	return event("aws.guardduty", "GuardDuty Malware Protection Object Scan Result", at, map[string]any{
		"schemaVersion": "1.0", "scanStatus": status, "resourceType": "S3_OBJECT",
		"s3ObjectDetails":   map[string]any{"bucketName": o.Bucket, "objectKey": o.Key, "eTag": o.ETag, "versionId": o.VersionID},
		"scanResultDetails": map[string]any{"scanResultStatus": result},
	})
}

// event is an event of an AWS service. The time has no fraction.
func event(source, detailType string, at time.Time, detail map[string]any) Event {
	return Event{
		"version": "0", "source": source, "detail-type": detailType, "time": at.UTC().Format(time.RFC3339), "detail": detail,
	}
}

// at is the value at a path such as "$.detail.object.version-id".
func (e Event) at(path string) (any, bool) {
	var value any = map[string]any(e)
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "$."), ".") {
		object, isObject := value.(map[string]any)
		var there bool
		if value, there = object[name]; !isObject || !there {
			return nil, false
		}
	}
	return value, true
}
