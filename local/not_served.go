package main

import (
	"fmt"

	"signpost/internal/cfn"
)

// servedTypes are the resource types that the local run acts on. A type that is in neither list is named at start.
var servedTypes = map[string]bool{
	"AWS::ApiGateway::Authorizer":       true,
	"AWS::ApiGateway::Deployment":       true, // the API is always the template's newest
	"AWS::ApiGateway::GatewayResponse":  true,
	"AWS::ApiGateway::Method":           true,
	"AWS::ApiGateway::Model":            true,
	"AWS::ApiGateway::RequestValidator": true,
	"AWS::ApiGateway::Resource":         true,
	"AWS::ApiGateway::RestApi":          true,
	"AWS::ApiGateway::Stage":            true,
	"AWS::Cognito::UserPool":            true,
	"AWS::Cognito::UserPoolClient":      true,
	"AWS::IAM::Policy":                  true,
	"AWS::IAM::Role":                    true,
	"AWS::Lambda::Function":             true,
	"AWS::Lambda::Permission":           true, // every integration of the template may call its function
	"AWS::S3::Bucket":                   true,
	"AWS::S3::BucketPolicy":             true,
	"AWS::CDK::Metadata":                true, // says which constructs were used; does nothing
}

// instead says what there is in place of a type or a property that is not served.
var instead = map[string]string{
	"AWS::Logs::LogGroup": "log groups and retention: the function logs to function.log, requests to the terminal",
}

// bucketProperties are the bucket's properties that this S3 does not have.
var bucketProperties = map[string]string{
	"BucketEncryption":               "bucket encryption: files lie on this disk as they came",
	"LifecycleConfiguration":         "bucket lifecycle: nothing expires",
	"LoggingConfiguration":           "bucket access logs: requests are printed here instead",
	"VersioningConfiguration":        "bucket versioning: what is deleted is gone at once; its key can be written again, as after a delete marker on AWS",
	"PublicAccessBlockConfiguration": "public access block: nothing here is public, but a policy that made it so would not be refused",
}

// notServed lists what the template asks for and this run does not do.
func notServed(t *cfn.Template) []string {
	var missing []string
	for _, resourceType := range t.Types() {
		switch {
		case servedTypes[resourceType]:
		case instead[resourceType] != "":
			missing = append(missing, instead[resourceType])
		default:
			missing = append(missing, fmt.Sprintf("resources of type %s", resourceType))
		}
	}
	seen := map[string]bool{}
	for _, bucket := range t.OfType("AWS::S3::Bucket") {
		for property := range bucket.Properties {
			if words := bucketProperties[property]; words != "" && !seen[property] {
				seen[property] = true
				missing = append(missing, words)
			}
		}
	}
	missing = append(missing,
		"TLS: loopback stands for it (aws:SecureTransport is true)",
		"Cognito's password policy, MFA, the list of allowed sign-in flows and which attributes users may write: cognito-local does not check them",
		"Cognito's other operations, and pages of other origins than the template's: the owner has all of it at the socket cognito/socket")
	return missing
}
