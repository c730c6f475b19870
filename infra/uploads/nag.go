package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// excuse is a cdk-nag rule that a resource breaks on purpose.
type excuse struct {
	rule, reason string
	// finding limits the excuse to findings that match this regular expression, which cdk-nag expects between slashes.
	// "" is the whole rule.
	finding string
}

// excuseFromNag writes the excuses into the metadata of the construct's resource, where cdk-nag and a reader of the template
// find them. The format is cdk-nag's ("Suppressing a Rule" in its README). Only the tests need cdk-nag itself.
func excuseFromNag(construct constructs.IConstruct, excuses ...excuse) {
	rules := make([]map[string]any, len(excuses))
	for i, excuse := range excuses {
		rules[i] = map[string]any{"id": excuse.rule, "reason": excuse.reason}
		if excuse.finding != "" {
			rules[i]["applies_to"] = []map[string]string{{"regex": excuse.finding}}
		}
	}
	resource, ok := construct.(awscdk.CfnResource)
	if !ok {
		resource = construct.Node().DefaultChild().(awscdk.CfnResource)
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
}
