package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// excuse is one cdk-nag rule that a resource breaks on purpose.
type excuse struct {
	rule, reason string
	// finding narrows the excuse to findings that match this regular expression, written between
	// slashes as cdk-nag wants it. "" is the whole rule.
	finding string
}

// excuseFromNag writes the excuses into the metadata of the resource that construct stands for,
// where cdk-nag looks for them, and where a reader of the template finds them beside what they
// excuse. The format is cdk-nag's ("Suppressing a Rule" in its README); cdk-nag itself is needed
// by the tests alone.
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
