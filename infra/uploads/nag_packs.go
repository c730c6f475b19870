package uploads

// The suppressions in this file are mostly for rules of cdk-nag's packs for NIST 800-53 R5 and
// HIPAA, which have the same names. They are in one file, by resource, since an auditor reads them
// together.

// inPacks suppresses a rule of both packs.
func inPacks(rule, reason string) []suppression {
	return []suppression{{rule: "NIST.800.53.R5-" + rule, reason: reason}, {rule: "HIPAA.Security-" + rule, reason: reason}}
}

func join(lists ...[]suppression) (all []suppression) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// unless leaves out suppressions that the props make unnecessary.
func unless(condition bool, suppressions ...suppression) []suppression {
	if condition {
		return nil
	}
	return suppressions
}

func functionSuppressions(props Props, callsIssuers bool) []suppression {
	outsideVPC := "It makes no network calls, so a VPC would restrict nothing"
	if callsIssuers {
		outsideVPC = "It fetches the public keys of the issuers over the internet, for which a VPC would need a NAT gateway; its role can reach nothing but its log"
	}
	return join(
		inPacks("LambdaDLQ", "It is called synchronously: the caller gets every failure as an answer, and nothing is queued"),
		inPacks("LambdaInsideVPC", outsideVPC),
		unless(props.Functions.ReservedConcurrency != 0, inPacks("LambdaConcurrency", "The API's throttle bounds it; the prop Functions.ReservedConcurrency reserves a share of the account's quota")...),
	)
}

func roleSuppressions() []suppression {
	return inPacks("IAMNoInlinePolicy", "An inline policy can't be attached to another role, nor changed without the role")
}

func logGroupSuppressions() []suppression {
	return inPacks("CloudWatchLogGroupEncrypted", "CloudWatch Logs encrypts with its own key, and a line contains no URL, no token and no part of a file")
}

func uploadBucketSuppressions(props Props) []suppression {
	return join(
		inPacks("S3BucketReplicationEnabled", "A second region costs money and is for the account's owner to choose; this one keeps versions"),
		unless(props.Encryption != nil, inPacks("S3DefaultEncryptionKMS", "S3 encrypts under its own key; the prop Encryption chooses a KMS key")...),
	)
}

func accessLogBucketSuppressions() []suppression {
	return join(
		inPacks("S3BucketReplicationEnabled", "An access log is deleted after its retention period, and isn't a backup of anything"),
		inPacks("S3BucketVersioningEnabled", "S3 writes each part of the log once, and nobody else can write"),
		inPacks("S3DefaultEncryptionKMS", "S3 delivers access logs only to buckets that are encrypted under its own key"),
	)
}

func stageSuppressions(props Props) []suppression {
	const (
		execution = "Execution logs can contain requests and answers, and so tokens and signed URLs, in a log group without retention; the access log has a line for every request"
		webACL    = "Every route needs a signed-in user and the stage is throttled; a web ACL costs money and is for the account's owner to choose (the prop WebACL)"
	)
	return join(
		unless(props.WebACL != nil, suppression{rule: "AwsSolutions-APIG3", reason: webACL}, suppression{rule: "NIST.800.53.R5-APIGWAssociatedWithWAF", reason: webACL}),
		[]suppression{{rule: "AwsSolutions-APIG6", reason: execution}},
		inPacks("APIGWExecutionLoggingEnabled", execution),
		inPacks("APIGWCacheEnabledAndEncrypted", "Each answer is for one caller and must never be given to another, so there is no cache"),
		inPacks("APIGWSSLEnabled", "API Gateway calls a function with IAM: there is no HTTP server behind it that could check a client certificate"),
		unless(props.Tracing, suppression{rule: "HIPAA.Security-APIGWXrayEnabled", reason: "The access log has a line for every request; the prop Tracing adds X-Ray, which costs money for each trace"}),
	)
}

func unknownRouteSuppressions() []suppression {
	const open = "An unknown route answers 404 without a token: API Gateway writes the answer itself, and the method calls nothing"
	return []suppression{{rule: "AwsSolutions-APIG4", reason: open}, {rule: "AwsSolutions-COG4", reason: open}}
}

func issuersSuppressions() []suppression {
	return []suppression{{rule: "AwsSolutions-COG4", reason: "A function verifies the tokens, since issuers other than a user pool sign users in"}}
}

func topicSuppressions() []suppression {
	return inPacks("SNSEncryptedKMS", "A message contains the name of an alarm and a number, and CloudWatch can't publish with the key that AWS manages")
}

func queueSuppressions() []suppression {
	return []suppression{{rule: "AwsSolutions-SQS3", reason: "It is the queue of what the webhook's rules couldn't deliver; nobody else sends to it"}}
}

func webACLSuppressions() []suppression {
	return inPacks("WAFv2LoggingEnabled", "Its log would contain headers, and so tokens; its metrics count the requests of each rule")
}
