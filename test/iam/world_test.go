package iam_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"signpost/infra"
	"signpost/internal/iam"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// world is a deployed template with the tables' short names.
type world struct {
	account *account
	who     map[string]iam.Principal
	where   map[string]string // short name → ARN
}

// roleNames are the tables' names of the roles that a template can have, by a part of their logical
// ids.
var roleNames = map[string]string{"UploadFunctionRole": "upload", "DownloadFunctionRole": "download", "ListFunctionRole": "list", "DeleteFunctionRole": "delete", "ScanFunctionRole": "scan", "AuthorizeFunctionRole": "authorize", "MalwareScanRole": "scanner", "WebhookRole": "webhook"}

// otherKey is a key that the deployment does not use.
const otherKey = "arn:aws:kms:" + region + ":" + accountID + ":key/another"

const everythingAllowed = `{"Version": "2012-10-17", "Statement": {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}}`

// delegating is the policy that KMS gives a key by default: it leaves the decision to the account's
// own policies.
const delegating = `{"Version": "2012-10-17", "Statement": {"Sid": "HandedOn", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::` + accountID + `:root"}, "Action": "kms:*", "Resource": "*"}}`

func identity(t testing.TB, text string) iam.Document {
	t.Helper()
	document, err := iam.ParseIdentity([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func ofResource(t testing.TB, text string) iam.Document {
	t.Helper()
	document, err := iam.ParseResource([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// generous allows everything that the templates of the options refer to, so that only the template
// itself refuses.
func generous(t testing.TB) outside {
	return outside{
		boundaries: map[string]iam.Document{options.BoundaryARN: identity(t, everythingAllowed)},
		keys:       map[string]iam.Document{options.KeyARN: ofResource(t, delegating), otherKey: ofResource(t, delegating)},
	}
}

// newWorld deploys a template. It is an error if a policy is not understood, or if no table is
// about a role.
func newWorld(template []byte, beside outside, everything iam.Document) (*world, error) {
	account, err := deploy(template, beside)
	if err != nil {
		return nil, err
	}
	w := &world{account: account, who: map[string]iam.Principal{
		"anonymous":   {},
		"admin":       {ARN: "arn:aws:iam::" + accountID + ":role/Admin", Policies: []iam.Document{everything}},
		"foreigner":   {ARN: "arn:aws:iam::444455556666:role/Admin", Policies: []iam.Document{everything}},
		"no-policies": {ARN: "arn:aws:iam::" + accountID + ":user/newcomer", Policies: []iam.Document{}},
	}}
	for _, service := range []string{"lambda", "apigateway", "s3", "logging.s3", "cloudwatch", "events", "malware-protection-plan.guardduty"} {
		w.who[service] = iam.Service(service + ".amazonaws.com")
	}
	for id, role := range account.roles {
		known := false
		for part, name := range roleNames {
			if strings.Contains(id, part) {
				known = true
				w.who[name] = role
			}
		}
		if !known {
			return nil, fmt.Errorf("no table is about the role %s", id)
		}
	}
	return w, w.nameResources()
}

// nameResources gives the template's resources the tables' short names. What a template lacks has
// no name.
func (w *world) nameResources() error {
	const account = region + ":" + accountID
	w.where = map[string]string{
		"elsewhere": "arn:aws:s3:::elsewhere", "other-key": otherKey, "everything": "*",
		"other-log":         "arn:aws:logs:" + account + ":log-group:other:log-stream:today",
		"other-topic":       "arn:aws:sns:" + account + ":other",
		"managed-rule":      "arn:aws:events:" + account + ":rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3-1",
		"other-rule":        "arn:aws:events:" + account + ":rule/other",
		"other-destination": "arn:aws:events:" + account + ":api-destination/other/1234abcd-12ab-34cd-56ef-1234567890ab",
		"other-queue":       "arn:aws:sqs:" + account + ":other",
		"secret":            options.SecretARN,
		"admin-role":        "arn:aws:iam::" + accountID + ":role/Admin",
		"given-key":         options.KeyARN,
	}
	for name, of := range map[string][2]string{
		"files": {"UploadsBucket", "AWS::S3::Bucket"}, "logs": {"UploadsAccessLogBucket", "AWS::S3::Bucket"},
		"key": {"UploadsKey", "AWS::KMS::Key"}, "topic": {"UploadsAlarmTopic", "AWS::SNS::Topic"},
		"upload-log": {"UploadsUploadFunctionLogs", "AWS::Logs::LogGroup"}, "download-log": {"UploadsDownloadFunctionLogs", "AWS::Logs::LogGroup"},
		"api-log":     {"UploadsApiAccessLogs", "AWS::Logs::LogGroup"},
		"upload-role": {"UploadsUploadFunctionRole", "AWS::IAM::Role"}, "download-role": {"UploadsDownloadFunctionRole", "AWS::IAM::Role"},
		"scanner-role": {"UploadsMalwareScanRole", "AWS::IAM::Role"}, "webhook-role": {"UploadsWebhookRole", "AWS::IAM::Role"},
		"destination": {"UploadsWebhookDestination", "AWS::Events::ApiDestination"}, "queue": {"UploadsUndeliveredWebhooks", "AWS::SQS::Queue"},
		"stored-rule": {"UploadsWebhookStoredRule", "AWS::Events::Rule"}, "scanned-rule": {"UploadsWebhookScannedRule", "AWS::Events::Rule"},
		"list-log": {"UploadsListFunctionLogs", "AWS::Logs::LogGroup"}, "list-role": {"UploadsListFunctionRole", "AWS::IAM::Role"},
		"delete-log": {"UploadsDeleteFunctionLogs", "AWS::Logs::LogGroup"}, "delete-role": {"UploadsDeleteFunctionRole", "AWS::IAM::Role"},
		"authorize-log": {"UploadsAuthorizeFunctionLogs", "AWS::Logs::LogGroup"}, "authorize-role": {"UploadsAuthorizeFunctionRole", "AWS::IAM::Role"},
		"scan-log": {"UploadsScanFunctionLogs", "AWS::Logs::LogGroup"}, "scan-role": {"UploadsScanFunctionRole", "AWS::IAM::Role"},
	} {
		if arn, err := w.account.arn(of[0], of[1]); err == nil {
			w.where[name] = strings.TrimSuffix(arn, ":*") + map[bool]string{true: ":log-stream:today"}[strings.HasSuffix(arn, ":*")]
		}
	}
	if w.where["files"] == "" || w.where["upload-role"] == "" {
		return fmt.Errorf("there is no upload bucket or no upload role")
	}
	w.where["files-twin"] = w.where["files"] + "-twin" // another bucket whose name begins with the same characters
	return nil
}

// arn returns the ARN of a short name: "files/uploads/cat.png" is an object in files.
func (w *world) arn(short string) (string, error) {
	name, path, inside := strings.Cut(short, "/")
	arn, found := w.where[name]
	if !found {
		return "", fmt.Errorf("there is no %q, only %v", name, slices.Sorted(maps.Keys(w.where)))
	}
	if inside {
		arn += "/" + path
	}
	return arn, nil
}

// synthesized returns a stage's template. Each is synthesized once, because that is slow.
func synthesized(t testing.TB, stage infra.Stage) []byte {
	t.Helper()
	if templates[stage.Name] == nil {
		templates[stage.Name] = synth.Stage(t, stage)
	}
	return templates[stage.Name]
}

var templates = map[string][]byte{}
