package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"signpost/local/webhook"
)

// TestUnsupportedRules: what isn't implemented stops the run.
func TestUnsupportedRules(t *testing.T) {
	for _, row := range []struct{ name, from, to, says string }{
		{"anything but", `{"prefix": "uploads/"}`, `{"anything-but": "uploads/"}`, "only strings and prefixes"},
		{"a prefix of any case", `{"prefix": "uploads/"}`, `{"prefix": {"equals-ignore-case": "uploads/"}}`, "only strings and prefixes"},
		{"a number", `{"prefix": "uploads/"}`, `5`, "only strings and prefixes"},
		{"or", `"source": ["aws.s3"]`, `"$or": [{"source": ["aws.s3"]}]`, `"$or"`},
		{"no list", `["aws.s3"]`, `"aws.s3"`, "not an object or a list"},
		{"no values", `["aws.s3"]`, `[]`, "not an object or a list"},
		{"an array's index", `$.detail.object.key`, `$.detail.objects[0].key`, "only names and dots"},
		{"a variable of EventBridge's", `\"type\":\"upload.stored\"`, `\"type\":<aws.events.rule-name>`, "<aws.events.rule-name> has no path"},
		{"a variable in a string", `<key>,`, `\"s3://<key>\",`, "in a string"},
		{"a variable that isn't used", `\"key\":<key>,`, ``, "no variable <key>"},
		{"not JSON", `\"size\":<size>`, `\"size\"=<size>`, "not a JSON object"},
		{"a schedule", `"EventPattern"`, `"ScheduleExpression": "rate(1 minute)", "EventPattern"`, "ScheduleExpression"},
		{"another bus", `"EventPattern"`, `"EventBusName": "team", "EventPattern"`, "EventBusName"},
		{"a rule that is off", `"EventPattern"`, `"State": "DISABLED", "EventPattern"`, "State"},
		{"more headers", `"Id": "Webhook"`, `"Id": "Webhook", "HttpParameters": {}`, "HttpParameters"},
		{"another target", `"AWS::Events::ApiDestination"`, `"AWS::Lambda::Function"`, "not an API destination"},
		{"a password", `"API_KEY"`, `"BASIC"`, "no API key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(oneRule, row.from, row.to, 1)
			if text == oneRule {
				t.Fatal("the template has nothing to change")
			}
			if _, err := readRules(text); err == nil || !strings.Contains(err.Error(), row.says) || !strings.HasPrefix(err.Error(), "Rule: ") {
				t.Errorf("the error is %v, want Rule: … %s", err, row.says)
			}
		})
	}
}

// TestBodyIsJSON: whatever a key has, the body is JSON, and says what the event says.
func TestBodyIsJSON(t *testing.T) {
	for _, key := range []string{"uploads/cat.png", `uploads/"quoted"\`, "uploads/<key>&", "uploads/käse\n", "uploads/<size>"} {
		body, err := rules(t)[0].Body(webhook.Stored(webhook.Object{Bucket: "files", Key: key, VersionID: "v1"}, 1<<40, "0A", "PutObject", time.Now()))
		var got struct {
			Key  string
			Size int64
		}
		if err != nil || json.Unmarshal(body, &got) != nil || got.Key != key || got.Size != 1<<40 {
			t.Errorf("the body of %q is %s (%v)", key, body, err)
		}
	}
}

// TestBodyLacksNothing: a field that the event doesn't have is an error. EventBridge would leave the
// variable out, and the body wouldn't be JSON.
func TestBodyLacksNothing(t *testing.T) {
	body, err := rules(t)[0].Body(webhook.Stored(webhook.Object{Bucket: "files", Key: "uploads/cat.png"}, 1, "0A", "PutObject", time.Now()))
	if err == nil || !strings.Contains(err.Error(), "$.detail.object.version-id") {
		t.Errorf("got %s (%v), want an error about the version", body, err)
	}
}
