package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

func (p Props) checkAccessLogBucket(found problems) {
	found.notBoth("AccessLogBucket", p.AccessLogBucket != nil, "AccessLogBucketName", p.AccessLogBucketName != "")
	if name := p.AccessLogBucketName; name != "" && !IsToken(name) {
		if problem := config.BucketNameProblem(name); problem != "" {
			found.add("AccessLogBucketName", "%q %s", name, problem)
		}
	}
}

// logAccess has S3 write the bucket's server access log into a new bucket, whose policy permits it,
// or into the existing one. In an existing one the log gets the path of this construct, since other
// buckets may log there too.
//
// CDK's own ServerAccessLogsBucket writes such a policy only under a feature flag, and otherwise an
// ACL, which BucketOwnerEnforced excludes; the construct must not depend on the feature flags of an
// app.
func logAccess(scope constructs.Construct, props Props, bucket awss3.Bucket) {
	const prefix = "s3-access/"
	if existing := props.accessLogBucketName(); existing != "" {
		setAccessLog(bucket, existing, *scope.Node().Path()+"/"+prefix)
		return
	}
	logs := newAccessLogBucket(scope, props)
	setAccessLog(bucket, *logs.BucketName(), prefix)
	logs.AddToResourcePolicy(takeAccessLogs(logs, bucket, prefix))
}

// accessLogBucketName is the name of the existing bucket for access logs, or "".
func (p Props) accessLogBucketName() string {
	if p.AccessLogBucket != nil {
		return *p.AccessLogBucket.BucketName()
	}
	return p.AccessLogBucketName
}

func setAccessLog(bucket awss3.Bucket, logs, prefix string) {
	bucket.Node().DefaultChild().(awss3.CfnBucket).SetLoggingConfiguration(&awss3.CfnBucket_LoggingConfigurationProperty{
		DestinationBucketName: jsii.String(logs),
		LogFilePrefix:         jsii.String(prefix),
	})
}

// newAccessLogBucket makes the bucket that S3 writes the upload bucket's server access log into. A
// line contains the request's URL, with its signature. S3 writes it hours later, when the URL has
// expired and, if the upload succeeded, the object exists and can't be written again.
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
	suppressNag(bucket, accessLogBucketSuppressions()...)
	bucket.Policy().ApplyRemovalPolicy(removalPolicy(props))
	return bucket
}
