package template_test

import (
	"encoding/json"
	"strings"

	"signpost/infra"
)

// checkRetention: what cannot be made again is kept once it is there, and goes with a creation that fails, or
// the next one would meet what it left. A deployment to throw away can be thrown away without a custom
// resource to empty it first. A first one has no protection that would keep it from being undone.
func checkRetention(t *template, stage infra.Stage) (found complaints) {
	deletion, replacement, protection := "RetainExceptOnCreate", "Retain", "ACTIVE"
	if stage.Uploads.Disposable {
		deletion, replacement = "Delete", "Delete"
	}
	if stage.Uploads.Disposable || stage.Uploads.FirstDeployment {
		protection = "INACTIVE"
	}
	if isDeployed(stage) && forTrials(stage) != stage.Uploads.Disposable {
		found.add("stage %s has Disposable %v", stage.Name, stage.Uploads.Disposable)
	}
	for _, kind := range []string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::Logs::LogGroup"} {
		for _, holder := range t.of(kind) {
			found.equal(holder.id+"'s deletion policy", holder.DeletionPolicy, deletion)
			found.equal(holder.id+"'s replacement policy", holder.UpdateReplacePolicy, replacement)
		}
	}
	for id, resource := range t.Resources {
		if resource.DeletionPolicy == "Retain" {
			found.add("%s outlives a creation that fails", id)
		}
	}
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		found.equal(pool.id+"'s deletion protection", pool.Properties["DeletionProtection"], protection)
	}
	return found
}

// checkPinnedIDs: CloudFormation knows a resource by its logical id alone. Another id is a new,
// empty bucket or pool, or another URL and client id in every frontend.
func checkPinnedIDs(t *template, stage infra.Stage) (found complaints) {
	pinned := map[string]string{
		"UploadsBucketC4B27CC7":             "AWS::S3::Bucket",
		"UploadsApi32C0D62D":                "AWS::ApiGateway::RestApi",
		"UploadsApiAccessLogsFAA55349":      "AWS::Logs::LogGroup",
		"UploadsUploadFunctionLogs1CF67980": "AWS::Logs::LogGroup",
	}
	if stage.Uploads.UserPoolARN == "" {
		pinned["UploadsUserPoolDD46AEA3"] = "AWS::Cognito::UserPool"
		pinned["UploadsUserPoolClientAB6D4DD9"] = "AWS::Cognito::UserPoolClient"
	}
	if stage.Uploads.AccessLogBucketName == "" {
		pinned["UploadsAccessLogBucket6A3DCCE0"] = "AWS::S3::Bucket"
	}
	if stage.Uploads.OwnKey {
		pinned["UploadsKeyEAFA4DCE"] = "AWS::KMS::Key"
	}
	if stage.Uploads.Downloads {
		pinned["UploadsDownloadFunctionLogs678B5766"] = "AWS::Logs::LogGroup"
	}
	for id, kind := range pinned {
		if resource := t.Resources[id]; resource == nil || resource.Type != kind {
			found.add("%s %s is gone: a deployment would lose what the old one holds", kind, id)
		}
	}
	return found
}

// replacing are the properties that CloudFormation can't change on what holds data: with another
// value it makes a new one ("Update requires: Replacement" in the reference of each type).
var replacing = map[string]map[string]any{
	"AWS::S3::Bucket":              {"BucketName": nil},
	"AWS::Cognito::UserPool":       {"AliasAttributes": nil, "UsernameAttributes": []string{"email"}, "UsernameConfiguration": map[string]bool{"CaseSensitive": false}, "Schema": nil},
	"AWS::Cognito::UserPoolClient": {"GenerateSecret": false},
	"AWS::KMS::Key":                {"KeySpec": nil, "KeyUsage": nil, "MultiRegion": nil, "Origin": nil},
	"AWS::Logs::LogGroup":          {"LogGroupName": nil},
	"AWS::ApiGateway::Stage":       {"StageName": "v1"},
}

// checkReplacement: beside another id, another value of these properties is a new bucket or pool.
func checkReplacement(t *template, _ infra.Stage) (found complaints) {
	for kind, properties := range replacing {
		for _, resource := range t.of(kind) {
			for property, want := range properties {
				if got, _ := json.Marshal(resource.Properties[property]); string(got) != text(want) {
					found.add("with %s %s instead of %s, CloudFormation replaces %s %s: a deployment would lose what the old one holds", property, got, text(want), kind, resource.id)
				}
			}
		}
	}
	return found
}

func text(value any) string {
	written, _ := json.Marshal(value)
	return string(written)
}

func checkOutputs(t *template, stage infra.Stage) (found complaints) {
	api := "${" + "UploadsApi32C0D62D" + "}"
	want := map[string]string{
		"ApiUrl":           "https://" + api + ".execute-api.${AWS::Region}.${AWS::URLSuffix}/${UploadsApiDeploymentStagev1E49D9397}/",
		"Region":           "${AWS::Region}",
		"UploadBucketName": "${" + t.uploadBucket().id + "}",
		"UserPoolId":       "${UploadsUserPoolDD46AEA3}",
		"UserPoolClientId": "${UploadsUserPoolClientAB6D4DD9}",
	}
	if arn := stage.Uploads.UserPoolARN; arn != "" {
		want["UserPoolId"] = arn[strings.Index(arn, "/")+1:]
		want["UserPoolClientId"] = stage.Uploads.UserPoolClientIDs[0]
	}
	if name := stage.Uploads.DomainName; name != "" {
		want["ApiUrl"] = "https://" + name + "/"
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

// checkDependencies: what a property says already, DependsOn need not say again; cfn-lint warns
// of it (W3005).
func checkDependencies(t *template, _ infra.Stage) (found complaints) {
	for id, resource := range t.Resources {
		named := map[string]bool{}
		references(resource.Properties, named)
		for _, other := range texts(resource.DependsOn) {
			if named[other] {
				found.add("%s says twice that it depends on %s", id, other)
			}
			if t.Resources[other] == nil {
				found.add("%s depends on %s, which isn't there", id, other)
			}
		}
	}
	return found
}
