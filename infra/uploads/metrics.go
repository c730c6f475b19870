package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

func checkMetricsNamespace(found problems, namespace string) {
	if problem := config.NamespaceProblem(namespace); namespace != "" && problem != "" {
		found.add("MetricsNamespace", "%q %s", namespace, problem)
	}
}

// functionMetric is the sum of one of the functions' own metrics, in 5 minutes.
func functionMetric(props Props, name string) awscloudwatch.IMetric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(props.MetricsNamespace), MetricName: jsii.String(name), Statistic: jsii.String("Sum"), Period: fiveMinutes(),
	})
}

// statistic is a statistic of a metric, in 5 minutes.
func statistic(name string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String(name), Period: fiveMinutes()}
}

// labeled is a statistic of a metric, in 5 minutes, with a label.
func labeled(label, name string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Label: jsii.String(label), Statistic: jsii.String(name), Period: fiveMinutes()}
}

func fiveMinutes() awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(5)) }
