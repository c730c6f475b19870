package uploads

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newDashboard shows what the API answers and how fast, how its functions fare, and what they
// count themselves: uploads and bytes planned, bytes signed for, downloads signed, refusals by code.
func newDashboard(scope constructs.Construct, props Props, api awsapigateway.RestApi, functions map[string]awslambda.IFunction) {
	stage := api.DeploymentStage()
	var runs, times []awscloudwatch.IMetric
	for _, name := range sortedKeys(functions) {
		function := functions[name]
		runs = append(runs, function.MetricErrors(named(name+": errors", "Sum")), function.MetricThrottles(named(name+": throttles", "Sum")))
		times = append(times, function.MetricDuration(named(name+": p99", "p99")))
	}
	signed := []awscloudwatch.IMetric{ownMetric(props, "UploadsPlanned")}
	if props.Downloads {
		signed = append(signed, ownMetric(props, "DownloadsSigned"))
	}
	refusals := awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(`SEARCH('{"` + props.MetricsNamespace + `",Code} MetricName="Refusals"', 'Sum', 300)`),
		Label:      jsii.String(""), // each line then has its code
		Period:     fiveMinutes(),
	})
	awscloudwatch.NewDashboard(scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		Widgets: &[]*[]awscloudwatch.IWidget{
			{
				graph("Requests", stage.MetricCount(named("requests", "Sum")), stage.MetricClientError(named("4XX", "Sum")), stage.MetricServerError(named("5XX", "Sum"))),
				graph("Latency (ms)", stage.MetricLatency(named("p50", "p50")), stage.MetricLatency(named("p99", "p99"))),
			},
			{graph("Functions", runs...), graph("Function time (ms)", times...)},
			{graph("Signed", signed...), graph("Refusals by code", refusals)},
			{graph("Bytes planned, and signed for", ownMetric(props, "BytesPlanned"), ownMetric(props, "BytesSigned"))},
		},
	})
}

func graph(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(title), Width: jsii.Number(12), Left: &metrics,
	})
}

// named is a statistic of 5 minutes under a label.
func named(label, statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Label: jsii.String(label), Statistic: jsii.String(statistic), Period: fiveMinutes()}
}

func fiveMinutes() awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(5)) }

// sortedKeys keeps what is made of a map in one order, and so the template.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
