package uploads

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// uploadDenials are the bucket's own refusals, beside plain HTTP which EnforceSSL refuses. They
// bind everyone, whatever else grants: an object is written once, under a young SigV4 signature.
// scanner is the role that scans for malware, nil for none. The condition keys are those of "Amazon S3
// Signature Version 4 Authentication Specific Policy Keys" and "Enforce conditional writes on Amazon S3
// buckets".
func uploadDenials(bucket awss3.Bucket, props Props, scanner awsiam.IRole) []awsiam.PolicyStatement {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	// A signed URL dies at its own X-Amz-Expires; this also stops one that was signed, by whomever,
	// to live longer. S3 counts the age in milliseconds. Requests signed in a header are another
	// matter: S3 itself gives those 15 minutes.
	oldURL := stringEquals("s3:authType", "REST-QUERY-STRING")
	oldURL["NumericGreaterThan"] = map[string]any{
		"s3:signatureAge": strconv.FormatInt(props.URLLifetime.Milliseconds(), 10),
	}
	// UploadPart and CreateMultipartUpload are s3:PutObject too, but create no object and take no
	// such header: ObjectCreationOperation leaves them out.
	overwriting := map[string]any{
		"Null": map[string]any{"s3:if-none-match": "true"},
		"Bool": map[string]any{"s3:ObjectCreationOperation": "true"},
	}
	if scanner != nil {
		overwriting["ArnNotEquals"] = map[string]any{"aws:PrincipalArn": scanner.RoleArn()} // it puts one test object
	}
	denials := []awsiam.PolicyStatement{
		deny("DenySignatureVersion2", "s3:*", stringEquals("s3:signatureversion", "AWS"), *bucket.BucketArn(), objects),
		deny("DenyOldSignedUrls", "s3:*", oldURL, *bucket.BucketArn(), objects),
		// A POST form can't carry If-None-Match, so it could overwrite.
		deny("DenyPostForms", "s3:PutObject", stringEquals("s3:authType", "POST"), objects),
		deny("DenyOverwriting", "s3:PutObject", overwriting, objects),
	}
	if len(props.SourceRanges) > 0 {
		denials = append(denials, denyOtherNetworks(bucket, props))
	}
	if scanner != nil {
		denials = append(denials, scanDenials(bucket, scanner)...)
	}
	return denials
}

// denyOtherNetworks refuses uploads from elsewhere than the props' ranges. A request without a
// source address, which is one through a VPC endpoint, is refused too ("aws:SourceIp" in "AWS global
// condition context keys", IAM User Guide). It looks at the uploads' own prefix: what S3 and
// GuardDuty put themselves lies outside of it.
func denyOtherNetworks(bucket awss3.Bucket, props Props) awsiam.PolicyStatement {
	return denyAll("DenyOtherNetworks", []string{"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
		map[string]any{"NotIpAddress": map[string]any{"aws:SourceIp": props.SourceRanges}}, uploadsARN(bucket, props))
}

// deny refuses everyone an action, under conditions.
func deny(sid, action string, conditions map[string]any, resources ...string) awsiam.PolicyStatement {
	return denyAll(sid, []string{action}, conditions, resources...)
}

// denyAll refuses everyone some actions, under conditions; nil is always.
func denyAll(sid string, actions []string, conditions map[string]any, resources ...string) awsiam.PolicyStatement {
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
