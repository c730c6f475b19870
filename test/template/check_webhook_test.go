package template_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"signpost/infra/uploads"
)

// eventBridge is the service that calls the webhook.
const eventBridge = "events.amazonaws.com"

// bodies are what EventBridge posts, by the event's source: for each field, where its value is in
// the event. It is the contract's "When a file has arrived".
var bodies = map[string]map[string]string{
	"aws.s3": {
		"type": "upload.stored", "time": "$.time", "bucket": "$.detail.bucket.name", "key": "$.detail.object.key", "size": "$.detail.object.size",
		"etag": "$.detail.object.etag", "versionId": "$.detail.object.version-id", "sequencer": "$.detail.object.sequencer",
	},
	"aws.guardduty": {
		"type": "upload.scanned", "time": "$.time", "bucket": "$.detail.s3ObjectDetails.bucketName", "key": "$.detail.s3ObjectDetails.objectKey",
		"etag": "$.detail.s3ObjectDetails.eTag", "versionId": "$.detail.s3ObjectDetails.versionId", "scan": "$.detail.scanResultDetails.scanResultStatus",
	},
}

// checkWebhook: the webhook is told of what users have uploaded and of nothing else, with a secret
// that isn't in the template, and what can't be delivered is kept.
func checkWebhook(t *template, want asked) (found complaints) {
	var sources []string
	for _, rule := range t.of("AWS::Events::Rule") {
		source := render(at(rule.Properties, "EventPattern", "source", 0))
		sources = append(sources, source)
		found.equal(rule.id+"'s pattern", text(short(at(rule.Properties, "EventPattern"))), text(t.patternOf(source, want)))
		targets := list(rule.Properties["Targets"])
		found.equal(rule.id+"'s targets", len(targets), 1)
		for _, target := range targets {
			t.checkTarget(rule.id, source, target, &found)
		}
	}
	slices.Sort(sources)
	found.equal("the sources of events", sources, sourcesOf(want))
	for _, kind := range []string{"AWS::Events::Connection", "AWS::Events::ApiDestination", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"} {
		found.equal("whether there is an "+kind, len(t.of(kind)) == 1, want.webhook != nil)
	}
	if want.webhook != nil {
		t.checkEndpoint(want, &found)
		t.checkUndelivered(want, &found)
		found.equal("whether the bucket sends events", at(t.uploadBucket().Properties, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled"), true)
	}
	return found
}

// sourcesOf are the services whose events the webhook is told of.
func sourcesOf(want asked) []string {
	switch {
	case want.webhook == nil:
		return nil
	case want.webhook.AfterScan:
		return []string{"aws.guardduty"}
	case want.malwareScan:
		return []string{"aws.guardduty", "aws.s3"}
	}
	return []string{"aws.s3"}
}

// patternOf is the pattern of the events of a source, references rendered.
func (t *template) patternOf(source string, want asked) map[string]any {
	bucket := []string{"${" + t.uploadBucket().id + "}"}
	keys := []map[string]string{{"prefix": want.prefix}}
	if want.webhook != nil && want.webhook.Kinds != nil {
		keys = nil
		for _, kind := range want.webhook.Kinds {
			keys = append(keys, map[string]string{"prefix": want.prefix + kind + "/"})
		}
	}
	if source == "aws.guardduty" {
		return map[string]any{
			"source": []string{source}, "detail-type": []string{"GuardDuty Malware Protection Object Scan Result"},
			"detail": map[string]any{"s3ObjectDetails": map[string]any{"bucketName": bucket, "objectKey": keys}},
		}
	}
	return map[string]any{
		"source": []string{source}, "detail-type": []string{"Object Created"},
		"detail": map[string]any{
			"bucket": map[string]any{"name": bucket}, "object": map[string]any{"key": keys},
			"reason": []string{"PutObject", "CompleteMultipartUpload"},
		},
	}
}

// placeholder is a variable of an input template.
var placeholder = regexp.MustCompile(`<([^>]*)>`)

func (t *template) checkTarget(rule, source string, target any, found *complaints) {
	found.equal(rule+"'s retries", at(target, "RetryPolicy"), map[string]any{"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185})
	for property, kind := range map[string]string{"Arn": "AWS::Events::ApiDestination", "RoleArn": "AWS::IAM::Role"} {
		if named := t.Resources[reference(at(target, property))]; named == nil || named.Type != kind {
			found.add("%s's %s is not an %s", rule, property, kind)
		}
	}
	if queue := t.Resources[reference(at(target, "DeadLetterConfig", "Arn"))]; queue == nil || queue.Type != "AWS::SQS::Queue" {
		found.add("%s drops what it can't deliver", rule)
	}
	paths, _ := at(target, "InputTransformer", "InputPathsMap").(map[string]any)
	written := placeholder.ReplaceAllStringFunc(render(at(target, "InputTransformer", "InputTemplate")), func(variable string) string {
		return text(paths[strings.Trim(variable, "<>")])
	})
	var body map[string]any
	if err := json.Unmarshal([]byte(written), &body); err != nil {
		found.add("%s posts %s, which is not JSON: %v", rule, written, err)
	}
	found.equal(rule+"'s body", body, bodies[source])
}

// checkEndpoint: the header's value is a reference, which CloudFormation resolves.
func (t *template) checkEndpoint(want asked, found *complaints) {
	destination, parameters := t.first("AWS::Events::ApiDestination"), at(t.first("AWS::Events::Connection"), "AuthParameters", "ApiKeyAuthParameters")
	found.equal("the webhook's URL and method", []any{destination["InvocationEndpoint"], destination["HttpMethod"]}, []string{want.webhook.URL, "POST"})
	if reference(destination["ConnectionArn"]) != t.of("AWS::Events::Connection")[0].id {
		found.add("the webhook is called without the connection's header")
	}
	version := want.webhook.SecretVersionID
	found.equal("the header's value", at(parameters, "ApiKeyValue"),
		fmt.Sprintf("{{resolve:secretsmanager:%s:SecretString:%s::%s}}", want.webhook.SecretARN, want.webhook.SecretField, version))
	header := uploads.DefaultWebhookHeader
	if want.webhook.HeaderName != "" {
		header = want.webhook.HeaderName
	}
	found.equal("the header", at(parameters, "ApiKeyName"), header)
}

// checkUndelivered: only EventBridge sends to the queue, for these rules alone, and it is encrypted
// and keeps what it gets.
func (t *template) checkUndelivered(want asked, found *complaints) {
	queue, policy := t.of("AWS::SQS::Queue")[0], statements(t.first("AWS::SQS::QueuePolicy")["PolicyDocument"])
	found.equal("the queue's encryption and days", []any{queue.Properties["SqsManagedSseEnabled"], queue.Properties["MessageRetentionPeriod"]}, []any{true, 14 * 24 * 60 * 60})
	var rules []string
	for _, rule := range t.of("AWS::Events::Rule") {
		rules = append(rules, rule.id)
	}
	for _, one := range policy {
		switch one.Effect {
		case "Deny":
			found.equal("what the queue refuses", []any{one.Principal, one.Actions, one.Condition}, []any{`{"AWS":"*"}`, []string{"sqs:*"}, `{"Bool":{"aws:SecureTransport":"false"}}`})
		default:
			var senders []string
			condition := at(list(at(t.first("AWS::SQS::QueuePolicy")["PolicyDocument"], "Statement"))[len(policy)-1], "Condition")
			for _, sender := range list(at(condition, "ArnEquals", "aws:SourceArn")) {
				senders = append(senders, reference(sender))
			}
			slices.Sort(senders)
			found.equal("who sends to the queue", []any{one.Principal, one.Actions, senders}, []any{`{"Service":"` + eventBridge + `"}`, []string{"sqs:SendMessage"}, rules})
		}
	}
	found.equal("the number of the queue's statements", len(policy), 2)
	alarmed := slices.ContainsFunc(t.of("AWS::CloudWatch::Alarm"), func(alarm *resource) bool {
		return strings.Contains(text(alarm.Properties["Dimensions"]), queue.id)
	})
	found.equal("whether an alarm watches the queue", alarmed, want.alarms)
}

// caller is the role that the rules call an API destination with, if it is the same for all.
func (t *template) caller(destination *resource) any {
	var roles []any
	for _, rule := range t.of("AWS::Events::Rule") {
		for _, target := range list(rule.Properties["Targets"]) {
			if role := at(target, "RoleArn"); reference(at(target, "Arn")) == destination.id && !slices.ContainsFunc(roles, func(other any) bool { return reference(other) == reference(role) }) {
				roles = append(roles, role)
			}
		}
	}
	if len(roles) != 1 {
		return nil
	}
	return roles[0]
}

var webhookMutations = []mutation{
	{"the webhook hears of uploads alone", "", "a rule that nobody asked for", func(t *template) { t.add("AWS::Events::Rule") }},
	{"the webhook hears of uploads alone", "webhook", "every bucket", func(t *template) { delete(t.webhookPattern("bucket"), "name") }},
	{"the webhook hears of uploads alone", "webhook", "every key", func(t *template) { delete(t.webhookPattern("object"), "key") }},
	{"the webhook hears of uploads alone", "webhook", "copies", func(t *template) { delete(t.webhookPattern(), "reason") }},
	{"the webhook hears of uploads alone", "webhook-of-kinds", "files of another kind", func(t *template) {
		t.webhookPattern("object")["key"] = []any{map[string]any{"prefix": "uploads/"}}
	}},
	{"the webhook hears of uploads alone", "webhook-after-scan", "files before they are scanned", func(t *template) {
		object(t.first("AWS::Events::Rule")["EventPattern"])["source"] = []any{"aws.s3"}
	}},
	{"the webhook hears of uploads alone", "webhook", "a number in quotes", func(t *template) {
		transformer := t.webhookTransformer()
		transformer["InputTemplate"] = strings.Replace(render(transformer["InputTemplate"]), "<size>", `"<size>"`, 1)
	}},
	{"the webhook hears of uploads alone", "webhook", "a variable that isn't there", func(t *template) {
		delete(object(t.webhookTransformer()["InputPathsMap"]), "sequencer")
	}},
	{"the webhook hears of uploads alone", "webhook", "another object's size", func(t *template) {
		object(t.webhookTransformer()["InputPathsMap"])["size"] = "$.detail.size"
	}},
	{"the webhook hears of uploads alone", "webhook", "no retries", func(t *template) { delete(t.webhookTarget(), "RetryPolicy") }},
	{"the webhook hears of uploads alone", "webhook", "undelivered events are dropped", func(t *template) { delete(t.webhookTarget(), "DeadLetterConfig") }},
	{"the webhook hears of uploads alone", "webhook", "a secret in the template", func(t *template) {
		object(at(t.first("AWS::Events::Connection"), "AuthParameters", "ApiKeyAuthParameters"))["ApiKeyValue"] = "hunter2"
	}},
	{"the webhook hears of uploads alone", "webhook", "a URL without TLS", func(t *template) {
		t.first("AWS::Events::ApiDestination")["InvocationEndpoint"] = "http://api.example.com/uploads/arrived"
	}},
	{"the webhook hears of uploads alone", "webhook", "a bucket without events", func(t *template) { delete(t.uploadBucket().Properties, "NotificationConfiguration") }},
	{"the webhook hears of uploads alone", "webhook", "a queue in the clear", func(t *template) { delete(t.first("AWS::SQS::Queue"), "SqsManagedSseEnabled") }},
	{"the webhook hears of uploads alone", "webhook", "four days", func(t *template) { delete(t.first("AWS::SQS::Queue"), "MessageRetentionPeriod") }},
	{"the webhook hears of uploads alone", "webhook", "every rule sends to the queue", func(t *template) {
		delete(object(list(at(t.first("AWS::SQS::QueuePolicy")["PolicyDocument"], "Statement"))[1]), "Condition")
	}},
	{"the webhook hears of uploads alone", "webhook-with-alarms", "nobody watches the queue", func(t *template) {
		for id, resource := range t.Resources {
			if strings.Contains(id, "WebhookUndeliveredAlarm") {
				resource.Properties["Dimensions"] = nil
			}
		}
	}},
	{"roles hold no more than they need", "webhook", "every API destination", func(t *template) { t.grant("CallWebhook")["Resource"] = "*" }},
	{"roles hold no more than they need", "webhook", "it also reads the secret", func(t *template) {
		t.grant("CallWebhook")["Action"] = []any{"events:InvokeApiDestination", "secretsmanager:GetSecretValue"}
	}},
	{"roles hold no more than they need", "webhook", "another service assumes the role", func(t *template) {
		for _, role := range t.of("AWS::IAM::Role") {
			object(at(role.Properties, "AssumeRolePolicyDocument", "Statement", 0))["Principal"] = map[string]any{"Service": "lambda.amazonaws.com"}
		}
	}},
}

func (t *template) webhookTarget() map[string]any {
	return object(list(t.first("AWS::Events::Rule")["Targets"])[0])
}

func (t *template) webhookTransformer() map[string]any {
	return object(t.webhookTarget()["InputTransformer"])
}

// webhookPattern is the detail of the first rule's pattern, or an object in it.
func (t *template) webhookPattern(path ...any) map[string]any {
	return object(at(t.first("AWS::Events::Rule"), append([]any{"EventPattern", "detail"}, path...)...))
}
