package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newUploadBucket makes the bucket that browsers upload to. A change of its id, or of its place in
// the construct tree, would replace it.
func newUploadBucket(scope constructs.Construct, props Props) awss3.Bucket {
	options := awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		Versioned:         jsii.Bool(true),
		Cors:              &[]*awss3.CorsRule{bucketCORS(props)},
		LifecycleRules:    lifecycleRules(props),
		RemovalPolicy:     removalPolicy(props),
	}
	if key := newEncryptionKey(scope, props); key != nil {
		options.Encryption, options.EncryptionKey = awss3.BucketEncryption_KMS, key
		options.BucketKeyEnabled = jsii.Bool(true) // one call to KMS for many objects
	}
	if props.TransferAcceleration {
		// Not false: CDK would then write the state Suspended.
		options.TransferAcceleration = jsii.Bool(true)
	}
	bucket := awss3.NewBucket(scope, jsii.String("Bucket"), &options)
	suppressNag(bucket, uploadBucketSuppressions(props)...)
	if props.EventBridge || props.MalwareScan || props.Webhook != nil {
		// Not with BucketProps: CDK would add another function to set this. GuardDuty sets it by
		// itself, without CloudFormation, so it is set with MalwareScan too.
		bucket.Node().DefaultChild().(awss3.CfnBucket).SetNotificationConfiguration(&awss3.CfnBucket_NotificationConfigurationProperty{
			EventBridgeConfiguration: &awss3.CfnBucket_EventBridgeConfigurationProperty{EventBridgeEnabled: jsii.Bool(true)},
		})
	}
	logAccess(scope, props, bucket)
	var scanner awsiam.IRole
	if props.MalwareScan {
		scanner = newMalwareScan(scope, props, bucket)
	}
	for _, statement := range uploadDenials(bucket, props, scanner) {
		bucket.AddToResourcePolicy(statement)
	}
	// A bucket that remains when the stack is deleted keeps its policy.
	bucket.Policy().ApplyRemovalPolicy(removalPolicy(props))
	return bucket
}

// removalPolicy is what happens to data when the stack is deleted or replaces its resource: it
// remains, unless the deployment is disposable. What a failed creation made is deleted, since it
// has no data yet and the next attempt makes its own: that is CloudFormation's RetainExceptOnCreate
// ("DeletionPolicy attribute", AWS CloudFormation Template Reference).
func removalPolicy(props Props) awscdk.RemovalPolicy {
	if props.Disposable {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
}
