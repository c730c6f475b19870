package uploads

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// This file has the IAM statements of the construct: the roles of the functions, the policy of the
// bucket, the role that scans for malware, the role and the queue of the webhook, the bucket for
// access logs, the topic of the alarms. The only statements not here are those that CDK writes: the
// trust policies of the roles, the denial of requests without TLS to buckets, queues and topics,
// the policy of a new KMS key, and API Gateway's permission to call a function.

// The roles of the functions.

// writeOwnLog lets a function write to its own log group.
func writeOwnLog(logs awslogs.ILogGroup) awsiam.PolicyStatement {
	return allow("WriteOwnLog", *logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents")
}

// sendTraces lets a function send traces. These actions have no resources ("Actions, resources, and
// condition keys for AWS X-Ray", Service Authorization Reference).
func sendTraces() awsiam.PolicyStatement {
	return allow("SendTraces", "*", "xray:PutTraceSegments", "xray:PutTelemetryRecords")
}

// putUploads lets the upload function sign uploads. s3:PutObject includes the creation, the parts
// and the completion of a multipart upload ("Multipart upload API and permissions", Amazon S3 User
// Guide).
func putUploads(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	return allow("PutUploads", uploadsARN(bucket, props), "s3:PutObject")
}

// resumeUploads lets the upload function sign requests that list the parts of a multipart upload,
// and that abort it.
func resumeUploads(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	return allow("ResumeUploads", uploadsARN(bucket, props), "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
}

// encryptUploads lets S3 encrypt what the upload function signs. In parts, S3 also decrypts: it
// reads the parts to make one object of them ("Multipart upload API and permissions", Amazon S3
// User Guide).
func encryptUploads(scope constructs.Construct, key awskms.IKey, parts bool) awsiam.PolicyStatement {
	actions := []string{"kms:GenerateDataKey"}
	if parts {
		actions = append(actions, "kms:Decrypt")
	}
	return allowKey(scope, "EncryptUploads", key, actions...)
}

// getUploads lets the download function sign reads.
func getUploads(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	return allow("GetUploads", uploadsARN(bucket, props), "s3:GetObject")
}

// decryptUploads lets S3 decrypt what the download function signs.
func decryptUploads(scope constructs.Construct, key awskms.IKey) awsiam.PolicyStatement {
	return allowKey(scope, "DecryptUploads", key, "kms:Decrypt")
}

// listUploads lets the list function sign listings. Each must name, as its prefix, the folder of one
// user, with the slash at its end: not that of a kind, nor the beginning of a folder's name, which
// can be that of other folders too (lakekeeper/lakekeeper#1795). A request without a prefix has no
// s3:prefix, and StringLike doesn't match a key that is absent ("IAM JSON policy elements: Condition
// operators", IAM User Guide; aws/aws-cli#439). Listings of versions and of unfinished uploads are
// other actions.
func listUploads(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	statement := allow("ListUploads", *bucket.BucketArn(), "s3:ListBucket")
	statement.AddCondition(jsii.String("StringLike"), map[string]any{"s3:prefix": props.KeyPrefix + "*/"})
	if kinds := props.kindPrefixes(); kinds != nil {
		statement.AddCondition(jsii.String("StringNotEquals"), map[string]any{"s3:prefix": kinds})
	}
	return statement
}

// deleteUploads lets the delete function sign deletions. The bucket keeps versions, so they leave
// the file behind as an older version. To delete that for good is another action,
// s3:DeleteObjectVersion ("Deleting object versions from a versioning-enabled bucket", Amazon S3
// User Guide). CDK's GrantDelete would allow both (aws/aws-cdk#32375).
func deleteUploads(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	return allow("DeleteUploads", uploadsARN(bucket, props), "s3:DeleteObject")
}

// getScanResults lets the scan function sign reads of tags, where GuardDuty writes its result.
func getScanResults(bucket awss3.IBucket, props Props) awsiam.PolicyStatement {
	return allow("GetScanResults", uploadsARN(bucket, props), "s3:GetObjectTagging")
}

// The policy of the bucket. In addition, CDK writes the denial of plain HTTP.

// uploadDenials are the refusals of the bucket. They apply to everyone, whatever other policies
// allow: an object is written once, with a recent SigV4 signature. scanner is the role that scans
// for malware, or nil. The condition keys are those of "Amazon S3 Signature Version 4
// Authentication Specific Policy Keys" (Amazon S3 API Reference) and "Enforce conditional writes on
// Amazon S3 buckets" (Amazon S3 User Guide).
func uploadDenials(bucket awss3.Bucket, props Props, scanner awsiam.IRole) []awsiam.PolicyStatement {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	// A signed URL expires with its own X-Amz-Expires. This also refuses URLs that anyone signed
	// for longer. S3 counts the age in milliseconds. It accepts signatures in a header for 15
	// minutes.
	oldURL := stringEquals("s3:authType", "REST-QUERY-STRING")
	oldURL["NumericGreaterThan"] = map[string]any{
		"s3:signatureAge": strconv.FormatInt(props.URLLifetime.Milliseconds(), 10),
	}
	// UploadPart and CreateMultipartUpload need s3:PutObject too, but create no object and have no
	// such header: ObjectCreationOperation excludes them.
	overwriting := map[string]any{
		"Null": map[string]any{"s3:if-none-match": "true"},
		"Bool": map[string]any{"s3:ObjectCreationOperation": "true"},
	}
	if scanner != nil {
		overwriting["ArnNotEquals"] = map[string]any{"aws:PrincipalArn": scanner.RoleArn()} // it puts one test object
	}
	denials := []awsiam.PolicyStatement{
		deny("DenySignatureVersion2", []string{"s3:*"}, stringEquals("s3:signatureversion", "AWS"), *bucket.BucketArn(), objects),
		deny("DenyOldSignedUrls", []string{"s3:*"}, oldURL, *bucket.BucketArn(), objects),
		// A POST form can't have If-None-Match, so it could overwrite.
		deny("DenyPostForms", []string{"s3:PutObject"}, stringEquals("s3:authType", "POST"), objects),
		deny("DenyOverwriting", []string{"s3:PutObject"}, overwriting, objects),
	}
	if len(props.SourceRanges) > 0 {
		denials = append(denials, denyOtherNetworks(bucket, props))
	}
	if scanner != nil {
		denials = append(denials, scanDenials(bucket, scanner)...)
	}
	return denials
}

// denyOtherNetworks refuses uploads, and with Deletions also deletions, from outside of
// SourceRanges. A request without a source address, through a VPC endpoint, is refused too
// ("aws:SourceIp" in "AWS global condition context keys", IAM User Guide). It is only for the prefix
// of the uploads: what S3 and GuardDuty put themselves is outside of it.
func denyOtherNetworks(bucket awss3.Bucket, props Props) awsiam.PolicyStatement {
	actions := []string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
	if props.Deletions != nil {
		actions = append(actions, "s3:DeleteObject")
	}
	return deny("DenyOtherNetworks", actions,
		map[string]any{"NotIpAddress": map[string]any{"aws:SourceIp": props.SourceRanges}}, uploadsARN(bucket, props))
}

// The tag that GuardDuty writes its result into, and the one result with which an object can be
// read ("S3 object potential scan status and result status", Amazon GuardDuty User Guide).
const (
	scanTag   = "GuardDutyMalwareScanStatus"
	scanClean = "NO_THREATS_FOUND"
)

// scanDenials refuse reads of every object that GuardDuty hasn't found clean. They also let only
// GuardDuty set the tag with its result ("Using tag-based access control (TBAC) with Malware
// Protection for S3", Amazon GuardDuty User Guide). That page exempts the role with NotPrincipal,
// which needs each session's name; the role's ARN in a condition covers all its sessions.
//
// The case of the tag's key doesn't matter. For S3, two keys that differ in case are two tags, but
// IAM ignores the case in the name of a condition key, s3:ExistingObjectTag/… ("IAM JSON policy
// elements: Condition", IAM User Guide), so another spelling could pass for GuardDuty's result.
//
// S3 replicates an object as soon as it is stored, whatever its tags are later ("Supportability of
// Amazon S3 features", Amazon GuardDuty User Guide), and reads it with a separate action. So
// replication is refused in both directions: out of this bucket, and with tags into it, since the
// source may be a bucket where anybody could set the tag.
func scanDenials(bucket awss3.Bucket, scanner awsiam.IRole) []awsiam.PolicyStatement {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	others := func(conditions map[string]any) map[string]any {
		conditions["ArnNotEquals"] = map[string]any{"aws:PrincipalArn": scanner.RoleArn()}
		return conditions
	}
	return []awsiam.PolicyStatement{
		deny("NoReadUnlessClean", []string{"s3:GetObject", "s3:GetObjectVersion"},
			others(map[string]any{"StringNotEquals": map[string]any{"s3:ExistingObjectTag/" + scanTag: scanClean}}), objects),
		deny("OnlyGuardDutyCanTagScanStatus", []string{"s3:PutObjectTagging", "s3:PutObjectVersionTagging"},
			others(map[string]any{"ForAnyValue:StringEqualsIgnoreCase": map[string]any{"s3:RequestObjectTagKeys": scanTag}}), objects),
		deny("NoReplicationAroundTheScan", []string{"s3:GetObjectVersionForReplication", "s3:ReplicateTags"}, nil, objects),
	}
}

// The role that scans for malware.

// scanGrants let GuardDuty scan uploads and tag them. They are the statements of "Create or update
// IAM role policy" (Amazon GuardDuty User Guide), with its names, but for the uploads' prefix
// instead of every object.
func scanGrants(scope constructs.Construct, props Props, bucket awss3.Bucket) []awsiam.PolicyStatement {
	rules := *awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service:      jsii.String("events"),
		Resource:     jsii.String("rule"),
		ResourceName: jsii.String("DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"),
	})
	manage := allow("AllowManagedRuleToSendS3EventsToGuardDuty", rules, "events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets")
	manage.AddCondition(jsii.String("StringLike"), map[string]any{"events:ManagedBy": "malware-protection-plan.guardduty.amazonaws.com"})
	grants := []awsiam.PolicyStatement{
		manage,
		allow("AllowGuardDutyToMonitorEventBridgeManagedRule", rules, "events:DescribeRule", "events:ListTargetsByRule"),
		allow("AllowPostScanTag", uploadsARN(bucket, props),
			"s3:PutObjectTagging", "s3:GetObjectTagging", "s3:PutObjectVersionTagging", "s3:GetObjectVersionTagging"),
		allow("AllowEnableS3EventBridgeEvents", *bucket.BucketArn(), "s3:PutBucketNotification", "s3:GetBucketNotification"),
		allow("AllowPutValidationObject", *bucket.ArnForObjects(jsii.String("malware-protection-resource-validation-object")), "s3:PutObject"),
		allow("AllowCheckBucketOwnership", *bucket.BucketArn(), "s3:ListBucket"),
		allow("AllowMalwareScan", uploadsARN(bucket, props), "s3:GetObject", "s3:GetObjectVersion"),
	}
	if key := bucket.EncryptionKey(); key != nil {
		grants = append(grants, allowKey(scope, "AllowDecryptForMalwareScan", key, "kms:GenerateDataKey", "kms:Decrypt"))
	}
	return grants
}

