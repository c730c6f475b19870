package template_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"signpost/infra"
)

func checkBuckets(t *template, _ infra.Stage) (found complaints) {
	policies := map[string][]statement{}
	for _, policy := range t.of("AWS::S3::BucketPolicy") {
		policies[reference(policy.Properties["Bucket"])] = statements(policy.Properties["PolicyDocument"])
	}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		found.equal(bucket.id+"'s public access block", bucket.Properties["PublicAccessBlockConfiguration"], map[string]bool{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		})
		found.equal(bucket.id+"'s ownership", at(bucket.Properties, "OwnershipControls", "Rules", 0, "ObjectOwnership"), "BucketOwnerEnforced")
		found.equal(bucket.id+"'s encryption", at(bucket.Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "SSEAlgorithm"), "AES256")
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
	checkAccessLog(t, policies, &found)
	found.equal("versioning", at(t.uploadBucket().Properties, "VersioningConfiguration", "Status"), "Enabled")
	return found
}

// checkAccessLog: S3's own log of the upload bucket goes to the other bucket, where only S3, and
// only for that bucket, may put it.
func checkAccessLog(t *template, policies map[string][]statement, found *complaints) {
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

func checkUploadBucketPolicy(t *template, _ infra.Stage) (found complaints) {
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
	deny := func(sid, action, condition string, resources ...string) {
		want := statement{Sid: sid, Effect: "Deny", Principal: `{"AWS":"*"}`, Actions: []string{action}, Resources: resources, Condition: condition}
		if !slices.ContainsFunc(got, want.equal) {
			found.add("there is no %s on %s of %v if %s", sid, resources, action, condition)
		}
	}
	deny("DenySignatureVersion2", "s3:*", `{"StringEquals":{"s3:signatureversion":"AWS"}}`, arn, arn+"/*")
	deny("DenyOldSignedUrls", "s3:*", `{"NumericGreaterThan":{"s3:signatureAge":"`+milliseconds+`"},"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}`, arn+"/*")
	deny("DenyPostForms", "s3:PutObject", `{"StringEquals":{"s3:authType":"POST"}}`, arn+"/*")
	deny("DenyOverwriting", "s3:PutObject", `{"Bool":{"s3:ObjectCreationOperation":"true"},"Null":{"s3:if-none-match":"true"}}`, arn+"/*")
	found.equal("the number of statements", len(got), 5) // and plain HTTP
	return found
}

func checkBucketCORS(t *template, stage infra.Stage) (found complaints) {
	rules := list(at(t.uploadBucket().Properties, "CorsConfiguration", "CorsRules"))
	found.equal("the number of CORS rules", len(rules), 1)
	for _, rule := range rules {
		found.equal("the bucket's origins", at(rule, "AllowedOrigins"), stage.Uploads.AllowedOrigins)
		found.equal("the bucket's methods", at(rule, "AllowedMethods"), []string{"PUT"})
		found.equal("the bucket's request headers", at(rule, "AllowedHeaders"),
			[]string{"content-type", "content-disposition", "if-none-match", "x-amz-checksum-sha256", "x-amz-meta-*"})
		found.equal("the bucket's exposed headers", at(rule, "ExposedHeaders"), []string{"ETag"})
	}
	for _, bucket := range t.of("AWS::S3::Bucket") {
		if bucket.id != t.uploadBucket().id && bucket.Properties["CorsConfiguration"] != nil {
			found.add("%s answers browsers too", bucket.id)
		}
	}
	return found
}

func checkLifecycle(t *template, stage infra.Stage) (found complaints) {
	for _, bucket := range t.of("AWS::S3::Bucket") {
		for _, rule := range list(at(bucket.Properties, "LifecycleConfiguration", "Rules")) {
			found.equal(bucket.id+"'s rule", []any{at(rule, "Status"), at(rule, "Prefix"), at(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")}, []any{"Enabled", nil, 1})
			want := any(nil)
			if bucket.id != t.uploadBucket().id {
				want = logDays(stage)
			}
			found.equal(bucket.id+"'s objects' expiry", at(rule, "ExpirationInDays"), want)
		}
		found.equal(bucket.id+"'s number of rules", len(list(at(bucket.Properties, "LifecycleConfiguration", "Rules"))), 1)
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

// checkRetention: what cannot be made again is kept, unless the deployment is one to throw away,
// and then it can be thrown away without a custom resource to empty it first.
func checkRetention(t *template, stage infra.Stage) (found complaints) {
	want, protection := "Retain", "ACTIVE"
	if stage.Uploads.Disposable {
		want, protection = "Delete", "INACTIVE"
	}
	if named := stage.Name == "local" || stage.Name == "dev"; stage.Name != "any" && named != stage.Uploads.Disposable {
		found.add("stage %s has Disposable %v", stage.Name, stage.Uploads.Disposable)
	}
	for _, kind := range []string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::Cognito::UserPool", "AWS::Logs::LogGroup"} {
		for _, holder := range t.of(kind) {
			found.equal(holder.id+"'s deletion policy", holder.DeletionPolicy, want)
			found.equal(holder.id+"'s replacement policy", holder.UpdateReplacePolicy, want)
		}
	}
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		found.equal(pool.id+"'s deletion protection", pool.Properties["DeletionProtection"], protection)
	}
	return found
}

// checkPinnedIDs: CloudFormation knows a resource by its logical id alone. Another id is a new,
// empty bucket or pool, or another URL and client id in every frontend.
func checkPinnedIDs(t *template, _ infra.Stage) (found complaints) {
	for id, kind := range map[string]string{
		"UploadsBucketC4B27CC7":             "AWS::S3::Bucket",
		"UploadsAccessLogBucket6A3DCCE0":    "AWS::S3::Bucket",
		"UploadsUserPoolDD46AEA3":           "AWS::Cognito::UserPool",
		"UploadsUserPoolClientAB6D4DD9":     "AWS::Cognito::UserPoolClient",
		"UploadsApi32C0D62D":                "AWS::ApiGateway::RestApi",
		"UploadsApiAccessLogsFAA55349":      "AWS::Logs::LogGroup",
		"UploadsUploadFunctionLogs1CF67980": "AWS::Logs::LogGroup",
	} {
		if resource := t.Resources[id]; resource == nil || resource.Type != kind {
			found.add("%s %s is gone: a deployment would lose what the old one holds", kind, id)
		}
	}
	return found
}

func checkOutputs(t *template, _ infra.Stage) (found complaints) {
	api := "${" + "UploadsApi32C0D62D" + "}"
	want := map[string]string{
		"ApiUrl":           "https://" + api + ".execute-api.${AWS::Region}.${AWS::URLSuffix}/${UploadsApiDeploymentStagev1E49D9397}/",
		"Region":           "${AWS::Region}",
		"UploadBucketName": "${" + t.uploadBucket().id + "}",
		"UserPoolId":       "${UploadsUserPoolDD46AEA3}",
		"UserPoolClientId": "${UploadsUserPoolClientAB6D4DD9}",
	}
	got := map[string]string{}
	for name, output := range t.Outputs {
		got[name] = render(output["Value"])
		if output["Export"] != nil {
			found.add("output %s is exported", name)
		}
	}
	found.equal("the outputs", got, want)
	return found
}

// checkNothingShared: a stack owns what it makes and no more. Custom resources would bring
// functions and roles that nobody wrote; an account's settings belong to the account.
func checkNothingShared(t *template, _ infra.Stage) (found complaints) {
	for id, resource := range t.Resources {
		if strings.HasPrefix(resource.Type, "Custom::") || resource.Type == "AWS::CloudFormation::CustomResource" || resource.Type == "AWS::ApiGateway::Account" || resource.Type == "AWS::CDK::Metadata" {
			found.add("%s is an %s", id, resource.Type)
		}
	}
	return found
}
