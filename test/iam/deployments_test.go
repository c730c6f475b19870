package iam_test

import (
	"slices"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
)

// deployment is the table of one stage or option: everything that anybody can do (abilities), and
// under which circumstances (rows).
type deployment struct {
	stage     infra.Stage
	abilities []ability
	rows      []row
}

// The abilities with no option turned on.
var (
	uploadsAlone = []ability{
		"upload s3:PutObject files/uploads/me/01/cat.png",
		"upload logs:CreateLogStream upload-log", "upload logs:PutLogEvents upload-log",
		"lambda sts:AssumeRole upload-role",
	}
	ownLogBucket = []ability{"logging.s3 s3:PutObject logs/s3-access/2026"}
	byDefault    = slices.Concat(uploadsAlone, ownLogBucket)
)

// The abilities that each option adds.
var (
	resuming = []ability{
		"upload s3:AbortMultipartUpload files/uploads/me/01/cat.png", "upload s3:ListMultipartUploadParts files/uploads/me/01/cat.png",
	}
	downloading = []ability{
		"download s3:GetObject files/uploads/me/01/cat.png",
		"download logs:CreateLogStream download-log", "download logs:PutLogEvents download-log",
		"lambda sts:AssumeRole download-role",
	}
	listing = []ability{
		"list s3:ListBucket files", "list logs:CreateLogStream list-log", "list logs:PutLogEvents list-log", "lambda sts:AssumeRole list-role",
	}
	deleting = []ability{
		"delete s3:DeleteObject files/uploads/me/01/cat.png",
		"delete logs:CreateLogStream delete-log", "delete logs:PutLogEvents delete-log", "lambda sts:AssumeRole delete-role",
	}
	readingResults = []ability{
		"scan s3:GetObjectTagging files/uploads/me/01/cat.png",
		"scan logs:CreateLogStream scan-log", "scan logs:PutLogEvents scan-log", "lambda sts:AssumeRole scan-role",
	}
	// authorizing is all that the function which verifies tokens can do.
	authorizing = []ability{
		"authorize logs:CreateLogStream authorize-log", "authorize logs:PutLogEvents authorize-log", "lambda sts:AssumeRole authorize-role",
	}
	scanning = []ability{
		"scanner events:DeleteRule managed-rule", "scanner events:DescribeRule managed-rule", "scanner events:ListTargetsByRule managed-rule",
		"scanner events:PutRule managed-rule", "scanner events:PutTargets managed-rule", "scanner events:RemoveTargets managed-rule",
		"scanner s3:GetBucketNotification files", "scanner s3:PutBucketNotification files", "scanner s3:ListBucket files",
		"scanner s3:GetObject files/uploads/me/01/cat.png", "scanner s3:GetObjectVersion files/uploads/me/01/cat.png",
		"scanner s3:GetObjectTagging files/uploads/me/01/cat.png", "scanner s3:GetObjectVersionTagging files/uploads/me/01/cat.png",
		"scanner s3:PutObjectTagging files/uploads/me/01/cat.png", "scanner s3:PutObjectVersionTagging files/uploads/me/01/cat.png",
		"scanner s3:PutObject files/malware-protection-resource-validation-object",
		"malware-protection-plan.guardduty sts:AssumeRole scanner-role",
	}
	telling = []ability{
		"webhook events:InvokeApiDestination destination", "events sts:AssumeRole webhook-role", "events sqs:SendMessage queue",
	}
	ownTopic = []ability{"cloudwatch sns:Publish topic"}
)

// tracing are the abilities that Tracing adds for the role of a function.
func tracing(who string) []ability {
	return []ability{ability(who + " xray:PutTelemetryRecords everything"), ability(who + " xray:PutTraceSegments everything")}
}

