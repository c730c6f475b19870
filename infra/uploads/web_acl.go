package uploads

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// WebACL puts a web ACL of AWS WAF in front of the API: a new one, with AWS's common rules and a
// rate limit, unless an existing one is given.
type WebACL struct {
	// RateLimit is how many requests an address can make in 5 minutes: [MinWebACLRateLimit] to
	// [MaxWebACLRateLimit]. It is for the new web ACL: an existing one has its own rules.
	//
	// Default: [DefaultWebACLRateLimit], 2,000.
	RateLimit int

	// ARN is the ARN of an existing web ACL: a regional one, in the stack's region and account.
	//
	// Default: "". Uploads makes a web ACL.
	ARN string
}

// Defaults and limits of WebACL. The limits are those of a rate-based rule ("Rate-based rule
// high-level settings in AWS WAF", AWS WAF Developer Guide).
const (
	DefaultWebACLRateLimit = 2000
	MinWebACLRateLimit     = 10
	MaxWebACLRateLimit     = 2_000_000_000
)

func (w *WebACL) check(found problems) {
	if w == nil {
		return
	}
	if limit := w.rateLimit(); limit < MinWebACLRateLimit || limit > MaxWebACLRateLimit {
		found.add("RateLimit", "%d is out of range: give %d to %d requests in 5 minutes", limit, MinWebACLRateLimit, MaxWebACLRateLimit)
	}
	found.notBoth("RateLimit", w.RateLimit != 0, "ARN", w.ARN != "")
	found.arn("ARN", "web ACL", w.ARN)
}

func (w *WebACL) rateLimit() int { return cmp.Or(w.RateLimit, DefaultWebACLRateLimit) }

// addWebACL puts a web ACL in front of the API's stage, where the props ask for one.
func addWebACL(scope constructs.Construct, props Props, api awsapigateway.RestApi) {
	if props.WebACL == nil {
		return
	}
	arn := jsii.String(props.WebACL.ARN)
	if *arn == "" {
		arn = newWebACL(scope, props).AttrArn()
	}
	awswafv2.NewCfnWebACLAssociation(scope, jsii.String("WebACLAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: api.DeploymentStage().StageArn(),
		WebAclArn:   arn,
	})
}

// onlyCounted are those of AWS's common rules that would refuse valid requests ("Baseline rule
// groups", AWS WAF Developer Guide), so they only count. A list of 100 parts with their checksums
// is over 8 KB; a name of 255 characters can be over 2,048 bytes in a query, and may end in ".log"
// or ".ini". API Gateway and the function have limits of their own.
func onlyCounted(props Props) []string {
	rules := []string{"SizeRestrictions_BODY"}
	if !props.NoSimpleRoute { // no other route reads the query
		rules = append(rules, "SizeRestrictions_QUERYSTRING", "RestrictedExtensions_QUERYARGUMENTS")
	}
	return rules
}

// newWebACL makes a web ACL that refuses what AWS's common rules find, and addresses with too many
// requests.
func newWebACL(scope constructs.Construct, props Props) awswafv2.CfnWebACL {
	var overrides []any
	for _, rule := range onlyCounted(props) {
		overrides = append(overrides, &awswafv2.CfnWebACL_RuleActionOverrideProperty{
			Name:        jsii.String(rule),
			ActionToUse: &awswafv2.CfnWebACL_RuleActionProperty{Count: &awswafv2.CfnWebACL_CountActionProperty{}},
		})
	}
	acl := awswafv2.NewCfnWebACL(scope, jsii.String("WebACL"), &awswafv2.CfnWebACLProps{
		Description:   jsii.String("Protects the upload API"),
		Scope:         jsii.String("REGIONAL"),
		DefaultAction: &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		// The only dimension of a web ACL in AWS WAF's metrics ("AWS WAF metrics and dimensions",
		// AWS WAF Developer Guide).
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
						Limit:               jsii.Number(props.WebACL.rateLimit()),
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
	suppressNag(acl, webACLSuppressions()...)
	return acl
}

// measured counts what a rule or a web ACL does, as a metric of that name.
func measured(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: jsii.Bool(true),
		MetricName:               jsii.String(name),
		SampledRequestsEnabled:   jsii.Bool(false), // a sample contains headers, and so tokens
	}
}
