package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"signpost/lambda/config"
)

// Listings configures POST /listings, which gives users links to lists of their own files.
type Listings struct {
	// Code is the list function's built code, made like Props.Code, of signpost/lambda/list.
	//
	// Required.
	Code awslambda.Code
}

func (l *Listings) check(found problems) {
	if l != nil && l.Code == nil {
		found.add("Code", "is missing: give the list function's built code, as package build makes it")
	}
}

// newListFunction makes the function that signs listings.
func newListFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	return newFunction(scope, props, function{
		id:          "ListFunction",
		handler:     "list",
		description: "Signs listings for signed-in users, each of their own files",
		signs:       "listings",
		code:        props.Listings.Code,
		policy:      "List",
		grants:      []awsiam.PolicyStatement{listUploads(bucket, props)},
		onBucket:    true,
		environment: config.Files{Shared: sharedConfig(props, *bucket.BucketName(), clientIDs)}.Environment(),
	})
}
