package main

import (
	"fmt"
	"maps"
	"slices"

	"signpost/internal/cfn"
)

// supportedTypes are the resource types that the local run implements. It names all others at
// start.
var supportedTypes = map[string]bool{
	"AWS::ApiGateway::Authorizer":       true,
	"AWS::ApiGateway::Deployment":       true, // the API always serves the current template
	"AWS::ApiGateway::GatewayResponse":  true,
	"AWS::ApiGateway::Method":           true,
	"AWS::ApiGateway::Model":            true,
	"AWS::ApiGateway::RequestValidator": true,
	"AWS::ApiGateway::Resource":         true,
	"AWS::ApiGateway::RestApi":          true,
	"AWS::ApiGateway::Stage":            true,
	"AWS::Cognito::UserPool":            true,
	"AWS::Cognito::UserPoolClient":      true,
	"AWS::Events::ApiDestination":       true, // see package webhook
	"AWS::Events::Connection":           true,
	"AWS::Events::Rule":                 true,
	"AWS::IAM::Policy":                  true,
	"AWS::IAM::Role":                    true,
	"AWS::Lambda::Function":             true,
	"AWS::Lambda::Permission":           true, // every integration in the template may call its function
	"AWS::S3::Bucket":                   true,
	"AWS::S3::BucketPolicy":             true,
	"AWS::SQS::QueuePolicy":             true, // nobody else writes to the file that stands in for the queue
	"AWS::CDK::Metadata":                true, // names the constructs that were used, and does nothing
}

// typeDifferences say what the local run does instead of implementing a resource type.
var typeDifferences = map[string]string{
	"AWS::Cognito::UserPoolGroup":           "Cognito: the pool has no groups. Make them, and add users, through the socket cognito/socket in the data folder.",
	"AWS::GuardDuty::MalwareProtectionPlan": "GuardDuty: a stand-in scans uploads. It only knows EICAR's test file, looks into no archive, and forgets uploads that wait for their scan when the run ends.",
	"AWS::SQS::Queue":                       "EventBridge's queue: what the webhook can't be told of goes to undelivered.jsonl in the data folder, and what isn't delivered when the run ends is forgotten.",
	"AWS::Logs::LogGroup":                   "Log groups and retention: the function logs to function.log, and requests are printed here.",
}

// bucketDifferences say what the local S3 does instead of implementing a property of a bucket.
var bucketDifferences = map[string]string{
	"AccelerateConfiguration":        "S3 Transfer Acceleration: URLs go to the local S3 and not to an edge location.",
	"BucketEncryption":               "Bucket encryption: files are stored on this disk as they are.",
	"LifecycleConfiguration":         "Bucket lifecycle: nothing expires.",
	"LoggingConfiguration":           "Bucket access logs: requests are printed here instead.",
	"VersioningConfiguration":        "Bucket versioning: older versions and deleted files stay in s3/versions in the data folder, but nobody here has an operator's permissions to list or restore them.",
	"PublicAccessBlockConfiguration": "Block Public Access: nothing here is public, but a policy that made it public wouldn't be refused.",
}

// userPoolDifferences are those of a template with a user pool.
var userPoolDifferences = []string{
	"Cognito: password policy, MFA, allowed sign-in flows and writable attributes are not checked.",
	"Cognito: only pages of the template's origins are answered, and only to sign in. The socket cognito/socket in the data folder has the whole API.",
	"Cognito: tokens name the issuer that they would name on AWS, below " + issuerDomain + "/. Its keys are on this machine, and nothing is asked of AWS.",
}

// differences lists what the template asks for and the local run does in another way, or not at
// all.
func differences(t *cfn.Template) []string {
	var all []string
	for _, resourceType := range t.Types() {
		switch {
		case supportedTypes[resourceType]:
		case typeDifferences[resourceType] != "":
			all = append(all, typeDifferences[resourceType])
		default:
			all = append(all, fmt.Sprintf("Resources of type %s don't exist here.", resourceType))
		}
	}
	properties := map[string]bool{}
	for _, bucket := range t.OfType("AWS::S3::Bucket") {
		for property := range bucket.Properties {
			properties[property] = true
		}
	}
	for _, property := range slices.Sorted(maps.Keys(properties)) {
		if difference := bucketDifferences[property]; difference != "" {
			all = append(all, difference)
		}
	}
	all = append(all, "TLS: requests use plain HTTP over loopback, and aws:SecureTransport is true.")
	if len(t.OfType("AWS::Cognito::UserPool")) > 0 {
		all = append(all, userPoolDifferences...)
	}
	return all
}
