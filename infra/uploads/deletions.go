package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// Deletions configures POST /deletions, which lets users delete their own files.
type Deletions struct {
	// Code is the delete function's built code, made like Props.Code, of signpost/lambda/delete.
	//
	// Required.
	Code awslambda.Code
}

func (d *Deletions) check(found problems) {
	if d != nil {
		checkCode(found, d.Code, "delete")
	}
}

// newDeleteFunction makes the function that signs deletions.
func newDeleteFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	return newFunction(scope, props, function{
		id:          "DeleteFunction",
		handler:     "delete",
		description: "Signs deletions for signed-in users, each of their own files",
		signs:       "deletions",
		code:        props.Deletions.Code,
		policy:      "Delete",
		grants:      []awsiam.PolicyStatement{deleteUploads(bucket, props)},
		environment: filesEnvironment(props, bucket, clientIDs),
	})
}
