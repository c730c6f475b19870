package infra

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// uploadHeaders are the request headers a browser needs leave for: those of the signed requests
// that its own script sets. Content-Length and Host are the browser's and never asked about.
var uploadHeaders = []string{
	"content-type",
	"content-disposition",
	"if-none-match",
	"x-amz-checksum-sha256",
	"x-amz-meta-*",
}

// newUploadBucket makes the bucket that browsers upload to. Its id is part of what it stores:
// another id, or another place in the tree, is another bucket.
func newUploadBucket(scope constructs.Construct, props UploadsProps, logs awss3.Bucket) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String("Bucket"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		Versioned:         jsii.Bool(true),
		Cors: &[]*awss3.CorsRule{{
			AllowedOrigins: jsii.Strings(props.AllowedOrigins...),
			AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_PUT},
			AllowedHeaders: jsii.Strings(uploadHeaders...),
			ExposedHeaders: jsii.Strings("ETag"),
			MaxAge:         jsii.Number(preflightMaxAge.Seconds()),
		}},
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                                  jsii.String("AbortUnfinishedUploads"),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: removalPolicy(props),
	})
	logAccess(bucket, logs)
	for _, statement := range uploadDenials(bucket, props) {
		bucket.AddToResourcePolicy(statement)
	}
	// A bucket that outlives the stack goes on refusing.
	bucket.Policy().ApplyRemovalPolicy(removalPolicy(props))
	return bucket
}

// uploadDenials are the bucket's own refusals, beside plain HTTP which EnforceSSL refuses. They
// bind everyone, whatever else grants: an object is written once, under a young SigV4 signature.
// The condition keys are those of "Amazon S3 Signature Version 4 Authentication Specific Policy
// Keys" and "Enforce conditional writes on Amazon S3 buckets".
func uploadDenials(bucket awss3.Bucket, props UploadsProps) []awsiam.PolicyStatement {
	objects := *bucket.ArnForObjects(jsii.String("*"))
	deny := func(sid, action string, conditions map[string]any, resources ...string) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        jsii.String(sid),
			Effect:     awsiam.Effect_DENY,
			Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
			Actions:    jsii.Strings(action),
			Resources:  jsii.Strings(resources...),
			Conditions: &conditions,
		})
	}
	equals := func(key, value string) map[string]any {
		return map[string]any{"StringEquals": map[string]any{key: value}}
	}
	// A signed URL dies at its own X-Amz-Expires; this also stops one that was signed, by whomever,
	// to live longer. S3 counts the age in milliseconds. Requests signed in a header are another
	// matter: S3 itself gives those 15 minutes.
	oldURL := equals("s3:authType", "REST-QUERY-STRING")
	oldURL["NumericGreaterThan"] = map[string]any{
		"s3:signatureAge": strconv.FormatInt(props.URLLifetime.Milliseconds(), 10),
	}
	return []awsiam.PolicyStatement{
		deny("DenySignatureVersion2", "s3:*", equals("s3:signatureversion", "AWS"), *bucket.BucketArn(), objects),
		deny("DenyOldSignedUrls", "s3:*", oldURL, objects),
		// A POST form can't carry If-None-Match, so it could overwrite.
		deny("DenyPostForms", "s3:PutObject", equals("s3:authType", "POST"), objects),
		// UploadPart and CreateMultipartUpload are s3:PutObject too, but create no object and take no
		// such header: ObjectCreationOperation leaves them out.
		deny("DenyOverwriting", "s3:PutObject", map[string]any{
			"Null": map[string]any{"s3:if-none-match": "true"},
			"Bool": map[string]any{"s3:ObjectCreationOperation": "true"},
		}, objects),
	}
}

// logAccess has S3 write the bucket's server access log to logs, by leave of a bucket policy. CDK's
// own ServerAccessLogsBucket does so only under a feature flag, and else by an ACL, which
// BucketOwnerEnforced rules out; this construct must not depend on the flags of an app.
func logAccess(bucket, logs awss3.Bucket) {
	const prefix = "s3-access/"
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: logs.BucketName(),
		LogFilePrefix:         jsii.String(prefix),
	})
	logs.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TakeAccessLogs"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("logging.s3.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:PutObject"),
		Resources:  jsii.Strings(*logs.ArnForObjects(jsii.String(prefix + "*"))),
		Conditions: &map[string]any{
			"ArnLike":      map[string]any{"aws:SourceArn": bucket.BucketArn()},
			"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(bucket).Account()},
		},
	}))
}

// newAccessLogBucket makes the bucket that S3 writes the upload bucket's server access log to.
// Such a line holds the request's URL, signature included, and is written hours later, when the
// URL is long dead and, if it worked, its object exists and can't be written again.
func newAccessLogBucket(scope constructs.Construct, props UploadsProps) awss3.Bucket {
	bucket := awss3.NewBucket(scope, jsii.String("AccessLogBucket"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id:                                  jsii.String("ExpireLogs"),
			Expiration:                          awscdk.Duration_Days(jsii.Number(props.LogRetentionDays)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: removalPolicy(props),
	})
	bucket.Policy().ApplyRemovalPolicy(removalPolicy(props))
	return bucket
}

// removalPolicy is the fate of what holds data once the stack no longer does.
func removalPolicy(props UploadsProps) awscdk.RemovalPolicy {
	if props.Disposable {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN
}
