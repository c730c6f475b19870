package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// suppression is a cdk-nag rule that a resource breaks on purpose.
type suppression struct {
	rule, reason string
	// finding limits the suppression to findings that match this regular expression, which cdk-nag
	// expects between slashes. "" is the whole rule.
	finding string
}

// suppressNag writes the suppressions into the metadata of the construct's resource, where cdk-nag
// and a reader of the template find them. The format is cdk-nag's ("Suppressing a Rule" in its
// README). Only the tests need cdk-nag itself.
func suppressNag(construct constructs.IConstruct, suppressions ...suppression) {
	rules := make([]map[string]any, len(suppressions))
	for i, suppression := range suppressions {
		rules[i] = map[string]any{"id": suppression.rule, "reason": suppression.reason}
		if suppression.finding != "" {
			rules[i]["applies_to"] = []map[string]string{{"regex": suppression.finding}}
		}
	}
	resource, ok := construct.(awscdk.CfnResource)
	if !ok {
		resource = construct.Node().DefaultChild().(awscdk.CfnResource)
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": rules})
}