// The role of the webhook, and its queue.

// callWebhook lets EventBridge call the webhook, and no other API destination.
func callWebhook(destination awsevents.ApiDestination) awsiam.PolicyStatement {
	return allow("CallWebhook", *destination.ApiDestinationArn(), "events:InvokeApiDestination")
}

// takeUndelivered lets EventBridge send what these rules couldn't deliver ("Using dead-letter
// queues to process undelivered events in EventBridge", Amazon EventBridge User Guide).
func takeUndelivered(queue awssqs.IQueue, rules []*string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TakeUndelivered"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sqs:SendMessage"),
		Resources:  &[]*string{queue.QueueArn()},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rules}},
	})
}

// The bucket for access logs and the topic of the alarms.

// takeAccessLogs lets S3 write a bucket's access log into another ("Enabling Amazon S3 server
// access logging", Amazon S3 User Guide).
func takeAccessLogs(logs, bucket awss3.Bucket, prefix string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TakeAccessLogs"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logging.s3.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*logs.ArnForObjects(jsii.String(prefix + "*"))),
		Conditions: &map[string]any{
			"ArnLike":      map[string]any{"aws:SourceArn": bucket.BucketArn()},
			"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(bucket).Account()},
		},
	})
}

// takeAlarms lets CloudWatch's alarms of this account publish to the topic ("Amazon SNS policy
// examples for CloudWatch alarms", Amazon CloudWatch User Guide).
func takeAlarms(stack awscdk.Stack, topicARN *string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TakeAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topicARN},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
			"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String("*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
			})},
		},
	})
}

