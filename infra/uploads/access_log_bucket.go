package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// logAccess has S3 write the bucket's server access log to logs, by leave of a bucket policy. CDK's
// own ServerAccessLogsBucket does so only under a feature flag, and else by an ACL, which
// BucketOwnerEnforced rules out; this construct must not depend on the flags of an app.
//
// A bucket that the props name gets the log under this construct's own path, since others may log
// there too, and its policy is its owner's to write.
func logAccess(scope constructs.Construct, props Props, bucket awss3.Bucket) {
	const prefix = "s3-access/"
	if props.AccessLogBucketName != "" {
		setAccessLog(bucket, props.AccessLogBucketName, *scope.Node().Path()+"/"+prefix)
		return
	}
	logs := newAccessLogBucket(scope, props)
	setAccessLog(bucket, *logs.BucketName(), prefix)
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

func setAccessLog(bucket awss3.Bucket, logs, prefix string) {
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: jsii.String(logs),
		LogFilePrefix:         jsii.String(prefix),
	})
}

// newAccessLogBucket makes the bucket that S3 writes the upload bucket's server access log to.
// Such a line holds the request's URL, signature included, and is written hours later, when the
// URL is long dead and, if it worked, its object exists and can't be written again.
func newAccessLogBucket(scope constructs.Construct, props Props) awss3.Bucket {
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
	excuseFromNag(bucket, accessLogBucketExcuses()...)
	bucket.Policy().ApplyRemovalPolicy(removalPolicy(props))
	return bucket
}