// stages are the tables of the stages.
var stages = map[string]deployment{
	"local": {
		abilities: slices.Concat(byDefault, resuming, downloading, listing, deleting),
		rows: usual(resumable("uploads/", "600001"), downloads("uploads/", "600001"), listings("uploads/", "600001"), listingsOfKinds("uploads/"),
			deletions("uploads/", "600001"), notScanned()),
	},
	"local-scan": {
		abilities: slices.Concat(byDefault, resuming, downloading, listing, deleting, scanning, readingResults),
		rows: usual(resumable("uploads/", "600001"), downloads("uploads/", "600001"), listings("uploads/", "600001"), listingsOfKinds("uploads/"),
			deletions("uploads/", "600001"), scanned("uploads/", "600001"), scans("uploads/", "600001")),
	},
	"issuer": {
		abilities: slices.Concat(byDefault, resuming, downloading, listing, deleting, authorizing),
		rows: usual(resumable("uploads/", "600001"), downloads("uploads/", "600001"), listings("uploads/", "600001"), listingsOfKinds("uploads/"),
			deletions("uploads/", "600001"), notScanned(), authorizes()),
	},
	"dev":     {abilities: byDefault, rows: slices.Concat(everywhere("uploads/", "600000", "600001"), logBucket(), notResumable(), notScanned())},
	"staging": {abilities: byDefault, rows: slices.Concat(everywhere("uploads/", "600000", "600001"), logBucket(), notResumable(), notScanned())},
	"production": {
		abilities: byDefault,
		rows:      slices.Concat(everywhere("uploads/", "300000", "300001"), logBucket(), notResumable(), notScanned()),
	},
}

// usual is the rows of the default stage and those of an option.
func usual(more ...[]row) []row {
	return slices.Concat(everywhere("uploads/", "600000", "600001"), logBucket(), slices.Concat(more...))
}

