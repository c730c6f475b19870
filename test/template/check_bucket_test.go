package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"signpost/infra"
)

func checkBuckets(t *template, stage infra.Stage) (found complaints) {
	policies := map[string][]statement{}
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		policies[reference(policy.Properties["Bucket"])] = statements(policy.Properties["PolicyDocument"])
	}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		found.equal(bucket.id+"'s public access block", bucket.Properties["PublicAccessBlockConfiguration"], map[string]bool{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		})
		found.equal(bucket.id+"'s ownership", at(bucket.Properties, "OwnershipControls", "Rules", 0, "ObjectOwnership"), "BucketOwnerEnforced")
		checkEncryption(t, bucket, stage, &found)
		found.equal(bucket.id+"'s name", bucket.Properties["BucketName"], nil)
		arn := "${" + bucket.id + ".Arn}"
		tls := statement{
			Effect: "Deny", Principal: `{"AWS":"*"}`, Sid: "null",
			Actions: []string{"s3:*"}, Resources: []string{arn, arn + "/*"},
			Condition: `{"Bool":{"aws:SecureTransport":"false"}}`,
		}
		if !slices.ContainsFunc(policies[bucket.id], tls.equal) {
			found.add("%s takes plain HTTP", bucket.id)
		}
		for _, one := range policies[bucket.id] {
			if one.Effect == "Allow" && one.Principal != `{"Service":"logging.s3.amazonaws.com"}` {
				found.add("%s's policy allows %s", bucket.id, one.Principal)
			}
		}
	}
	checkAccessLog(t, policies, stage, &found)
	found.equal("versioning", at(t.uploadBucket().Properties, "VersioningConfiguration", "Status"), "Enabled")
	return found
}

