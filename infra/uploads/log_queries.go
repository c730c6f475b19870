package uploads

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// logQueries answer the first questions about a running deployment. Each query reads one kind of
// log.
var logQueries = []struct {
	id, name  string
	accessLog bool // for the API's access log, and not for the functions' logs
	lines     []string
}{
	{"RefusalsByCode", "Refusals by code", false, []string{
		"fields @timestamp, code", "filter ispresent(code)", "stats count(*) as refusals by code, bin(1h)", "sort refusals desc"}},
	{"BusiestCallers", "Busiest callers", false, []string{
		"fields sub, bytesSigned", "filter ispresent(bytesSigned)", "stats count(*) as requests, sum(bytesSigned) as bytes by sub", "sort bytes desc", "limit 20"}},
	{"SlowestRequests", "Slowest requests", true, []string{
		"fields @timestamp, requestId, method, route, status, latencyMs, functionLatencyMs", "sort latencyMs desc", "limit 50"}},
	{"ForbiddenByAddress", "403s by address", true, []string{
		"fields sourceIp, sub", "filter status = 403", "stats count(*) as refusals by sourceIp, sub", "sort refusals desc", "limit 50"}},
}

// addLogQueries adds the queries to CloudWatch Logs Insights, in a folder with the stack's name and
// the construct's path in it.
func addLogQueries(scope constructs.Construct, accessLog awslogs.ILogGroup, functionLogs ...awslogs.ILogGroup) {
	stack := awscdk.Stack_Of(scope)
	folder := *stack.StackName() + strings.TrimPrefix(*scope.Node().Path(), *stack.Node().Path())
	for _, query := range logQueries {
		groups := functionLogs
		if query.accessLog {
			groups = []awslogs.ILogGroup{accessLog}
		}
		names := make([]any, len(groups))
		for i, group := range groups {
			names[i] = group.LogGroupName()
		}
		awslogs.NewCfnQueryDefinition(scope, jsii.String(query.id), &awslogs.CfnQueryDefinitionProps{
			Name:          jsii.String(folder + "/" + query.name),
			LogGroupNames: &names,
			QueryString:   jsii.String(strings.Join(query.lines, "\n| ")),
		})
	}
}
