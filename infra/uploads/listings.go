package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// Listings configures POST /listings, which gives users links to lists of their own files.
type Listings struct {
	// Code is the list function's built code, made like Props.Code, of signpost/lambda/list.
	//
	// Required.
	Code awslambda.Code
}

// maxKindPrefixes is how many characters the prefixes of the kinds can have in the list role's
// policy. IAM allows 10,240 for all inline policies of a role ("IAM and AWS STS quotas", IAM User
// Guide), and the rest of this one has far fewer than 2,000.
const maxKindPrefixes = 10_240 - 2_000

func (p Props) checkListings(found problems) {
	if p.Listings == nil {
		return
	}
	if size := jsonSize(p.kindPrefixes()); size > maxKindPrefixes {
		found.add("Listings", "need the prefix of each kind in the role's policy, which makes %d characters, %d more than there is room for: give a shorter KeyPrefix, or fewer Kinds", size, size-maxKindPrefixes)
	}
	checkCode(found.in("Listings"), p.Listings.Code, "list")
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
		environment: filesEnvironment(props, bucket, clientIDs),
	})
}
