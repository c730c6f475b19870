package iam_test

import "strings"

// fromRanges is the rows of the SourceRanges 203.0.113.0/24 and 2001:db8::/48.
func fromRanges(prefix string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	from := func(address string) row {
		return row{"upload", "s3:PutObject", cat, with(put, "aws:SourceIp", address), "DenyOtherNetworks"}
	}
	allowed := func(r row) row { r.verdict = yes; return r }
	return []row{
		allowed(from("203.0.113.0")), allowed(from("203.0.113.255")), allowed(from("2001:db8:0:ffff::1")),
		from("203.0.112.255"), from("203.0.114.0"), from("198.51.100.7"), from("2001:db8:1::1"), from("127.0.0.1"),
		// Requests through a VPC endpoint have no address.
		{"upload", "s3:PutObject", cat, without(put, "aws:SourceIp"), "DenyOtherNetworks"},
		{"upload", "s3:PutObject", cat, with(part, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		{"upload", "s3:AbortMultipartUpload", cat, with(url, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		{"upload", "s3:ListMultipartUploadParts", cat, with(url, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		// It does not count who signed. Reads, and objects that are not uploads, stay allowed.
		{"admin", "s3:PutObject", cat, with(put, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		{"admin", "s3:AbortMultipartUpload", cat, with(url, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		{"admin", "s3:ListMultipartUploadParts", cat, with(url, "aws:SourceIp", "198.51.100.7"), "DenyOtherNetworks"},
		{"admin", "s3:PutObject", "files/reports/1.csv", with(put, "aws:SourceIp", "198.51.100.7"), yes},
		{"admin", "s3:GetObject", cat, with(with(url, "aws:SourceIp", "198.51.100.7"), tag, "NO_THREATS_FOUND"), yes},
	}
}

// deletionsFromRanges is the rows of deletions with SourceRanges: with Deletions, they come only
// from there. Who signs doesn't count. To bring a file back is another action.
func deletionsFromRanges(prefix, elsewhere string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	return []row{
		{"admin", "s3:DeleteObject", cat, with(header, "aws:SourceIp", "203.0.113.7"), yes},
		{"admin", "s3:DeleteObject", cat, with(header, "aws:SourceIp", "198.51.100.7"), elsewhere},
		{"admin", "s3:DeleteObject", "files/reports/1.csv", with(header, "aws:SourceIp", "198.51.100.7"), yes},
		{"admin", "s3:DeleteObjectVersion", cat, with(header, "aws:SourceIp", "198.51.100.7"), yes},
	}
}

// tag is the condition key of GuardDuty's verdict on an object.
const tag = "s3:ExistingObjectTag/GuardDutyMalwareScanStatus"

// notScanned is the rows without MalwareScan.
func notScanned() []row {
	return []row{
		{"admin", "s3:GetObject", "files/uploads/me/01/cat.png", header, yes},
		{"admin", "s3:PutObjectTagging", "files/uploads/me/01/cat.png", with(header, "s3:RequestObjectTagKeys", "GuardDutyMalwareScanStatus"), yes},
		{"admin", "s3:GetObjectVersionForReplication", "files/uploads/me/01/cat.png", header, yes},
		{"admin", "s3:ReplicateTags", "files/uploads/me/01/cat.png", header, yes},
	}
}

// scanned is the rows of MalwareScan: nobody reads an object before the verdict, and only GuardDuty
// sets it.
func scanned(prefix, tooOld string) []row {
	cat := "files/" + prefix + "me/01/cat.png"
	verdict := with(header, "s3:RequestObjectTagKeys", "GuardDutyMalwareScanStatus")
	rows := []row{
		{"admin", "s3:GetObject", "files/reports/1.csv", header, "NoReadUnlessClean"},
		{"admin", "s3:PutObjectTagging", "files/reports/1.csv", verdict, "OnlyGuardDutyCanTagScanStatus"},
	}
	for _, action := range []string{"s3:GetObject", "s3:GetObjectVersion"} {
		rows = append(rows,
			row{"admin", action, cat, with(header, tag, "NO_THREATS_FOUND"), yes},
			row{"admin", action, cat, header, "NoReadUnlessClean"}, // not scanned yet
			row{"admin", action, cat, with(header, tag, "THREATS_FOUND"), "NoReadUnlessClean"},
			row{"admin", action, cat, with(header, tag, "UNSUPPORTED"), "NoReadUnlessClean"},
			row{"admin", action, cat, with(header, tag, "no_threats_found"), "NoReadUnlessClean"},
			row{"anonymous", action, cat, unsigned, "NoReadUnlessClean"},
			row{"foreigner", action, cat, header, "NoReadUnlessClean"},
			row{"scanner", action, cat, header, yes},
			row{"scanner", action, cat, with(url, "s3:signatureAge", tooOld), "DenyOldSignedUrls"},
			row{"scanner", action, "files/reports/1.csv", header, no},
		)
	}
	// Replication would copy objects before their verdict, and replicas would bring verdicts that
	// GuardDuty did not set.
	for _, action := range []string{"s3:GetObjectVersionForReplication", "s3:ReplicateTags"} {
		rows = append(rows,
			row{"admin", action, cat, header, "NoReplicationAroundTheScan"},
			row{"admin", action, cat, with(header, tag, "NO_THREATS_FOUND"), "NoReplicationAroundTheScan"},
			row{"admin", action, "files/reports/1.csv", header, "NoReplicationAroundTheScan"},
			row{"foreigner", action, cat, header, "NoReplicationAroundTheScan"},
			row{"scanner", action, cat, header, "NoReplicationAroundTheScan"},
			row{"admin", action, "elsewhere/cat.png", header, yes},
		)
	}
	for _, action := range []string{"s3:PutObjectTagging", "s3:PutObjectVersionTagging"} {
		rows = append(rows,
			row{"admin", action, cat, verdict, "OnlyGuardDutyCanTagScanStatus"},
			row{"admin", action, cat, with(header, "s3:RequestObjectTagKeys", "team", "GuardDutyMalwareScanStatus"), "OnlyGuardDutyCanTagScanStatus"},
			row{"admin", action, cat, with(header, "s3:RequestObjectTagKeys", "guarddutymalwarescanstatus"), "OnlyGuardDutyCanTagScanStatus"},
			row{"admin", action, cat, with(header, "s3:RequestObjectTagKeys", "team", "GUARDDUTYMalwareScanStatus"), "OnlyGuardDutyCanTagScanStatus"},
			row{"admin", action, cat, with(header, "s3:RequestObjectTagKeys", "team"), yes},
			row{"upload", action, cat, verdict, "OnlyGuardDutyCanTagScanStatus"},
			row{"foreigner", action, cat, verdict, "OnlyGuardDutyCanTagScanStatus"},
			row{"scanner", action, cat, verdict, yes},
			row{"scanner", action, "files/cat.png", verdict, no},
		)
	}
	return append(rows, scanner(prefix)...)
}

// scanner is the rows of what else GuardDuty's role may do.
func scanner(prefix string) []row {
	managed := with(plain, "events:ManagedBy", "malware-protection-plan.guardduty.amazonaws.com")
	return []row{
		// It writes one test object without If-None-Match, but no upload.
		{"scanner", "s3:PutObject", "files/malware-protection-resource-validation-object", without(header, "s3:if-none-match"), yes},
		{"scanner", "s3:PutObject", "files/malware-protection-resource-validation-object", with(overwrite, "s3:authType", "REST-HEADER"), yes},
		{"scanner", "s3:PutObject", "files/" + prefix + "me/01/cat.png", put, no},
		{"scanner", "s3:DeleteObject", "files/" + prefix + "me/01/cat.png", header, no},
		{"admin", "s3:PutObject", "files/malware-protection-resource-validation-object", overwrite, "DenyOverwriting"},
		{"scanner", "s3:GetObjectTagging", "files/" + prefix + "me/01/cat.png", header, yes},
		{"scanner", "s3:GetObjectVersionTagging", "files/" + prefix + "me/01/cat.png", header, yes},
		{"scanner", "s3:ListBucket", "files", header, yes},
		{"scanner", "s3:ListBucket", "elsewhere", header, no},
		{"scanner", "s3:PutBucketNotification", "files", header, yes},
		{"scanner", "s3:GetBucketNotification", "files", header, yes},
		{"scanner", "s3:PutBucketPolicy", "files", header, no},
		{"scanner", "events:PutRule", "managed-rule", managed, yes},
		{"scanner", "events:PutRule", "managed-rule", plain, no},
		{"scanner", "events:PutTargets", "managed-rule", plain, no},
		{"scanner", "events:DeleteRule", "managed-rule", with(plain, "events:ManagedBy", "other.amazonaws.com"), no},
		{"scanner", "events:RemoveTargets", "managed-rule", managed, yes},
		{"scanner", "events:PutRule", "other-rule", managed, no},
		{"scanner", "events:DescribeRule", "managed-rule", plain, yes},
		{"scanner", "events:ListTargetsByRule", "managed-rule", plain, yes},
		{"scanner", "events:DescribeRule", "other-rule", plain, no},
		{"malware-protection-plan.guardduty", "sts:AssumeRole", "scanner-role", plain, yes},
		{"lambda", "sts:AssumeRole", "scanner-role", plain, no},
		{"foreigner", "sts:AssumeRole", "scanner-role", plain, no},
		{"admin", "sts:AssumeRole", "scanner-role", plain, no},
		{"upload", "sts:AssumeRole", "scanner-role", plain, no},
	}
}

// traced is the rows of Tracing, for the role of a function.
func traced(who string) []row {
	return []row{
		{who, "xray:PutTraceSegments", "everything", plain, yes},
		{who, "xray:PutTelemetryRecords", "everything", plain, yes},
		{who, "xray:GetTraceSummaries", "everything", plain, no},
		{who, "s3:ListAllMyBuckets", "everything", plain, no},
	}
}

// authorizes is the rows of the function that verifies tokens: it reaches no file, no other role and
// no user pool.
func authorizes() []row {
	return []row{
		{"authorize", "logs:PutLogEvents", "authorize-log", plain, yes},
		{"authorize", "logs:PutLogEvents", "upload-log", plain, no},
		{"authorize", "logs:GetLogEvents", "authorize-log", plain, no},
		{"authorize", "s3:PutObject", "files/uploads/me/01/cat.png", put, no},
		{"authorize", "s3:GetObject", "files/uploads/me/01/cat.png", url, no},
		{"authorize", "s3:ListBucket", "files", url, no},
		{"authorize", "sts:AssumeRole", "upload-role", plain, no},
		{"authorize", "lambda:InvokeFunction", "everything", plain, no},
		{"authorize", "cognito-idp:AdminSetUserPassword", "everything", plain, no},
		{"upload", "logs:PutLogEvents", "authorize-log", plain, no},
		{"lambda", "sts:AssumeRole", "authorize-role", plain, yes},
		{"apigateway", "sts:AssumeRole", "authorize-role", plain, no},
		{"foreigner", "sts:AssumeRole", "authorize-role", plain, no},
		{"admin", "sts:AssumeRole", "authorize-role", plain, no},
	}
}

// alarmed is the rows of the topic of Alarms.
func alarmed() []row {
	alarm := with(with(plain, "aws:SourceAccount", "111122223333"), "aws:SourceArn", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Errors")
	return []row{
		{"cloudwatch", "sns:Publish", "topic", alarm, yes},
		{"cloudwatch", "sns:Publish", "topic", with(alarm, "aws:SourceAccount", "444455556666"), no},
		{"cloudwatch", "sns:Publish", "topic", with(alarm, "aws:SourceArn", "arn:aws:cloudwatch:eu-west-1:444455556666:alarm:Errors"), no},
		{"cloudwatch", "sns:Publish", "topic", with(alarm, "aws:SourceArn", "arn:aws:cloudwatch:us-east-1:111122223333:alarm:Errors"), no},
		{"cloudwatch", "sns:Publish", "topic", plain, no},
		{"cloudwatch", "sns:Publish", "topic", with(alarm, "aws:SecureTransport", "false"), "AllowPublishThroughSSLOnly"},
		{"cloudwatch", "sns:Subscribe", "topic", alarm, no},
		{"s3", "sns:Publish", "topic", alarm, no},
		{"anonymous", "sns:Publish", "topic", plain, no},
		{"foreigner", "sns:Publish", "topic", plain, no},
		{"foreigner", "sns:Subscribe", "topic", plain, no},
		{"no-policies", "sns:Publish", "topic", plain, no},
		{"upload", "sns:Publish", "topic", plain, no},
		{"admin", "sns:Publish", "topic", plain, yes},
		{"admin", "sns:Publish", "topic", with(plain, "aws:SecureTransport", "false"), "AllowPublishThroughSSLOnly"},
	}
}

// told is the rows of a Webhook with these rules.
func told(rules ...string) []row {
	const ruleARN = "arn:aws:events:eu-west-1:111122223333:rule/"
	rows := []row{
		{"webhook", "events:InvokeApiDestination", "destination", plain, yes},
		{"webhook", "events:InvokeApiDestination", "other-destination", plain, no},
		{"webhook", "events:PutEvents", "everything", plain, no},
		{"webhook", "secretsmanager:GetSecretValue", "secret", plain, no},
		{"webhook", "sqs:SendMessage", "queue", plain, no},
		{"webhook", "s3:PutObject", "files/uploads/me/01/cat.png", put, no},
		{"upload", "events:InvokeApiDestination", "destination", plain, no},
		{"no-policies", "events:InvokeApiDestination", "destination", plain, no},
		{"events", "sts:AssumeRole", "webhook-role", plain, yes},
		{"lambda", "sts:AssumeRole", "webhook-role", plain, no},
		{"foreigner", "sts:AssumeRole", "webhook-role", plain, no},
		{"admin", "sts:AssumeRole", "webhook-role", plain, no},
		{"events", "sts:AssumeRole", "upload-role", plain, no},
		// The queue of what can't be delivered.
		{"events", "sqs:SendMessage", "queue", plain, no},
		{"events", "sqs:SendMessage", "queue", with(plain, "aws:SourceArn", ruleARN+"other"), no},
		{"s3", "sqs:SendMessage", "queue", plain, no},
		{"anonymous", "sqs:SendMessage", "queue", plain, no},
		{"foreigner", "sqs:SendMessage", "queue", plain, no},
		{"foreigner", "sqs:ReceiveMessage", "queue", plain, no},
		{"no-policies", "sqs:SendMessage", "queue", plain, no},
		{"upload", "sqs:SendMessage", "queue", plain, no},
		{"admin", "sqs:ReceiveMessage", "queue", plain, yes},
		{"admin", "sqs:SendMessage", "queue", with(plain, "aws:SecureTransport", "false"), tls},
	}
	for _, rule := range rules {
		id := map[string]string{"stored-rule": "UploadsWebhookStoredRule20B4F793", "scanned-rule": "UploadsWebhookScannedRule75558B9B"}[rule]
		how := with(plain, "aws:SourceArn", ruleARN+id)
		rows = append(rows,
			row{"events", "sqs:SendMessage", "queue", how, yes},
			row{"events", "sqs:ReceiveMessage", "queue", how, no},
			row{"s3", "sqs:SendMessage", "queue", how, no},
			row{"foreigner", "sqs:SendMessage", "queue", how, no},
			row{"anonymous", "sqs:SendMessage", "queue", how, no},
			row{"events", "sqs:SendMessage", "queue", with(how, "aws:SourceArn", strings.Replace(ruleARN, "111122223333", "444455556666", 1)+id), no},
			row{"events", "sqs:SendMessage", "queue", with(how, "aws:SecureTransport", "false"), tls},
		)
	}
	return rows
}
