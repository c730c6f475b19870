package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// addWebACL puts a web ACL before the API's stage, where the props ask for one.
func addWebACL(scope constructs.Construct, props Props, api awsapigateway.RestApi) {
	arn := jsii.String(props.WebACLARN)
	if props.WebACL {
		arn = newWebACL(scope, props).AttrArn()
	}
	if *arn != "" {
		awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebACLAssociation"), &awswafv2.CfnWebACLAssociationProps{
			ResourceArn: api.DeploymentStage().StageArn(),
			WebAclArn:   arn,
		})
	}
}

// onlyCounted are those of AWS's common rules that would refuse what the API takes ("Baseline rule
// groups", AWS WAF Developer Guide). A list of 100 parts with their checksums is over 8 KB; a name of
// 255 characters can be over 2,048 bytes in a query, and may end in ".log" or ".ini". API Gateway and
// the function have limits of their own.
func onlyCounted(props Props) []string {
	rules := []string{"SizeRestrictions_BODY"}
	if !props.NoSimpleRoute { // no other route reads the query
		rules = append(rules, "SizeRestrictions_QUERYSTRING", "RestrictedExtensions_QUERYARGUMENTS")
	}
	return rules
}

// newWebACL makes a web ACL that lets in all but who asks too often, and what AWS's common rules
// find.
//
// No requests are sampled: a sample shows headers, and so tokens.
func newWebACL(scope constructs.Construct, props Props) awswafv2.CfnWebACL {
	measured := func(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
		return &awswafv2.CfnWebACL_VisibilityConfigProperty{
			CloudWatchMetricsEnabled: jsii.Bool(true),
			MetricName:               jsii.String(name),
			SampledRequestsEnabled:   jsii.Bool(false),
		}
	}
	var overrides []any
	for _, rule := range onlyCounted(props) {
		overrides = append(overrides, &awswafv2.CfnWebACL_RuleActionOverrideProperty{
			Name:        jsii.String(rule),
			ActionToUse: &awswafv2.CfnWebACL_RuleActionProperty{Count: &awswafv2.CfnWebACL_CountActionProperty{}},
		})
	}
	acl := awswafv2.NewCfnWebACL(scope, jsii.String("WebACL"), &awswafv2.CfnWebACLProps{
		Description:   jsii.String("What reaches the API that plans uploads"),
		Scope:         jsii.String("REGIONAL"),
		DefaultAction: &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		// AWS WAF's metrics know a web ACL by this name alone ("AWS WAF metrics and dimensions").
		VisibilityConfig: measured(*uniqueName(scope)),
		Rules: []any{
			&awswafv2.CfnWebACL_RuleProperty{
				Name:             jsii.String("RateLimit"),
				Priority:         jsii.Number(0),
				Action:           &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{}},
				VisibilityConfig: measured("RateLimit"),
				Statement: &awswafv2.CfnWebACL_StatementProperty{
					RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
						AggregateKeyType:    jsii.String("IP"),
						EvaluationWindowSec: jsii.Number(300),
						Limit:               jsii.Number(props.WebACLRateLimit),
					},
				},
			},
			&awswafv2.CfnWebACL_RuleProperty{
				Name:             jsii.String("CommonRules"),
				Priority:         jsii.Number(1),
				OverrideAction:   &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
				VisibilityConfig: measured("CommonRules"),
				Statement: &awswafv2.CfnWebACL_StatementProperty{
					ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
						VendorName:          jsii.String("AWS"),
						Name:                jsii.String("AWSManagedRulesCommonRuleSet"),
						RuleActionOverrides: overrides,
					},
				},
			},
		},
	})
	excuseFromNag(acl, webACLExcuses()...)
	return acl
}
