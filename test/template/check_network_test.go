package template_test

import (
	"cmp"
	"strings"

	"signpost/infra"
)

// checkWebACL: a web ACL stands before the stage where one is asked for, and one of the stack's own
// bounds each address and keeps no request.
func checkWebACL(t *template, stage infra.Stage) (found complaints) {
	own := t.of("AWS::WAFv2::WebACL")
	var want, got []string
	if hasOwnWebACL(stage) && len(own) == 1 {
		want = []string{"${" + own[0].id + ".Arn}"}
	} else if orZero(stage.Uploads.WebACL).ARN != "" {
		want = []string{orZero(stage.Uploads.WebACL).ARN}
	}
	for _, association := range t.of("AWS::WAFv2::WebACLAssociation") {
		got = append(got, render(association.Properties["WebACLArn"]))
		if target := render(association.Properties["ResourceArn"]); !strings.HasSuffix(target, "/restapis/${UploadsApi32C0D62D}/stages/${UploadsApiDeploymentStagev1E49D9397}") {
			found.add("%s stands before %s", association.id, target)
		}
	}
	found.equal("the web ACLs before the API", got, want)
	found.equal("whether there is a web ACL of the stack's own", len(own) == 1, hasOwnWebACL(stage))
	for _, acl := range own {
		if name := render(at(acl.Properties, "VisibilityConfig", "MetricName")); !strings.HasPrefix(name, strings.ReplaceAll(stage.StackName(), "-", "")+"-") || len(name) > 128 {
			found.add("%s's metrics are %s, which another stack's may be too", acl.id, name)
		}
		found.equal(acl.id+"'s scope", acl.Properties["Scope"], "REGIONAL")
		limit := at(acl.Properties, "Rules", 0, "Statement", "RateBasedStatement")
		found.equal(acl.id+"'s rate limit", []any{limit, at(acl.Properties, "Rules", 0, "Action")}, []any{
			map[string]any{"AggregateKeyType": "IP", "EvaluationWindowSec": 300, "Limit": cmp.Or(orZero(stage.Uploads.WebACL).RateLimit, 2000)},
			map[string]any{"Block": map[string]any{}},
		})
		found.equal(acl.id+"'s common rules", []any{at(acl.Properties, "Rules", 1, "Statement", "ManagedRuleGroupStatement", "Name"), at(acl.Properties, "Rules", 1, "OverrideAction")},
			[]any{"AWSManagedRulesCommonRuleSet", map[string]any{"None": map[string]any{}}})
		counted := []string{"SizeRestrictions_BODY"}
		if !stage.Uploads.NoSimpleRoute {
			counted = append(counted, "SizeRestrictions_QUERYSTRING", "RestrictedExtensions_QUERYARGUMENTS")
		}
		var overrides []any
		for _, rule := range counted {
			overrides = append(overrides, map[string]any{"ActionToUse": map[string]any{"Count": map[string]any{}}, "Name": rule})
		}
		found.equal(acl.id+"'s rules that only count", at(acl.Properties, "Rules", 1, "Statement", "ManagedRuleGroupStatement", "RuleActionOverrides"), overrides)
		for _, view := range append(list(acl.Properties["Rules"]), any(acl.Properties)) {
			found.equal(acl.id+"'s samples", at(view, "VisibilityConfig", "SampledRequestsEnabled"), false)
		}
	}
	return found
}

// checkDomain: with a name of its own the API takes TLS 1.2 at least, and no request by any other
// name.
func checkDomain(t *template, stage infra.Stage) (found complaints) {
	var name, zone, closed any
	if orZero(stage.Uploads.Domain).Name != "" {
		name, closed = orZero(stage.Uploads.Domain).Name, true
	}
	if orZero(stage.Uploads.Domain).HostedZoneID != "" {
		zone = orZero(stage.Uploads.Domain).HostedZoneID
	}
	for _, api := range t.of("AWS::ApiGateway::RestApi") {
		found.equal(api.id+"'s own endpoint is closed", api.Properties["DisableExecuteApiEndpoint"], closed)
	}
	var got any
	for _, domain := range t.of("AWS::ApiGateway::DomainName") {
		got = domain.Properties["DomainName"]
		found.equal(domain.id, []any{domain.Properties["SecurityPolicy"], at(domain.Properties, "EndpointConfiguration", "Types"), domain.Properties["RegionalCertificateArn"]},
			[]any{"TLS_1_2", []string{"REGIONAL"}, orZero(stage.Uploads.Domain).CertificateARN})
		found.equal("the number of mappings", len(t.of("AWS::ApiGateway::BasePathMapping")), 1)
		for _, mapping := range t.of("AWS::ApiGateway::BasePathMapping") {
			found.equal(mapping.id, []any{mapping.Properties["BasePath"], reference(mapping.Properties["DomainName"]), reference(mapping.Properties["RestApiId"]), reference(mapping.Properties["Stage"])},
				[]any{nil, domain.id, "UploadsApi32C0D62D", "UploadsApiDeploymentStagev1E49D9397"})
		}
	}
	found.equal("the API's name", got, name)
	got = nil
	for _, record := range t.of("AWS::Route53::RecordSet") {
		got = record.Properties["HostedZoneId"]
		found.equal(record.id, []any{record.Properties["Name"], record.Properties["Type"], at(record.Properties, "AliasTarget", "DNSName", "Fn::GetAtt", 1)}, []any{name, "A", "RegionalDomainName"})
	}
	found.equal("the zone that knows the name", got, zone)
	return found
}