// byOption are the tables of the options that change a permission. An option without a table must
// not change a policy.
var byOption = map[string]deployment{
	"url-lifetime":            {abilities: byDefault, rows: slices.Concat(everywhere("uploads/", "120000", "120001"), logBucket(), notResumable(), notScanned())},
	"long-urls":               {abilities: byDefault, rows: slices.Concat(everywhere("uploads/", "3600000", "3600001"), logBucket(), notResumable(), notScanned())},
	"resumable-uploads":       {abilities: slices.Concat(byDefault, resuming), rows: usual(resumable("uploads/", "600001"), notScanned())},
	"downloads":               {abilities: slices.Concat(byDefault, downloading), rows: usual(downloads("uploads/", "600001"), notResumable(), notScanned())},
	"kinds-without-downloads": {abilities: slices.Concat(byDefault, downloading), rows: usual(downloads("uploads/", "600001"), notResumable(), notScanned())},
	"listings":                {abilities: slices.Concat(byDefault, listing), rows: usual(listings("uploads/", "600001"), notResumable(), notScanned())},
	"listings-of-kinds": {
		abilities: slices.Concat([]ability{"upload s3:PutObject files/teams/blue/me/01/cat.png"}, byDefault[1:], listing[1:]),
		rows: slices.Concat(everywhere("teams/blue/", "600000", "600001"), logBucket(), listings("teams/blue/", "600001"), listingsOfKinds("teams/blue/"),
			notResumable(), notScanned()),
	},
	"issuers":                 {abilities: slices.Concat(byDefault, authorizing), rows: usual(notResumable(), notScanned(), authorizes())},
	"issuers-beside-new-pool": {abilities: slices.Concat(byDefault, authorizing), rows: usual(notResumable(), notScanned(), authorizes())},
	"issuers-beside-existing-pool": {
		abilities: slices.Concat(byDefault, authorizing, tracing("upload"), tracing("authorize")),
		rows:      usual(notResumable(), notScanned(), authorizes(), traced("upload"), traced("authorize")),
	},
	"deletions": {abilities: slices.Concat(byDefault, deleting), rows: usual(deletions("uploads/", "600001"), notResumable(), notScanned())},
	"deletions-from-ranges": {
		abilities: slices.Concat(byDefault, deleting),
		rows: usual(deletions("uploads/", "600001"), fromRanges("uploads/"), deletionsFromRanges("uploads/", "DenyOtherNetworks"), notScanned(), []row{
			{"delete", "s3:DeleteObject", "files/uploads/me/01/cat.png", with(url, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
			{"delete", "s3:DeleteObject", "files/uploads/me/01/cat.png", without(url, "aws:SourceIp"), "DenyOtherNetworks"},
		}),
	},
	"scans": {
		abilities: slices.Concat(byDefault, scanning, readingResults),
		rows:      usual(scanned("uploads/", "600001"), scans("uploads/", "600001"), notResumable()),
	},
	"own-files": {
		abilities: slices.Concat(byDefault, downloading, listing, deleting, scanning, readingResults),
		rows: usual(downloads("uploads/", "600001"), listings("uploads/", "600001"), deletions("uploads/", "600001"), scanned("uploads/", "600001"),
			scans("uploads/", "600001"), notResumable()),
	},
	"key-prefix": {
		abilities: append([]ability{"upload s3:PutObject files/teams/blue/me/01/cat.png"}, byDefault[1:]...),
		rows:      slices.Concat(everywhere("teams/blue/", "600000", "600001"), logBucket(), notResumable(), notScanned()),
	},
	"own-key": {
		abilities: slices.Concat(byDefault, []ability{"upload kms:GenerateDataKey key", "upload kms:Decrypt key"}),
		rows:      usual(encrypted("key", "upload"), notScanned()),
	},
	"kinds-in-parts-with-key": {
		abilities: slices.Concat(byDefault, []ability{"upload kms:GenerateDataKey key", "upload kms:Decrypt key"}),
		rows:      usual(encrypted("key", "upload"), notScanned()),
	},
	"existing-key": { // without uploads in parts
		abilities: slices.Concat(byDefault, []ability{"upload kms:GenerateDataKey given-key"}),
		rows:      usual(encrypted("given-key"), notScanned()),
	},
	"downloads-with-key": {
		abilities: slices.Concat(byDefault, downloading, []ability{"upload kms:GenerateDataKey key", "upload kms:Decrypt key", "download kms:Decrypt key"}),
		rows:      usual(downloads("uploads/", "600001"), encrypted("key", "upload", "download"), notScanned()),
	},
	"tracing":            {abilities: slices.Concat(byDefault, tracing("upload")), rows: usual(traced("upload"), notScanned())},
	"alarms":             {abilities: slices.Concat(byDefault, ownTopic), rows: usual(alarmed(), notScanned())},
	"alarm-bytes-signed": {abilities: slices.Concat(byDefault, ownTopic), rows: usual(alarmed(), notScanned())},
	"alarms-to-a-topic":  {abilities: slices.Concat(byDefault, downloading), rows: usual(downloads("uploads/", "600001"), notScanned())},
	"access-log-bucket":  {abilities: uploadsAlone, rows: slices.Concat(everywhere("uploads/", "600000", "600001"), notResumable(), notScanned())},
	"source-ranges":      {abilities: byDefault, rows: usual(fromRanges("uploads/"), deletionsFromRanges("uploads/", yes), notResumable(), notScanned())},
	"malware-scan":       {abilities: slices.Concat(byDefault, scanning), rows: usual(scanned("uploads/", "600001"), notResumable())},
	"malware-scan-with-key": {
		abilities: slices.Concat(byDefault, scanning, []ability{
			"upload kms:GenerateDataKey key", "upload kms:Decrypt key", "scanner kms:GenerateDataKey key", "scanner kms:Decrypt key"}),
		rows: usual(scanned("uploads/", "600001"), encrypted("key", "upload", "scanner")),
	},
	"webhook":              {abilities: slices.Concat(byDefault, telling), rows: usual(told("stored-rule"), notScanned())},
	"webhook-of-kinds":     {abilities: slices.Concat(byDefault, telling), rows: usual(told("stored-rule"), notScanned())},
	"webhook-with-a-field": {abilities: slices.Concat(byDefault, telling), rows: usual(told("stored-rule"), notScanned())},
	"webhook-of-scans":     {abilities: slices.Concat(byDefault, scanning, telling), rows: usual(told("stored-rule", "scanned-rule"), scanned("uploads/", "600001"))},
	"webhook-after-scan":   {abilities: slices.Concat(byDefault, scanning, telling), rows: usual(told("scanned-rule"), scanned("uploads/", "600001"))},
	"webhook-with-alarms":  {abilities: slices.Concat(byDefault, ownTopic, telling), rows: usual(told("stored-rule"), alarmed(), notScanned())},
	"permissions-boundary": {abilities: slices.Concat(byDefault, scanning), rows: usual(scanned("uploads/", "600001"))},
}

// together are tables of several options at once: what one allows, another may deny.
var together = map[string]deployment{
	"clean files from home": {
		stage: stageWith("clean", func(p *uploads.Props) {
			p.Multipart.Resumable, p.MalwareScan, p.Tracing = true, true, true
			p.Downloads, p.Encryption, p.Alarms = &uploads.Downloads{}, &uploads.Encryption{}, &uploads.Alarms{}
			p.Listings, p.Deletions, p.Scans = &uploads.Listings{}, &uploads.Deletions{}, &uploads.Scans{}
			p.Kinds = []uploads.Kind{{Name: "avatar"}, {Name: "film"}}
			p.SourceRanges = []string{"203.0.113.0/24", "2001:db8::/48"}
			p.Webhook = &uploads.Webhook{URL: options.WebhookURL, SecretARN: options.SecretARN}
		}),
		abilities: slices.Concat(byDefault, resuming, downloading, listing, deleting, readingResults, scanning, ownTopic, telling, tracing("upload"),
			tracing("download"), tracing("list"), tracing("delete"), tracing("scan"), []ability{
				"upload kms:GenerateDataKey key", "upload kms:Decrypt key", "download kms:Decrypt key",
				"scanner kms:GenerateDataKey key", "scanner kms:Decrypt key"}),
		rows: usual(resumable("uploads/", "600001"), downloads("uploads/", "600001"), scanned("uploads/", "600001"),
			listings("uploads/", "600001"), listingsOfKinds("uploads/"), deletions("uploads/", "600001"), scans("uploads/", "600001"),
			fromRanges("uploads/"), deletionsFromRanges("uploads/", "DenyOtherNetworks"), encrypted("key", "upload", "download", "scanner"),
			traced("upload"), traced("download"), traced("list"), alarmed(), told("stored-rule", "scanned-rule"), []row{
				{"download", "s3:GetObject", "files/uploads/me/01/cat.png", url, "NoReadUnlessClean"},
				{"download", "s3:GetObject", "files/uploads/me/01/cat.png", with(url, tag, "THREATS_FOUND"), "NoReadUnlessClean"},
				{"download", "s3:GetObject", "files/uploads/me/01/cat.png", with(with(url, tag, "NO_THREATS_FOUND"), "aws:SourceIp", "198.51.100.7"), yes},
			}),
	},
	"a key, and parts to abort": {
		stage: stageWith("abort", func(p *uploads.Props) {
			p.Encryption, p.Multipart.Resumable, p.AccessLogBucketName, p.KeyPrefix = &uploads.Encryption{KeyARN: options.KeyARN}, true, "all-access-logs", "teams/blue/"
		}),
		abilities: []ability{
			"upload s3:PutObject files/teams/blue/me/01/cat.png", "upload s3:AbortMultipartUpload files/teams/blue/me/01/cat.png",
			"upload s3:ListMultipartUploadParts files/teams/blue/me/01/cat.png", "upload kms:GenerateDataKey given-key", "upload kms:Decrypt given-key",
			"upload logs:CreateLogStream upload-log", "upload logs:PutLogEvents upload-log", "lambda sts:AssumeRole upload-role",
		},
		rows: slices.Concat(everywhere("teams/blue/", "600000", "600001"), resumable("teams/blue/", "600001"), encrypted("given-key", "upload"), notScanned()),
	},
}

// stageWith is the default stage with more props, under a name of its own.
func stageWith(name string, set func(*uploads.Props)) infra.Stage {
	stage := options.Default()
	set(&stage.Uploads)
	stage.Name = name
	return stage
}
