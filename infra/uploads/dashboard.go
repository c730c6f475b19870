package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newDashboard makes a dashboard of the API's answers and latency, the functions' errors and
// duration, and the functions' own metrics: uploads and bytes planned, bytes signed for, downloads
// and the like signed, refusals by code.
func newDashboard(scope constructs.Construct, props Props, api awsapigateway.RestApi, functions map[string]awslambda.Function) {
	stage := api.DeploymentStage()
	var runs, times []awscloudwatch.IMetric
	for _, name := range sortedKeys(functions) {
		function := functions[name]
		errors := "errors"
		if name == authorizeName {
			errors = "refused tokens and errors" // see newUnverifiedMetric
		}
		runs = append(runs, function.MetricErrors(labeled(name+": "+errors, "Sum")), function.MetricThrottles(labeled(name+": throttles", "Sum")))
		times = append(times, function.MetricDuration(labeled(name+": p99", "p99")))
	}
	signed := []awscloudwatch.IMetric{functionMetric(props, "UploadsPlanned")}
	for _, feature := range []struct {
		on     bool
		metric string
	}{
		{props.Downloads != nil, "DownloadsSigned"},
		{props.Listings != nil, "ListingsSigned"},
		{props.Deletions != nil, "DeletionsSigned"},
		{props.Scans != nil, "ScansSigned"},
	} {
		if feature.on {
			signed = append(signed, functionMetric(props, feature.metric))
		}
	}
	refusals := awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Expression: jsii.String(`SEARCH('{"` + props.MetricsNamespace + `",Code} MetricName="Refusals"', 'Sum', 300)`),
		Label:      jsii.String(""), // so the label of each line is its code
		Period:     fiveMinutes(),
	})
	awscloudwatch.NewDashboard(scope, jsii.String("Dashboard"), &awscloudwatch.DashboardProps{
		Widgets: &[]*[]awscloudwatch.IWidget{
			{
				graph("Requests", stage.MetricCount(labeled("requests", "Sum")), stage.MetricClientError(labeled("4XX", "Sum")), stage.MetricServerError(labeled("5XX", "Sum"))),
				graph("Latency (ms)", stage.MetricLatency(labeled("p50", "p50")), stage.MetricLatency(labeled("p99", "p99"))),
			},
			{graph("Functions", runs...), graph("Function time (ms)", times...)},
			{graph("Signed", signed...), graph("Refusals by code", refusals)},
			{graph("Bytes planned, and signed for", functionMetric(props, "BytesPlanned"), functionMetric(props, "BytesSigned"))},
		},
	})
}

func graph(title string, metrics ...awscloudwatch.IMetric) awscloudwatch.IWidget {
	return awscloudwatch.NewGraphWidget(&awscloudwatch.GraphWidgetProps{
		Title: jsii.String(title), Width: jsii.Number(12), Left: &metrics,
	})
}