// checkEncryption: uploads are under the key that the stage names, if any; a log is under S3's own,
// the only one that S3 writes a log under.
func checkEncryption(t *template, bucket *resource, stage infra.Stage, found *complaints) {
	want := map[string]any{"ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "AES256"}}
	if bucket == t.uploadBucket() && (stage.Uploads.Encryption != nil) {
		key := any(orZero(stage.Uploads.Encryption).KeyARN)
		if own := t.of("AWS::KMS::Key"); hasOwnKey(stage) && len(own) == 1 {
			key = map[string]any{"Fn::GetAtt": []string{own[0].id, "Arn"}}
		}
		want = map[string]any{"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": map[string]any{"KMSMasterKeyID": key, "SSEAlgorithm": "aws:kms"}}
	}
	found.equal(bucket.id+"'s encryption", at(bucket.Properties, "BucketEncryption", "ServerSideEncryptionConfiguration"), []any{want})
}

// checkKeys: a key of the stack's own rotates, and the account's IAM alone says who may use it.
func checkKeys(t *template, stage infra.Stage) (found complaints) {
	keys := 0
	if hasOwnKey(stage) {
		keys = 1
	}
	found.equal("the number of keys", len(t.of("AWS::KMS::Key")), keys)
	for _, key := range t.of("AWS::KMS::Key") {
		found.equal(key.id+"'s rotation", key.Properties["EnableKeyRotation"], true)
		for _, one := range statements(key.Properties["KeyPolicy"]) {
			found.equal(key.id+"'s policy", []any{one.Effect, one.Principal, one.Actions, one.odd},
				[]any{"Allow", `{"AWS":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::",{"Ref":"AWS::AccountId"},":root"]]}}`, []string{"kms:*"}, nil})
		}
	}
	return found
}

// checkAccessLog: S3's own log of the upload bucket goes to the other bucket, where only S3, and
// only for that bucket, may put it. A bucket that the stage names has a policy of its owner's.
func checkAccessLog(t *template, policies map[string][]statement, stage infra.Stage, found *complaints) {
	if name := stage.Uploads.AccessLogBucketName; name != "" {
		found.equal("the access log", at(t.uploadBucket().Properties, "LoggingConfiguration"),
			map[string]string{"DestinationBucketName": name, "LogFilePrefix": stage.StackName() + "/Uploads/s3-access/"})
		return
	}
	logs := reference(at(t.uploadBucket().Properties, "LoggingConfiguration", "DestinationBucketName"))
	if t.Resources[logs] == nil || logs == t.uploadBucket().id {
		found.add("%s has no access log in another bucket", t.uploadBucket().id)
	}
	want := statement{
		Sid: "TakeAccessLogs", Effect: "Allow", Principal: `{"Service":"logging.s3.amazonaws.com"}`,
		Actions: []string{"s3:PutObject"}, Resources: []string{"${" + logs + ".Arn}/s3-access/*"},
		Condition: `{"ArnLike":{"aws:SourceArn":{"Fn::GetAtt":["` + t.uploadBucket().id + `","Arn"]}},"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}`,
	}
	if !slices.ContainsFunc(policies[logs], want.equal) {
		found.add("%s does not take %s's access log", logs, t.uploadBucket().id)
	}
	found.equal("the log's prefix", at(t.uploadBucket().Properties, "LoggingConfiguration", "LogFilePrefix"), "s3-access/")
}

func (s statement) equal(other statement) bool { return fmt.Sprint(s) == fmt.Sprint(other) }

func checkUploadBucketPolicy(t *template, stage infra.Stage) (found complaints) {
	bucket := t.uploadBucket().id
	arn := "${" + bucket + ".Arn}"
	milliseconds := "?"
	for _, function := range t.of("AWS::Lambda::Function") {
		seconds, _ := strconv.Atoi(fmt.Sprint(function.env()["URL_LIFETIME_SECONDS"]))
		milliseconds = strconv.Itoa(seconds * 1000)
	}
	var got []statement
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		if reference(policy.Properties["Bucket"]) == bucket {
			got = append(got, statements(policy.Properties["PolicyDocument"])...)
		}
	}
	denials := 1 // plain HTTP, which checkBuckets looks at
	deny := func(sid, actions, condition string, resources ...string) {
		denials++
		want := statement{Sid: sid, Effect: "Deny", Principal: `{"AWS":"*"}`, Actions: strings.Fields(actions), Resources: resources, Condition: condition}
		if !slices.ContainsFunc(got, want.equal) {
			found.add("there is no %s on %s of %v if %s", sid, resources, actions, condition)
		}
	}
	deny("DenySignatureVersion2", "s3:*", `{"StringEquals":{"s3:signatureversion":"AWS"}}`, arn, arn+"/*")
	deny("DenyOldSignedUrls", "s3:*", `{"NumericGreaterThan":{"s3:signatureAge":"`+milliseconds+`"},"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`, arn, arn+"/*")
	deny("DenyPostForms", "s3:PutObject", `{"StringEquals":{"s3:authType":"POST"}}`, arn+"/*")
	others := ""
	if stage.Uploads.MalwareScan {
		others = `"ArnNotEquals":{"aws:PrincipalArn":{"Fn::GetAtt":["` + t.scanRole() + `","Arn"]}},`
		deny("NoReadUnlessClean", "s3:GetObject s3:GetObjectVersion",
			`{`+others+`"StringNotEquals":{"s3:ExistingObjectTag/GuardDutyMalwareScanStatus":"NO_THREATS_FOUND"}}`, arn+"/*")
		deny("OnlyGuardDutyCanTagScanStatus", "s3:PutObjectTagging s3:PutObjectVersionTagging",
			`{`+others+`"ForAnyValue:StringEqualsIgnoreCase":{"s3:RequestObjectTagKeys":"GuardDutyMalwareScanStatus"}}`, arn+"/*")
		deny("NoReplicationAroundTheScan", "s3:GetObjectVersionForReplication s3:ReplicateTags", "null", arn+"/*")
	}
	deny("DenyOverwriting", "s3:PutObject", `{`+others+`"Bool":{"s3:ObjectCreationOperation":"true"},"Null":{"s3:if-none-match":"true"}}`, arn+"/*")
	if ranges := stage.Uploads.SourceRanges; ranges != nil {
		deny("DenyOtherNetworks", "s3:AbortMultipartUpload s3:ListMultipartUploadParts s3:PutObject",
			`{"NotIpAddress":{"aws:SourceIp":`+text(ranges)+`}}`, arn+"/"+keyPrefix(stage)+"*")
	}
	found.equal("the number of statements", len(got), denials)
	return found
}

// scanRole is the id of the role that GuardDuty scans with.
func (t *template) scanRole() string {
	for _, plan := range t.of("AWS::GuardDuty::MalwareProtectionPlan") {
		return reference(plan.Properties["Role"])
	}
	return ""
}

// checkScan: GuardDuty scans just the uploads and tags them, and EventBridge is told of objects
// only where that, or the stage, asks for it.
func checkScan(t *template, stage infra.Stage) (found complaints) {
	var plans, notified any
	if stage.Uploads.MalwareScan {
		plans = []any{map[string]any{
			"Actions": map[string]any{"Tagging": map[string]string{"Status": "ENABLED"}},
			"ProtectedResource": map[string]any{"S3Bucket": map[string]any{
				"BucketName": map[string]string{"Ref": t.uploadBucket().id}, "ObjectPrefixes": []string{keyPrefix(stage)},
			}},
			"Role": map[string]any{"Fn::GetAtt": []string{t.scanRole(), "Arn"}},
		}}
	}
	if stage.Uploads.MalwareScan || stage.Uploads.EventBridge {
		notified = map[string]any{"EventBridgeConfiguration": map[string]bool{"EventBridgeEnabled": true}}
	}
	var got []any
	for _, plan := range t.of("AWS::GuardDuty::MalwareProtectionPlan") {
		properties := maps.Clone(plan.Properties)
		delete(properties, "Tags")
		got = append(got, properties)
		// GuardDuty tests the bucket at once, and an older policy would refuse it.
		for _, policy := range t.of("AWS::S3::BucketPolicy") {
			if reference(policy.Properties["Bucket"]) == t.uploadBucket().id {
				found.equal(plan.id+" waits for the bucket's policy", texts(plan.DependsOn), []string{policy.id})
			}
		}
	}
	found.equal("the scans", got, plans)
	found.equal("the notifications", t.uploadBucket().Properties["NotificationConfiguration"], notified)
	return found
}

