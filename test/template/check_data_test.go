package template_test

import (
	"encoding/json"
	"strings"
)

// checkRetention: once there is data, it outlives the stack; what a failed creation made goes with
// it, or the next creation would meet it. A disposable deployment goes whole. A first one has no
// protection that would keep CloudFormation from undoing it.
func checkRetention(t *template, want asked) (found complaints) {
	deletion, replacement, protection := "RetainExceptOnCreate", "Retain", "ACTIVE"
	if want.disposable {
		deletion, replacement = "Delete", "Delete"
	}
	if want.disposable || want.firstDeployment {
		protection = "INACTIVE"
	}
	if want.ofRealUsers && want.disposable {
		found.add("this stage is disposable")
	}
	for _, kind := range []string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::Cognito::UserPool", "AWS::KMS::Key", "AWS::Logs::LogGroup"} {
		for _, holder := range t.of(kind) {
			found.equal(holder.id+"'s policies for deletion and replacement", []string{holder.DeletionPolicy, holder.UpdateReplacePolicy}, []string{deletion, replacement})
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

// checkPinnedIDs: CloudFormation identifies a resource only by its logical id. Another id is a new,
// empty bucket or pool, or another URL and client id in every frontend.
func checkPinnedIDs(t *template, want asked) (found complaints) {
	pinned := map[string]string{
		"UploadsBucketC4B27CC7":             "AWS::S3::Bucket",
		"UploadsApi32C0D62D":                "AWS::ApiGateway::RestApi",
		"UploadsApiAccessLogsFAA55349":      "AWS::Logs::LogGroup",
		"UploadsUploadFunctionLogs1CF67980": "AWS::Logs::LogGroup",
	}
	if want.poolARN == "" && !want.noPool {
		pinned["UploadsUserPoolDD46AEA3"] = "AWS::Cognito::UserPool"
		pinned["UploadsUserPoolClientAB6D4DD9"] = "AWS::Cognito::UserPoolClient"
	}
	if want.accessLogBucket == "" {
		pinned["UploadsAccessLogBucket6A3DCCE0"] = "AWS::S3::Bucket"
	}
	if want.ownKey {
		pinned["UploadsKeyEAFA4DCE"] = "AWS::KMS::Key"
	}
	if want.downloads {
		pinned["UploadsDownloadFunctionLogs678B5766"] = "AWS::Logs::LogGroup"
	}
	if want.listings {
		pinned["UploadsListFunctionLogs17CF02AF"] = "AWS::Logs::LogGroup"
	}
	if want.deletions {
		pinned["UploadsDeleteFunctionLogs31ACC98E"] = "AWS::Logs::LogGroup"
	}
	if want.scans {
		pinned["UploadsScanFunctionLogs8B1C35E3"] = "AWS::Logs::LogGroup"
	}
	if want.issuers != nil {
		pinned["UploadsAuthorizeFunctionLogs0592095D"] = "AWS::Logs::LogGroup"
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

func checkReplacement(t *template, _ asked) (found complaints) {
	for kind, properties := range replacing {
		for _, resource := range t.of(kind) {
			for property, want := range properties {
				found.equal(resource.id+" is replaced, with all that it holds, when its "+property+" changes. It", resource.Properties[property], want)
			}
		}
	}
	return found
}

// checkNothingShared: a stack owns what it makes and no more. Custom resources would bring
// functions and roles that nobody wrote; an account's settings belong to the account.
func checkNothingShared(t *template, _ asked) (found complaints) {
	for id, resource := range t.Resources {
		if strings.HasPrefix(resource.Type, "Custom::") || resource.Type == "AWS::CloudFormation::CustomResource" || resource.Type == "AWS::ApiGateway::Account" || resource.Type == "AWS::CDK::Metadata" {
			found.add("%s is an %s", id, resource.Type)
		}
	}
	return found
}

func text(value any) string {
	written, _ := json.Marshal(value)
	return string(written)
}
