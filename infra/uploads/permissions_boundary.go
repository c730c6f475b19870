package uploads

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// boundary is the policy that bounds the role of the construct with that id, or nil.
func boundary(scope constructs.Construct, id string, props Props) awsiam.IManagedPolicy {
	if props.PermissionsBoundaryARN == "" {
		return nil
	}
	return awsiam.ManagedPolicy_FromManagedPolicyArn(scope, jsii.String(id+"Boundary"), jsii.String(props.PermissionsBoundaryARN))
}

// tag tags what is made within scope.
func tag(scope constructs.IConstruct, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		awscdk.Tags_Of(scope).Add(jsii.String(key), jsii.String(tags[key]), nil)
	}
}
