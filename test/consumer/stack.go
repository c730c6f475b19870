package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/uploads"
)

// newStack adds the team's stack: uploads, and a queue that gets an event for each one. Wrong props
// are an error, and then nothing is added.
func newStack(app awscdk.App, props uploads.Props) error {
	if err := props.Validate(); err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	stack := awscdk.NewStack(app, jsii.String("Documents"), nil)
	documents := uploads.New(stack, "Uploads", props)

	queue := awssqs.NewQueue(stack, jsii.String("Arrived"), &awssqs.QueueProps{EnforceSSL: jsii.Bool(true)})
	rule := awsevents.NewCfnRule(stack, jsii.String("OnUpload"), &awsevents.CfnRuleProps{
		EventPattern: map[string]any{
			"source":      []string{"aws.s3"},
			"detail-type": []string{"Object Created"},
			"detail":      map[string]any{"bucket": map[string]any{"name": []*string{documents.Bucket.BucketName()}}},
		},
		Targets: []any{&awsevents.CfnRule_TargetProperty{Id: jsii.String("Arrived"), Arn: queue.QueueArn()}},
	})
	queue.GrantSendMessages(awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.AttrArn()}},
	}))
	awscdk.NewCfnOutput(stack, jsii.String("ApiUrl"), &awscdk.CfnOutputProps{Value: jsii.String(documents.URL)})
	return nil
}