// The forms of the statements.

// allow is a statement of a role: these actions on that resource.
func allow(sid, resource string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:       jsii.String(sid),
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	})
}

// allowKey allows a role these actions with a KMS key, but only when S3 calls KMS on the role's
// behalf, as it does for each request that the role signed ("kms:ViaService" in "AWS KMS condition
// keys", AWS KMS Developer Guide). The role can't use the key directly.
//
// There is no condition on the encryption context. The role's S3 actions are bound to the bucket
// already, and the context is the bucket or the object, depending on the object's bucket key.
func allowKey(scope constructs.Construct, sid string, key awskms.IKey, actions ...string) awsiam.PolicyStatement {
	stack := awscdk.Stack_Of(scope)
	statement := allow(sid, *key.KeyArn(), actions...)
	statement.AddCondition(jsii.String("StringEquals"), map[string]any{"kms:ViaService": "s3." + *stack.Region() + "." + *stack.UrlSuffix()})
	return statement
}

// deny refuses everyone these actions if the conditions are true, or always if there are none
// (nil).
func deny(sid string, actions []string, conditions map[string]any, resources ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String(sid),
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings(actions...),
		Resources:  jsii.Strings(resources...),
		Conditions: &conditions,
	})
}

func stringEquals(key, value string) map[string]any {
	return map[string]any{"StringEquals": map[string]any{key: value}}
}

// uploadsARN is the ARN of all uploads, which are the only objects that the functions can reach.
func uploadsARN(bucket awss3.IBucket, props Props) string {
	return *bucket.ArnForObjects(jsii.String(props.KeyPrefix + "*"))
}

// inlinePolicy is a role's only policy.
func inlinePolicy(name string, statements []awsiam.PolicyStatement) *map[string]awsiam.PolicyDocument {
	return &map[string]awsiam.PolicyDocument{
		name: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
	}
}
