package uploads

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// announcement is what is posted about one kind of event.
type announcement struct {
	id, description string
	pattern         map[string]any // which events
	eventType       string         // the type in the body
	fields          []field        // the other fields of the body, in their order
}

// field is a field of the body and where it is in the event.
type field struct{ name, path string }

// announcements are the rules that the props ask for. The events are those of "EventBridge event
// message structure" (Amazon S3 User Guide) and "Monitoring S3 object scans with Amazon
// EventBridge" (Amazon GuardDuty User Guide). Neither encodes the key, unlike S3's own
// notifications to SQS, SNS and Lambda. GuardDuty's has no size and no sequencer.
func announcements(props Props, bucket awss3.IBucket) []announcement {
	name, keys := []*string{bucket.BucketName()}, keyPatterns(props)
	stored := announcement{
		id: "WebhookStoredRule", description: "Tells the webhook of every file that is stored",
		pattern: map[string]any{
			"source":      []string{"aws.s3"},
			"detail-type": []string{"Object Created"},
			"detail": map[string]any{
				"bucket": map[string]any{"name": name},
				"object": map[string]any{"key": keys},
				// Not CopyObject, with which an administrator moves or restores files. The bucket
				// policy refuses POST forms.
				"reason": []string{"PutObject", "CompleteMultipartUpload"},
			},
		},
		eventType: "upload.stored",
		fields: []field{
			{"time", "$.time"}, {"bucket", "$.detail.bucket.name"}, {"key", "$.detail.object.key"}, {"size", "$.detail.object.size"},
			{"etag", "$.detail.object.etag"}, {"versionId", "$.detail.object.version-id"}, {"sequencer", "$.detail.object.sequencer"},
		},
	}
	scanned := announcement{
		id: "WebhookScannedRule", description: "Tells the webhook what GuardDuty found in every file",
		pattern: map[string]any{
			"source":      []string{"aws.guardduty"},
			"detail-type": []string{"GuardDuty Malware Protection Object Scan Result"},
			"detail":      map[string]any{"s3ObjectDetails": map[string]any{"bucketName": name, "objectKey": keys}},
		},
		eventType: "upload.scanned",
		fields: []field{
			{"time", "$.time"}, {"bucket", "$.detail.s3ObjectDetails.bucketName"}, {"key", "$.detail.s3ObjectDetails.objectKey"},
			{"etag", "$.detail.s3ObjectDetails.eTag"}, {"versionId", "$.detail.s3ObjectDetails.versionId"},
			{"scan", "$.detail.scanResultDetails.scanResultStatus"},
		},
	}
	switch {
	case props.Webhook.AfterScan:
		return []announcement{scanned}
	case props.MalwareScan:
		return []announcement{stored, scanned}
	}
	return []announcement{stored}
}

// keyPatterns matches the keys of all uploads, or of those of the webhook's kinds.
func keyPatterns(props Props) (patterns []map[string]string) {
	if props.Webhook.Kinds == nil {
		return []map[string]string{{"prefix": props.KeyPrefix}}
	}
	for _, kind := range props.Webhook.Kinds {
		patterns = append(patterns, map[string]string{"prefix": props.KeyPrefix + kind + "/"})
	}
	return patterns
}

// transformer has EventBridge write the body. A variable that is not in quotes becomes the value as
// JSON, a string with its quotes and a number without ("Amazon EventBridge input transformation",
// Amazon EventBridge User Guide). The bucket keeps versions, so no variable is ever missing.
func (a announcement) transformer() *awsevents.CfnRule_InputTransformerProperty {
	members := []string{`"type":` + strconv.Quote(a.eventType)}
	paths := map[string]*string{}
	for _, field := range a.fields {
		paths[field.name] = jsii.String(field.path)
		members = append(members, strconv.Quote(field.name)+":<"+field.name+">")
	}
	return &awsevents.CfnRule_InputTransformerProperty{
		InputPathsMap: &paths,
		InputTemplate: jsii.String("{" + strings.Join(members, ",") + "}"),
	}
}
