package template_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"signpost/infra"
)

// checkTracing: all of a request is traced, or nothing.
func checkTracing(t *template, stage infra.Stage) (found complaints) {
	want := any(nil)
	if stage.Uploads.Tracing {
		want = true
	}
	for _, api := range t.of("AWS::ApiGateway::Stage") {
		found.equal(api.id+"'s tracing", api.Properties["TracingEnabled"], want)
	}
	return found
}

// checkAlarms: what a person should hear of, each reported to the one topic when it begins and
// when it ends.
func checkAlarms(t *template, stage infra.Stage) (found complaints) {
	var want []string
	if stage.Uploads.Alarms != nil {
		bytes := max(107374182400, stage.Uploads.MaxSize) // 100 GiB
		if orZero(stage.Uploads.Alarms).BytesSigned != 0 {
			bytes = orZero(stage.Uploads.Alarms).BytesSigned
		}
		want = append(want, "AWS/ApiGateway 5XXError Average 0.01", "AWS/ApiGateway Latency p99 2000",
			fmt.Sprintf("%s BytesSigned Sum %v", cmp.Or(stage.Uploads.MetricsNamespace, "Signpost"), float64(bytes)))
		for range t.of("AWS::Lambda::Function") {
			want = append(want, "AWS/Lambda Errors Sum 1", "AWS/Lambda Throttles Sum 1")
		}
		for _, filter := range t.of("AWS::Logs::MetricFilter") {
			made := at(filter.Properties, "MetricTransformations", 0)
			want = append(want, fmt.Sprintf("%s %v Sum 50", cmp.Or(stage.Uploads.MetricsNamespace, "Signpost"), at(made, "MetricName")))
			found.equal(filter.id, []any{filter.Properties["FilterPattern"], reference(filter.Properties["LogGroupName"]), at(made, "MetricNamespace")},
				[]any{`{ $.status = "403" }`, "UploadsApiAccessLogsFAA55349", cmp.Or(stage.Uploads.MetricsNamespace, "Signpost")})
		}
	}
	topic := orZero(stage.Uploads.Alarms).TopicARN
	for _, own := range t.of("AWS::SNS::Topic") {
		topic = "${" + own.id + "}"
	}
	var got []string
	for _, alarm := range t.of("AWS::CloudWatch::Alarm") {
		statistic := cmp.Or(alarm.Properties["Statistic"], alarm.Properties["ExtendedStatistic"])
		got = append(got, fmt.Sprintf("%v %v %v %v", alarm.Properties["Namespace"], alarm.Properties["MetricName"], statistic, alarm.Properties["Threshold"]))
		found.equal(alarm.id+" tells", []any{texts(alarm.Properties["AlarmActions"]), texts(alarm.Properties["OKActions"])}, []any{[]string{topic}, []string{topic}})
		found.equal(alarm.id+" takes silence for", alarm.Properties["TreatMissingData"], "notBreaching")
	}
	slices.Sort(got)
	slices.Sort(want)
	found.equal("the alarms", got, want)
	found.equal("whether there is a topic of the stack's own", len(t.of("AWS::SNS::Topic")) == 1, stage.Uploads.Alarms != nil && orZero(stage.Uploads.Alarms).TopicARN == "")
	return found
}

// checkAlarmTopic: CloudWatch's alarms of this account may publish, and nobody without TLS.
func checkAlarmTopic(t *template, _ infra.Stage) (found complaints) {
	var policies []string
	for _, policy := range t.of("AWS::SNS::TopicPolicy") {
		policies = append(policies, texts(policy.Properties["Topics"])...)
		var got []string
		for _, one := range statements(policy.Properties["PolicyDocument"]) {
			got = append(got, fmt.Sprintf("%s %s %v %s", one.Effect, one.Principal, one.Actions, one.Condition))
		}
		found.equal(policy.id, got, []string{
			`Deny * [sns:Publish] {"Bool":{"aws:SecureTransport":"false"}}`,
			`Allow {"Service":"cloudwatch.amazonaws.com"} [sns:Publish] {"ArnLike":{"aws:SourceArn":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":cloudwatch:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":alarm:*"]]}},"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}`,
		})
	}
	var topics []string
	for _, topic := range t.of("AWS::SNS::Topic") {
		topics = append(topics, "${"+topic.id+"}")
	}
	found.equal("the topics with a policy", policies, topics)
	return found
}

// checkViews: the dashboard and the queries show what this stack has, and no log line's secrets.
func checkViews(t *template, stage infra.Stage) (found complaints) {
	dashboards, queries := 0, 0
	if stage.Uploads.Dashboard {
		dashboards = 1
	}
	if stage.Uploads.LogQueries {
		queries = 4
	}
	found.equal("the number of dashboards", len(t.of("AWS::CloudWatch::Dashboard")), dashboards)
	for _, dashboard := range t.of("AWS::CloudWatch::Dashboard") {
		body := render(dashboard.Properties["DashboardBody"])
		for _, metric := range []string{"5XXError", "Latency", "Throttles", "UploadsPlanned", "BytesPlanned", "BytesSigned", "Refusals"} {
			if !strings.Contains(body, metric) {
				found.add("%s does not show %s", dashboard.id, metric)
			}
		}
	}
	found.equal("the number of queries", len(t.of("AWS::Logs::QueryDefinition")), queries)
	for _, query := range t.of("AWS::Logs::QueryDefinition") {
		for _, group := range list(query.Properties["LogGroupNames"]) {
			if t.Resources[reference(group)] == nil {
				found.add("%s asks %s, which isn't there", query.id, render(group))
			}
		}
		if strings.Contains(fmt.Sprint(query.Properties["QueryString"]), "@message") {
			found.add("%s shows whole lines", query.id)
		}
	}
	return found
}

// checkTags: every resource that can have tags has the stage's, its roles included.
func checkTags(t *template, stage infra.Stage) (found complaints) {
	for _, kind := range []string{"AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::ApiGateway::RestApi", "AWS::Logs::LogGroup", "AWS::KMS::Key", "AWS::SNS::Topic", "AWS::WAFv2::WebACL"} {
		for _, resource := range t.of(kind) {
			got := map[string]any{}
			for _, tag := range list(resource.Properties["Tags"]) {
				got[render(at(tag, "Key"))] = at(tag, "Value")
			}
			for key, value := range stage.Uploads.Tags {
				found.equal(resource.id+"'s tag "+key, got[key], value)
			}
		}
	}
	return found
}
