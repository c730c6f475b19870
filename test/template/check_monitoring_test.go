package template_test

import (
	"slices"
	"strings"
)

// checkMonitoring: one file alone never sets off the alarm of bytes signed; dashboard and queries
// take in every function.
func checkMonitoring(t *template, want asked) (found complaints) {
	for _, alarm := range t.of("AWS::CloudWatch::Alarm") {
		if threshold, _ := alarm.Properties["Threshold"].(float64); alarm.Properties["MetricName"] == "BytesSigned" && !want.alarmBytesGiven && threshold < float64(want.largestFile) {
			found.add("%s goes off at %.0f bytes, and one file may have %d", alarm.id, threshold, want.largestFile)
		}
	}
	queried := map[string]bool{}
	for _, query := range t.of("AWS::Logs::QueryDefinition") {
		for _, group := range list(query.Properties["LogGroupNames"]) {
			queried[reference(group)] = true
		}
		if strings.Contains(render(query.Properties["QueryString"]), "@message") {
			found.add("%s shows whole lines", query.id)
		}
	}
	for _, function := range t.of("AWS::Lambda::Function") {
		if group := reference(at(function.Properties, "LoggingConfig", "LogGroup")); want.logQueries && !queried[group] {
			found.add("no query reads %s", group)
		}
		for _, dashboard := range t.of("AWS::CloudWatch::Dashboard") {
			if !slices.Contains(strings.FieldsFunc(render(dashboard.Properties["DashboardBody"]), isBrace), function.id) {
				found.add("%s doesn't show %s", dashboard.id, function.id)
			}
		}
	}
	return found
}

// isBrace finds the ends of the references that render writes.
func isBrace(r rune) bool { return r == '{' || r == '}' }
