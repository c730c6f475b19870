package uploads

// The excuses in this file are mostly for rules of cdk-nag's packs for NIST 800-53 R5 and HIPAA, which have the same names.
// They are in one file, by resource, since an auditor reads them together.

// inPacks excuses a rule of both packs.
func inPacks(rule, reason string) []excuse {
	return []excuse{{rule: "NIST.800.53.R5-" + rule, reason: reason}, {rule: "HIPAA.Security-" + rule, reason: reason}}
}

func join(lists ...[]excuse) (all []excuse) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// unless leaves out excuses that the props make unnecessary.
func unless(condition bool, excuses ...excuse) []excuse {
	if condition {
		return nil
	}
	return excuses
}

func functionExcuses(props Props) []excuse {
	return join(
		inPacks("LambdaDLQ", "It is called synchronously: who called hears of every failure, and nothing is queued"),
		inPacks("LambdaInsideVPC", "It calls nobody, so there is no network for it to be kept in"),
		unless(props.Functions.ReservedConcurrency != 0, inPacks("LambdaConcurrency", "The API's throttle bounds it; the prop Functions.ReservedConcurrency reserves a share of the account's quota")...),
	)
}

func roleExcuses() []excuse {
	return inPacks("IAMNoInlinePolicy", "What is part of the role can't be attached to another, nor changed apart from it")
}

func logGroupExcuses() []excuse {
	return inPacks("CloudWatchLogGroupEncrypted", "CloudWatch Logs encrypts by itself, and a line holds no URL, no token and nothing of a file")
}

func uploadBucketExcuses(props Props) []excuse {
	return join(
		inPacks("S3BucketReplicationEnabled", "Another region is the account's to choose and to pay; versions are kept in this one"),
		unless(props.Encryption != nil, inPacks("S3DefaultEncryptionKMS", "S3 encrypts under its own key; the prop Encryption chooses a KMS key")...),
	)
}

func accessLogBucketExcuses() []excuse {
	return join(
		inPacks("S3BucketReplicationEnabled", "An access log is kept for its days and then deleted, and is no backup of anything"),
		inPacks("S3BucketVersioningEnabled", "S3 writes each piece of the log once and nobody else may write"),
		inPacks("S3DefaultEncryptionKMS", "S3 delivers access logs only to buckets that are encrypted under its own key"),
	)
}

func stageExcuses(props Props) []excuse {
	const (
		execution = "Execution logs can hold requests and answers, and so tokens and signed URLs, in a log group without retention; the access log has a line for every request"
		webACL    = "Every route needs a signed-in user and the stage is throttled; a web ACL is the account's to choose and to pay"
	)
	return join(
		unless(props.WebACL != nil, excuse{rule: "AwsSolutions-APIG3", reason: webACL}, excuse{rule: "NIST.800.53.R5-APIGWAssociatedWithWAF", reason: webACL}),
		[]excuse{{rule: "AwsSolutions-APIG6", reason: execution}},
		inPacks("APIGWExecutionLoggingEnabled", execution),
		inPacks("APIGWCacheEnabledAndEncrypted", "Each answer is one caller's own and must never be given to another, so there is no cache"),
		inPacks("APIGWSSLEnabled", "API Gateway calls a function by IAM: there is no server behind it to show a client certificate to"),
		unless(props.Tracing, excuse{rule: "HIPAA.Security-APIGWXrayEnabled", reason: "The access log has a line for every request; the prop Tracing adds X-Ray, which is billed by the trace"}),
	)
}

func unknownRouteExcuses() []excuse {
	const open = "Whoever asks for an unknown route hears so: API Gateway writes the 404 itself, and nothing is behind it"
	return []excuse{{rule: "AwsSolutions-APIG4", reason: open}, {rule: "AwsSolutions-COG4", reason: open}}
}

func topicExcuses() []excuse {
	return inPacks("SNSEncryptedKMS", "A message names an alarm and a number, and CloudWatch can't publish under the key that AWS manages")
}

func webACLExcuses() []excuse {
	return inPacks("WAFv2LoggingEnabled", "Its log would keep headers, and so tokens; its metrics count what each rule does")
}
