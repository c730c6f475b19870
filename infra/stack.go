package infra

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/uploads"
)

// UploadStack is one deployment: one Uploads, its outputs and its tags.
type UploadStack struct {
	awscdk.Stack
	Uploads *uploads.Uploads
}

// NewUploadStack adds the stack of a stage, by the stage's own stack name. Like [uploads.New], it
// panics with a [*uploads.PropsError] when the stage's props are wrong.
func NewUploadStack(scope constructs.Construct, stage Stage) *UploadStack {
	if err := stage.Uploads.Validate(); err != nil {
		panic(err)
	}
	stack := awscdk.NewStack(scope, jsii.String(stage.StackName()), &awscdk.StackProps{
		Description: jsii.String("Signpost (" + stage.Name + "): safe uploads from a browser straight to S3"),
		// The CLI sets it at each deployment, and turns it off if the cloud assembly doesn't have
		// it. The first deployment has none, so that a creation that fails can be undone.
		TerminationProtection: jsii.Bool(!stage.Uploads.Disposable && !stage.Uploads.FirstDeployment),
	})
	// The id is part of every logical id.
	made := uploads.New(stack, "Uploads", stage.Uploads)
	output := func(name string, value *string) {
		awscdk.NewCfnOutput(stack, jsii.String(name), &awscdk.CfnOutputProps{Value: value})
	}
	output("ApiUrl", jsii.String(made.URL))
	output("Region", stack.Region())
	output("UploadBucketName", made.Bucket.BucketName())
	if made.UserPool != nil {
		output("UserPoolId", made.UserPool.UserPoolId())
		output("UserPoolClientId", made.Client.UserPoolClientId())
	}
	if issuers := stage.Uploads.Callers.Issuers; issuers != nil {
		// No URL has a space in it.
		output("IssuerUrls", jsii.String(strings.Join(issuers.URLs(), " ")))
	}
	awscdk.Tags_Of(stack).Add(jsii.String("project"), jsii.String("signpost"), nil)
	awscdk.Tags_Of(stack).Add(jsii.String("stage"), jsii.String(stage.Name), nil)
	return &UploadStack{Stack: stack, Uploads: made}
}
