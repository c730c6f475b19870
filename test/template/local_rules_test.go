package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"signpost/internal/cfn"
	"signpost/local/webhook"
	"signpost/test/template/options"
)

// samples are the events that AWS's guides show ("EventBridge event message structure", Amazon S3
// User Guide; "Monitoring S3 object scans with Amazon EventBridge", Amazon GuardDuty User Guide),
// of a file that users have uploaded.
var samples = map[string]string{
	"aws.s3": `{
		"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": "Object Created", "source": "aws.s3", "account": "111122223333",
		"time": "2021-11-12T00:00:00Z", "region": "ca-central-1", "resources": ["arn:aws:s3:::files"],
		"detail": {
			"version": "0", "bucket": {"name": "files"},
			"object": {"key": "KEY", "size": 5, "etag": "b1946ac92492d2347c6235b4d2611184", "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", "sequencer": "617f08299329d189"},
			"request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012", "source-ip-address": "1.2.3.4", "reason": "PutObject"}}`,
	"aws.guardduty": `{
		"version": "0", "id": "72c7d362-737a-6dce-fc78-9e27a0171419", "detail-type": "GuardDuty Malware Protection Object Scan Result", "source": "aws.guardduty",
		"account": "111122223333", "time": "2024-02-28T01:01:01Z", "region": "us-east-1", "resources": ["arn:aws:guardduty:us-east-1:111122223333:malware-protection-plan/b4c7f464ab3a4EXAMPLE"],
		"detail": {
			"schemaVersion": "1.0", "scanStatus": "COMPLETED", "resourceType": "S3_OBJECT",
			"s3ObjectDetails": {"bucketName": "files", "objectKey": "KEY", "eTag": "ASIAI44QH8DHBEXAMPLE", "versionId": "d41d8cd98f00b204e9800998eEXAMPLE", "s3Throttled": false},
			"scanResultDetails": {"scanResultStatus": "NO_THREATS_FOUND", "threats": null}}}`,
}

// sampleBodies are what the webhook is told of them.
var sampleBodies = map[string]string{
	"aws.s3":        `{"type":"upload.stored","time":"2021-11-12T00:00:00Z","bucket":"files","key":"KEY","size":5,"etag":"b1946ac92492d2347c6235b4d2611184","versionId":"IYV3p45BT0ac8hjHg1houSdS1a.Mro8e","sequencer":"617f08299329d189"}`,
	"aws.guardduty": `{"type":"upload.scanned","time":"2024-02-28T01:01:01Z","bucket":"files","key":"KEY","etag":"ASIAI44QH8DHBEXAMPLE","versionId":"d41d8cd98f00b204e9800998eEXAMPLE","scan":"NO_THREATS_FOUND"}`,
}

// TestLocalRunReadsTheRules: the local run understands the rules of every option with a webhook, and
// what they make of AWS's own samples is the contract's.
func TestLocalRunReadsTheRules(t *testing.T) {
	for _, option := range options.All() {
		stage := option.Stage()
		if stage.Uploads.Webhook == nil {
			continue
		}
		t.Run(option.Name, func(t *testing.T) {
			template, err := cfn.Parse(synthesized(t, option.Name, stage))
			if err != nil {
				t.Fatal(err)
			}
			template.Reference = func(name string) (string, bool) {
				if name == uploadBucket {
					return "files", true
				}
				return name, true
			}
			rules, err := webhook.Rules(template)
			if err != nil {
				t.Fatal(err)
			}
			told := map[string]bool{}
			for source, sample := range samples {
				told[source] = tellOf(t, rules, sample, "uploads/avatar/me/01/cat.png", sampleBodies[source])
				tellOf(t, rules, sample, "reports/cat.png", "")
				tellOf(t, rules, strings.Replace(sample, `"files"`, `"files-2"`, 1), "uploads/avatar/me/01/cat.png", "")
				if of := tellOf(t, rules, sample, "uploads/draft/me/01/cat.png", sampleBodies[source]); of && stage.Uploads.Webhook.Kinds != nil {
					t.Error("it is told of a kind that it doesn't ask for")
				}
			}
			for _, source := range sourcesOf(askedOf(stage)) {
				if !told[source] {
					t.Errorf("it isn't told of the events of %s", source)
				}
				delete(told, source)
			}
			for source, wrongly := range told {
				if wrongly {
					t.Errorf("it is told of the events of %s", source)
				}
			}
		})
	}
}

// tellOf reports whether a rule is about a sample with that key. The body must then be want.
func tellOf(t *testing.T, rules []webhook.Rule, sample, key, want string) (told bool) {
	t.Helper()
	var event webhook.Event
	if err := json.Unmarshal([]byte(strings.Replace(sample, "KEY", key, 1)), &event); err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		if !rule.Matches(event) {
			continue
		}
		told = true
		body, err := rule.Body(event)
		if want := strings.Replace(want, "KEY", key, 1); err != nil || string(body) != want {
			t.Errorf("the body is %s (%v), want %s", body, err, want)
		}
	}
	return told
}