func checkBucketCORS(t *template, stage infra.Stage) (found complaints) {
	methods := []string{"PUT"}
	headers := []string{"content-type", "content-disposition", "if-none-match", "x-amz-checksum-sha256", "x-amz-meta-*"}
	exposed := []string{"ETag"}
	if multipart(stage) {
		methods = append(methods, "POST")
		headers = append(headers, "x-amz-checksum-algorithm", "x-amz-mp-object-size")
		exposed = append(exposed, "x-amz-checksum-sha256")
	}
	if stage.Uploads.Downloads != nil || stage.Uploads.Multipart.Resumable {
		methods = append(methods, "GET")
	}
	if stage.Uploads.Multipart.Resumable {
		methods = append(methods, "DELETE")
	}
	if stage.Uploads.Downloads != nil {
		headers = append(headers, "range")
		exposed = append(exposed, "Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Range")
	}
	rules := list(at(t.uploadBucket().Properties, "CorsConfiguration", "CorsRules"))
	found.equal("the number of CORS rules", len(rules), 1)
	for _, rule := range rules {
		found.equal("the bucket's origins", at(rule, "AllowedOrigins"), stage.Uploads.AllowedOrigins)
		found.equal("the bucket's methods", at(rule, "AllowedMethods"), methods)
		found.equal("the bucket's request headers", at(rule, "AllowedHeaders"), headers)
		found.equal("the bucket's exposed headers", at(rule, "ExposedHeaders"), exposed)
	}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		if bucket.id != t.uploadBucket().id && bucket.Properties["CorsConfiguration"] != nil {
			found.add("%s answers browsers too", bucket.id)
		}
	}
	return found
}

// multipart says whether some file is large enough to be sent in parts.
func multipart(stage infra.Stage) bool {
	size, threshold := stage.Uploads.MaxSize, stage.Uploads.Multipart.Threshold
	if size == 0 {
		size = 5 << 30
	}
	if threshold == 0 {
		threshold = 100 << 20
	}
	return size > threshold
}

func checkLifecycle(t *template, stage infra.Stage) (found complaints) {
	unfinished := map[string]any{"DaysAfterInitiation": 1}
	expiry, versions := orZero(stage.Uploads.Expiry).UploadsAfterDays, orZero(stage.Uploads.Expiry).VersionsAfterDays
	uploads := []any{map[string]any{"Id": "AbortUnfinishedUploads", "Status": "Enabled", "AbortIncompleteMultipartUpload": unfinished}}
	if expiry != 0 {
		uploads = append(uploads, map[string]any{"Id": "ExpireUploads", "Status": "Enabled", "Prefix": keyPrefix(stage), "ExpirationInDays": expiry})
	}
	if versions != 0 {
		rule := map[string]any{"Id": "ExpireOlderVersions", "Status": "Enabled", "Prefix": keyPrefix(stage), "NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": versions}}
		if expiry == 0 {
			rule["ExpiredObjectDeleteMarker"] = true
		}
		uploads = append(uploads, rule)
	}
	logs := []any{map[string]any{"Id": "ExpireLogs", "Status": "Enabled", "ExpirationInDays": logDays(stage), "AbortIncompleteMultipartUpload": unfinished}}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		want := logs
		if bucket.id == t.uploadBucket().id {
			want = uploads
		}
		found.equal(bucket.id+"'s lifecycle", at(bucket.Properties, "LifecycleConfiguration", "Rules"), want)
	}
	return found
}

func logDays(stage infra.Stage) int {
	if stage.Uploads.LogRetentionDays == 0 {
		return 90
	}
	return stage.Uploads.LogRetentionDays
}

func checkLogRetention(t *template, stage infra.Stage) (found complaints) {
	found.equal("the number of log groups", len(t.of("AWS::Logs::LogGroup")), len(t.of("AWS::Lambda::Function"))+1)
	for _, group := range t.of("AWS::Logs::LogGroup") {
		found.equal(group.id+"'s retention", group.Properties["RetentionInDays"], logDays(stage))
	}
	return found
}
