package template_test

// statementOf is the statement with that sid of the upload bucket's policy.
func (t *template) statementOf(sid string) map[string]any {
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		for _, one := range list(at(policy.Properties, "PolicyDocument", "Statement")) {
			if at(one, "Sid") == sid {
				return object(one)
			}
		}
	}
	return nil
}

// grantOf is the statement with that sid of some role's.
func (t *template) grantOf(sid string) map[string]any {
	for _, role := range t.of("AWS::IAM::Role") {
		for _, one := range list(at(role.Properties, "Policies", 0, "PolicyDocument", "Statement")) {
			if at(one, "Sid") == sid {
				return object(one)
			}
		}
	}
	return nil
}

// cors is the upload bucket's one CORS rule.
func (t *template) cors() map[string]any {
	return object(at(t.Resources[uploadBucket].Properties, "CorsConfiguration", "CorsRules", 0))
}

// lifecycle is the n-th lifecycle rule of the upload bucket.
func (t *template) lifecycle(n int) map[string]any {
	return object(at(t.Resources[uploadBucket].Properties, "LifecycleConfiguration", "Rules", n))
}

var optionMutations = []optionMutation{
	{"no-multipart", mutation{"there are the agreed routes", "a route for parts", func(t *template) { t.nth("AWS::ApiGateway::Method", 3)["HttpMethod"] = "PUT" }}},
	{"no-multipart", mutation{"the bucket lets in just the pages", "parts", func(t *template) { t.cors()["AllowedMethods"] = []any{"PUT", "POST"} }}},
	{"resumable-uploads", mutation{"roles hold only what is agreed", "every multipart upload", func(t *template) { t.grantOf("ResumeUploads")["Resource"] = "*" }}},
	{"resumable-uploads", mutation{"roles hold only what is agreed", "a listing of the bucket", func(t *template) {
		t.grantOf("ResumeUploads")["Action"] = []any{"s3:AbortMultipartUpload", "s3:ListBucketMultipartUploads"}
	}}},
	{"downloads", mutation{"roles hold only what is agreed", "one role for both", func(t *template) {
		t.nth("AWS::Lambda::Function", 0)["Role"] = t.nth("AWS::Lambda::Function", 1)["Role"]
	}}},
	{"downloads", mutation{"roles hold only what is agreed", "older versions", func(t *template) { t.grantOf("GetUploads")["Action"] = []any{"s3:GetObject", "s3:GetObjectVersion"} }}},
	{"downloads", mutation{"the environment is what the function reads", "what the upload function reads", func(t *template) {
		object(at(t.nth("AWS::Lambda::Function", 0), "Environment", "Variables"))["MAX_SIZE_BYTES"] = "1"
	}}},
	{"downloads", mutation{"functions are the agreed size and keep their own log", "a shared log", func(t *template) {
		t.nth("AWS::Lambda::Function", 0)["LoggingConfig"] = t.nth("AWS::Lambda::Function", 1)["LoggingConfig"]
	}}},
	{"existing-pool", mutation{"every method but OPTIONS needs a token", "any account's pool", func(t *template) { t.the("AWS::ApiGateway::Authorizer")["ProviderARNs"] = []any{"*"} }}},
	{"existing-pool", mutation{"the environment is what the function reads", "a client less", func(t *template) { t.environment()["USER_POOL_CLIENT_IDS"] = "2example" }}},
	{"existing-pool", mutation{"the pool is closed and its client has no secret", "a pool beside", func(t *template) { t.with("AWS::Cognito::UserPool", map[string]any{}) }}},
	{"oauth-scopes", mutation{"every method but OPTIONS needs a token", "an ID token", func(t *template) { delete(t.method("POST"), "AuthorizationScopes") }}},
	{"oauth-scopes", mutation{"the environment is what the function reads", "ID tokens", func(t *template) { t.environment()["TOKEN_USE"] = "id" }}},
	{"required-group", mutation{"the environment is what the function reads", "everybody", func(t *template) { t.environment()["REQUIRED_GROUP"] = "" }}},
	{"required-group", mutation{"the pool is closed and its client has no secret", "another group", func(t *template) { t.the("AWS::Cognito::UserPoolGroup")["GroupName"] = "admins" }}},
	{"downloads", mutation{"the bucket lets in just the pages", "a viewer can't read in pieces", func(t *template) { t.cors()["ExposedHeaders"] = []any{"ETag"} }}},
	{"key-prefix", mutation{"roles hold only what is agreed", "the default prefix", func(t *template) {
		t.grantOf("PutUploads")["Resource"] = map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Fn::GetAtt": []any{uploadBucket, "Arn"}}, "/uploads/*"}}}
	}}},
	{"expiry", mutation{"unfinished uploads go, objects stay", "older versions stay", func(t *template) { delete(t.lifecycle(2), "NoncurrentVersionExpiration") }}},
	{"expiry", mutation{"unfinished uploads go, objects stay", "everything goes", func(t *template) { delete(t.lifecycle(1), "Prefix") }}},
	{"older-versions", mutation{"unfinished uploads go, objects stay", "markers stay", func(t *template) { delete(t.lifecycle(1), "ExpiredObjectDeleteMarker") }}},
	{"own-key", mutation{"a key rotates and is the account's alone", "it stays as it is", func(t *template) { t.the("AWS::KMS::Key")["EnableKeyRotation"] = false }}},
	{"own-key", mutation{"a key rotates and is the account's alone", "everybody's", func(t *template) {
		object(at(t.the("AWS::KMS::Key"), "KeyPolicy", "Statement", 0))["Principal"] = map[string]any{"AWS": "*"}
	}}},
	{"own-key", mutation{"roles hold only what is agreed", "every key", func(t *template) { t.grantOf("EncryptUploads")["Resource"] = "*" }}},
	{"own-key", mutation{"roles hold only what is agreed", "the key without S3", func(t *template) { delete(t.grantOf("EncryptUploads"), "Condition") }}},
	{"downloads-with-key", mutation{"roles hold only what is agreed", "the key by another service", func(t *template) {
		object(at(t.grantOf("DecryptUploads"), "Condition", "StringEquals"))["kms:ViaService"] = "sqs.eu-west-1.amazonaws.com"
	}}},
	{"own-key", mutation{"buckets are private, encrypted and TLS only", "a call to KMS for each object", func(t *template) {
		object(at(t.Resources[uploadBucket].Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0))["BucketKeyEnabled"] = false
	}}},
	{"own-key", mutation{"data outlives the stack outside local and dev", "the key goes", func(t *template) { t.of("AWS::KMS::Key")[0].DeletionPolicy = "Delete" }}},
	{"existing-key", mutation{"roles hold only what is agreed", "decryption that nothing needs", func(t *template) {
		t.grantOf("EncryptUploads")["Action"] = []any{"kms:Decrypt", "kms:GenerateDataKey"}
	}}},
	{"load", mutation{"functions are the agreed size and keep their own log", "nothing set aside", func(t *template) { delete(t.the("AWS::Lambda::Function"), "ReservedConcurrentExecutions") }}},
	{"tracing", mutation{"requests are traced where asked", "half a trace", func(t *template) { delete(t.the("AWS::ApiGateway::Stage"), "TracingEnabled") }}},
	{"tracing", mutation{"roles hold only what is agreed", "reading traces", func(t *template) { t.grantOf("SendTraces")["Action"] = "xray:*" }}},
	{"alarms", mutation{"alarms tell one topic", "nobody", func(t *template) { delete(t.the("AWS::CloudWatch::Alarm"), "AlarmActions") }}},
	{"alarms", mutation{"alarms tell one topic", "another bound", func(t *template) { t.the("AWS::CloudWatch::Alarm")["Threshold"] = 5000 }}},
	{"alarms", mutation{"alarms tell one topic", "another metric than is counted", func(t *template) {
		object(at(t.the("AWS::Logs::MetricFilter"), "MetricTransformations", 0))["MetricName"] = "Other"
	}}},
	{"alarms", mutation{"only CloudWatch publishes to the alarms' topic", "anybody", func(t *template) {
		object(at(t.the("AWS::SNS::TopicPolicy"), "PolicyDocument", "Statement", 1))["Principal"] = "*"
	}}},
	{"alarms", mutation{"only CloudWatch publishes to the alarms' topic", "any account", func(t *template) {
		delete(object(at(t.the("AWS::SNS::TopicPolicy"), "PolicyDocument", "Statement", 1)), "Condition")
	}}},
	{"dashboard", mutation{"dashboard and queries show what there is", "nothing", func(t *template) { t.the("AWS::CloudWatch::Dashboard")["DashboardBody"] = "{}" }}},
	{"log-queries", mutation{"dashboard and queries show what there is", "whole lines", func(t *template) { t.the("AWS::Logs::QueryDefinition")["QueryString"] = "fields @message" }}},
	{"access-log-bucket", mutation{"buckets are private, encrypted and TLS only", "another's log", func(t *template) {
		object(t.Resources[uploadBucket].Properties["LoggingConfiguration"])["LogFilePrefix"] = ""
	}}},
	{"source-ranges", mutation{"the bucket refuses what was not signed", "only from there", func(t *template) {
		one := t.statementOf("DenyOtherNetworks")
		one["Condition"] = map[string]any{"IpAddress": object(one["Condition"])["NotIpAddress"]}
	}}},
	{"source-ranges", mutation{"the bucket refuses what was not signed", "one network more", func(t *template) {
		object(at(t.statementOf("DenyOtherNetworks"), "Condition", "NotIpAddress"))["aws:SourceIp"] = []any{"0.0.0.0/0"}
	}}},
	{"web-acl", mutation{"a web ACL stands before the API where asked", "before nothing", func(t *template) {
		t.the("AWS::WAFv2::WebACLAssociation")["ResourceArn"] = "arn:aws:apigateway:eu-west-1::/restapis/a/stages/b"
	}}},
	{"web-acl", mutation{"a web ACL stands before the API where asked", "it only counts", func(t *template) {
		object(at(t.the("AWS::WAFv2::WebACL"), "Rules", 0))["Action"] = map[string]any{"Count": map[string]any{}}
	}}},
	{"web-acl", mutation{"a web ACL stands before the API where asked", "it refuses long names", func(t *template) {
		group := object(at(t.the("AWS::WAFv2::WebACL"), "Rules", 1, "Statement", "ManagedRuleGroupStatement"))
		group["RuleActionOverrides"] = list(group["RuleActionOverrides"])[:1]
	}}},
	{"web-acl", mutation{"a web ACL stands before the API where asked", "its metrics are others' too", func(t *template) {
		object(t.the("AWS::WAFv2::WebACL")["VisibilityConfig"])["MetricName"] = "WebACL"
	}}},
	{"web-acl", mutation{"a web ACL stands before the API where asked", "it keeps requests", func(t *template) {
		object(at(t.the("AWS::WAFv2::WebACL"), "Rules", 1, "VisibilityConfig"))["SampledRequestsEnabled"] = true
	}}},
	{"domain", mutation{"a name of its own is the only way in", "another way in", func(t *template) { delete(t.the("AWS::ApiGateway::RestApi"), "DisableExecuteApiEndpoint") }}},
	{"domain", mutation{"a name of its own is the only way in", "TLS 1.0", func(t *template) { t.the("AWS::ApiGateway::DomainName")["SecurityPolicy"] = "TLS_1_0" }}},
	{"domain-in-a-zone", mutation{"a name of its own is the only way in", "another name in the zone", func(t *template) { t.the("AWS::Route53::RecordSet")["Name"] = "example.com" }}},
	{"domain", mutation{"outputs are the contract's", "the closed endpoint", func(t *template) { t.Outputs["ApiUrl"]["Value"] = "https://a.execute-api.eu-west-1.amazonaws.com/v1/" }}},
	{"event-bridge", mutation{"GuardDuty scans the uploads where asked", "nobody is told", func(t *template) { delete(t.Resources[uploadBucket].Properties, "NotificationConfiguration") }}},
	{"malware-scan", mutation{"GuardDuty scans the uploads where asked", "no verdict", func(t *template) {
		object(at(t.the("AWS::GuardDuty::MalwareProtectionPlan"), "Actions", "Tagging"))["Status"] = "DISABLED"
	}}},
	{"malware-scan", mutation{"GuardDuty scans the uploads where asked", "before the bucket lets it", func(t *template) {
		t.of("AWS::GuardDuty::MalwareProtectionPlan")[0].DependsOn = nil
	}}},
	{"malware-scan", mutation{"GuardDuty scans the uploads where asked", "another prefix", func(t *template) {
		object(at(t.the("AWS::GuardDuty::MalwareProtectionPlan"), "ProtectedResource", "S3Bucket"))["ObjectPrefixes"] = []any{"images/"}
	}}},
	{"malware-scan", mutation{"roles hold only what is agreed", "the scanner deletes", func(t *template) { t.grantOf("AllowMalwareScan")["Action"] = []any{"s3:GetObject", "s3:DeleteObject"} }}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "unscanned objects are read", func(t *template) {
		object(at(t.statementOf("NoReadUnlessClean"), "Condition"))["StringNotEqualsIfExists"] = at(t.statementOf("NoReadUnlessClean"), "Condition", "StringNotEquals")
		delete(object(at(t.statementOf("NoReadUnlessClean"), "Condition")), "StringNotEquals")
	}}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "another sets the verdict", func(t *template) { t.statementOf("OnlyGuardDutyCanTagScanStatus")["Effect"] = "Allow" }}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "another sets the verdict in other letters", func(t *template) {
		condition := object(t.statementOf("OnlyGuardDutyCanTagScanStatus")["Condition"])
		condition["ForAnyValue:StringEquals"] = condition["ForAnyValue:StringEqualsIgnoreCase"]
		delete(condition, "ForAnyValue:StringEqualsIgnoreCase")
	}}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "unscanned objects are replicated", func(t *template) {
		t.statementOf("NoReplicationAroundTheScan")["Action"] = "s3:ReplicateTags"
	}}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "a replica brings its verdict", func(t *template) {
		t.statementOf("NoReplicationAroundTheScan")["Action"] = "s3:GetObjectVersionForReplication"
	}}},
	{"malware-scan", mutation{"the bucket refuses what was not signed", "anybody overwrites", func(t *template) {
		object(at(t.statementOf("DenyOverwriting"), "Condition", "ArnNotEquals"))["aws:PrincipalArn"] = "*"
	}}},
	{"permissions-boundary", mutation{"roles hold only what is agreed", "a role without it", func(t *template) { delete(t.nth("AWS::IAM::Role", 0), "PermissionsBoundary") }}},
	{"role-tags", mutation{"roles hold only what is agreed", "no tag", func(t *template) { delete(t.the("AWS::IAM::Role"), "Tags") }}},
	{"tags", mutation{"tags are on everything", "one without", func(t *template) { delete(t.Resources[uploadBucket].Properties, "Tags") }}},
	{"first-deployment", mutation{"data outlives the stack outside local and dev", "the pool keeps it from being undone", func(t *template) { t.the("AWS::Cognito::UserPool")["DeletionProtection"] = "ACTIVE" }}},
	{"disposable", mutation{"data outlives the stack outside local and dev", "it stays", func(t *template) { t.Resources[uploadBucket].DeletionPolicy = "Retain" }}},
}
