package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func (p Props) checkPermissionsBoundary(found problems) {
	found.notBoth("PermissionsBoundary", p.PermissionsBoundary != nil, "PermissionsBoundaryARN", p.PermissionsBoundaryARN != "")
	found.arn("PermissionsBoundaryARN", "managed policy", p.PermissionsBoundaryARN)
}

// permissionsBoundary returns the boundary of the role of the construct with that id, or nil.
func permissionsBoundary(scope constructs.Construct, id string, props Props) awsiam.IManagedPolicy {
	if props.PermissionsBoundaryARN == "" {
		return props.PermissionsBoundary
	}
	return awsiam.ManagedPolicy_FromManagedPolicyArn(scope, jsii.String(id+"Boundary"), jsii.String(props.PermissionsBoundaryARN))
}
