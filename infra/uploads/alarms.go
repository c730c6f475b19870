package uploads

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarm is a metric that should stay below a bound.
type alarm struct {
	id, description string
	metric          awscloudwatch.IMetric // of 5 minutes
	bound           float64
	periods         float64 // how many in a row must reach the bound
}

// newAlarms watches the API, its functions, the bytes they sign for and what its access log says was
// forbidden, and returns the topic that hears of it: when something goes wrong and when it is over. Where
// nothing happens nothing is wrong, so missing data is fine.
func newAlarms(scope constructs.Construct, props Props, api awsapigateway.RestApi, accessLog awslogs.ILogGroup, functions map[string]awslambda.IFunction) awssns.ITopic {
	topic := newAlarmTopic(scope, props)
	action := awscloudwatchactions.NewSnsAction(topic)
	stage := api.DeploymentStage()
	alarms := []alarm{
		{"ServerErrorsAlarm", "1 in 100 of the API's answers is an error of its own (5XX)",
			stage.MetricServerError(metricOf("Average")), 0.01, 2},
		{"LatencyAlarm", "1 in 100 of the API's answers takes 2 seconds or more",
			stage.MetricLatency(metricOf("p99")), 2000, 3},
		{"ForbiddenAlarm", "The API refused 50 requests in 5 minutes as forbidden (403): somebody tries keys of others, or the web ACL is at work",
			newForbiddenMetric(scope, props, accessLog), 50, 1},
		{"BytesSignedAlarm", "URLs to store " + strconv.FormatInt(props.AlarmBytesSigned, 10) + " bytes were signed in 5 minutes: a user or a page uploads far more than usual",
			ownMetric(props, "BytesSigned"), float64(props.AlarmBytesSigned), 1},
	}
	for _, name := range sortedKeys(functions) {
		function := functions[name]
		alarms = append(alarms,
			alarm{name + "ErrorsAlarm", "The " + name + " function failed", function.MetricErrors(metricOf("Sum")), 1, 1},
			alarm{name + "ThrottlesAlarm", "Lambda turned requests away from the " + name + " function", function.MetricThrottles(metricOf("Sum")), 1, 1},
		)
	}
	for _, one := range alarms {
		made := awscloudwatch.NewAlarm(scope, jsii.String(one.id), &awscloudwatch.AlarmProps{
			AlarmDescription:   jsii.String(one.description),
			Metric:             one.metric,
			Threshold:          jsii.Number(one.bound),
			EvaluationPeriods:  jsii.Number(one.periods),
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		})
		made.AddAlarmAction(action)
		made.AddOkAction(action)
	}
	return topic
}

// ownMetric is the sum of one of the functions' own metrics, of 5 minutes.
func ownMetric(props Props, name string) awscloudwatch.IMetric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String(props.MetricsNamespace), MetricName: jsii.String(name), Statistic: jsii.String("Sum"), Period: fiveMinutes(),
	})
}

// metricOf is a statistic of 5 minutes.
func metricOf(statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: jsii.String(statistic), Period: fiveMinutes()}
}

// newForbiddenMetric counts the API's 403s, of which API Gateway itself has no metric. The name
// holds the construct's, so that two deployments in one account don't add up.
func newForbiddenMetric(scope constructs.Construct, props Props, accessLog awslogs.ILogGroup) awscloudwatch.IMetric {
	filter := awslogs.NewMetricFilter(scope, jsii.String("ForbiddenFilter"), &awslogs.MetricFilterProps{
		LogGroup:        accessLog,
		FilterPattern:   awslogs.FilterPattern_StringValue(jsii.String("$.status"), jsii.String("="), jsii.String("403")),
		MetricNamespace: jsii.String(props.MetricsNamespace),
		MetricName:      jsii.String("Forbidden-" + *uniqueName(scope)),
		MetricValue:     jsii.String("1"),
	})
	return filter.Metric(metricOf("Sum"))
}

// newAlarmTopic makes the topic that alarms go to, or takes the one that the props name. Only
// CloudWatch's alarms of this account may publish, over TLS ("Amazon SNS policy examples for
// CloudWatch alarms").
func newAlarmTopic(scope constructs.Construct, props Props) awssns.ITopic {
	if props.AlarmTopicARN != "" {
		return awssns.Topic_FromTopicArn(scope, jsii.String("AlarmTopic"), jsii.String(props.AlarmTopicARN))
	}
	stack := awscdk.Stack_Of(scope)
	topic := awssns.NewTopic(scope, jsii.String("AlarmTopic"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)})
	excuseFromNag(topic, topicExcuses()...)
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("TakeAlarms"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
			"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String("*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
			})},
		},
	}))
	return topic
}
