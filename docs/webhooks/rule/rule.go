// Package rule has EventBridge call a function for every stored file.
package rule

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/uploads"
)

// Add adds the rule to a stack. files must have the prop EventBridge.
func Add(stack awscdk.Stack, files *uploads.Uploads, function awslambda.IFunction) awsevents.Rule {
	undelivered := awssqs.NewQueue(stack, jsii.String("Undelivered"), &awssqs.QueueProps{EnforceSSL: jsii.Bool(true)})
	return awsevents.NewRule(stack, jsii.String("Arrived"), &awsevents.RuleProps{
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.s3"),
			DetailType: jsii.Strings("Object Created"),
			Detail: &map[string]any{
				"bucket": map[string]any{"name": []*string{files.Bucket.BucketName()}},
				"object": map[string]any{"key": awsevents.Match_Prefix(jsii.String("uploads/"))},
				"reason": jsii.Strings("PutObject", "CompleteMultipartUpload"),
			},
		},
		Targets: &[]awsevents.IRuleTarget{
			awseventstargets.NewLambdaFunction(function, &awseventstargets.LambdaFunctionProps{DeadLetterQueue: undelivered}),
		},
	})
}
