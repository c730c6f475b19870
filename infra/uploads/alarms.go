package uploads

import (
	"cmp"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Alarms adds CloudWatch alarms and an SNS topic that they publish to. Missing data counts as
// healthy: a period without traffic isn't a fault.
type Alarms struct {
	// BytesSigned is the alarm's threshold: the bytes that URLs signed within 5 minutes can store,
	// 1 or more.
	//
	// Default: [DefaultAlarmBytesSigned], 100 GiB, or the largest MaxSize of all kinds if that is
	// larger, so that one file doesn't raise an alarm, unless its parts are signed again.
	BytesSigned int64

	// Topic is the existing SNS topic that alarms are published to. Uploads doesn't change its
	// policy, which must let CloudWatch publish ("Amazon SNS policy examples for CloudWatch
	// alarms", Amazon CloudWatch User Guide).
	//
	// Default: nil. Uploads makes a topic, Uploads.AlarmTopic, for you to subscribe to, unless
	// TopicARN is given.
	Topic awssns.ITopic

	// TopicARN is Topic by its ARN.
	//
	// Default: "".
	TopicARN string
}

// DefaultAlarmBytesSigned is the default of Alarms.BytesSigned: what a connection of 2.9 Gbit/s
// carries in 5 minutes.
const DefaultAlarmBytesSigned int64 = 100 << 30

func (a *Alarms) withDefaults(largestFile int64) *Alarms {
	if a == nil {
		return nil
	}
	full := *a
	full.BytesSigned = cmp.Or(full.BytesSigned, max(DefaultAlarmBytesSigned, largestFile))
	return &full
}

func (a *Alarms) check(found problems) {
	if a == nil {
		return
	}
	if a.BytesSigned < 0 {
		found.add("BytesSigned", "%d is out of range: give at least 1 byte in 5 minutes, or 0 for the default", a.BytesSigned)
	}
	found.notBoth("Topic", a.Topic != nil, "TopicARN", a.TopicARN != "")
	found.arn("TopicARN", "SNS topic", a.TopicARN)
}

// alarm is a metric that should stay below a threshold.
type alarm struct {
	id, description string
	metric          awscloudwatch.IMetric // of 5 minutes
	threshold       float64
	periods         float64 // how many in a row must reach the threshold
}

// newAlarms makes the alarms, with those of other features, and returns the topic that they publish
// to, when something goes wrong and when it is over.
func newAlarms(scope constructs.Construct, props Props, api awsapigateway.RestApi, accessLog awslogs.ILogGroup, functions map[string]awslambda.Function, more ...alarm) awssns.ITopic {
	topic := newAlarmTopic(scope, props)
	action := awscloudwatchactions.NewSnsAction(topic)
	stage := api.DeploymentStage()
	alarms := []alarm{
		{"ServerErrorsAlarm", "1 in 100 of the API's responses is a 5XX error",
			stage.MetricServerError(statistic("Average")), 0.01, 2},
		{"LatencyAlarm", "1 in 100 of the API's responses takes 2 seconds or more",
			stage.MetricLatency(statistic("p99")), 2000, 3},
		{"ForbiddenAlarm", "The API refused 50 requests in 5 minutes as forbidden (403): someone is trying other users' keys, or the web ACL is blocking requests",
			newForbiddenMetric(scope, props, accessLog), 50, 1},
		{"BytesSignedAlarm", "URLs to store " + strconv.FormatInt(props.Alarms.BytesSigned, 10) + " bytes were signed in 5 minutes: a user or a page uploads far more than usual",
			functionMetric(props, "BytesSigned"), float64(props.Alarms.BytesSigned), 1},
	}
	for _, name := range sortedKeys(functions) {
		function := functions[name]
		failed := function.MetricErrors(statistic("Sum"))
		if name == authorizeName {
			failed = newUnverifiedMetric(scope, props, function.LogGroup())
		}
		alarms = append(alarms,
			alarm{name + "ErrorsAlarm", "The " + name + " function failed", failed, 1, 1},
			alarm{name + "ThrottlesAlarm", "Lambda throttled requests to the " + name + " function", function.MetricThrottles(statistic("Sum")), 1, 1},
		)
	}
	for _, alarm := range append(alarms, more...) {
		made := awscloudwatch.NewAlarm(scope, jsii.String(alarm.id), &awscloudwatch.AlarmProps{
			AlarmDescription:   jsii.String(alarm.description),
			Metric:             alarm.metric,
			Threshold:          jsii.Number(alarm.threshold),
			EvaluationPeriods:  jsii.Number(alarm.periods),
			ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
			TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
		})
		made.AddAlarmAction(action)
		made.AddOkAction(action)
	}
	return topic
}

// newUnverifiedMetric counts what the function that verifies tokens logs as an error, such as an
// issuer whose keys can't be fetched. Lambda's own metric is no use: to have API Gateway answer 401,
// the function must end with an error ("Output from an API Gateway Lambda authorizer", Amazon API
// Gateway Developer Guide), so each expired token counts as one. If the function doesn't run at all
// or takes too long, ServerErrorsAlarm goes off.
func newUnverifiedMetric(scope constructs.Construct, props Props, log awslogs.ILogGroup) awscloudwatch.Metric {
	return countLines(scope, props, "Unverified", log, "$.level", "ERROR")
}

// newForbiddenMetric counts the API's 403s, for which API Gateway has no metric. The metric's name
// contains the construct's, so that two deployments in one account aren't counted together.
func newForbiddenMetric(scope constructs.Construct, props Props, accessLog awslogs.ILogGroup) awscloudwatch.IMetric {
	return countLines(scope, props, "Forbidden", accessLog, "$.status", "403")
}

// countLines makes a metric of the lines of a log in which a field has this value.
func countLines(scope constructs.Construct, props Props, name string, log awslogs.ILogGroup, field, value string) awscloudwatch.Metric {
	filter := awslogs.NewMetricFilter(scope, jsii.String(name+"Filter"), &awslogs.MetricFilterProps{
		LogGroup:        log,
		FilterPattern:   awslogs.FilterPattern_StringValue(jsii.String(field), jsii.String("="), jsii.String(value)),
		MetricNamespace: jsii.String(props.MetricsNamespace),
		MetricName:      jsii.String(name + "-" + *uniqueName(scope)),
		MetricValue:     jsii.String("1"),
	})
	return filter.Metric(statistic("Sum"))
}

// newAlarmTopic makes the topic that alarms publish to, or takes the existing one.
func newAlarmTopic(scope constructs.Construct, props Props) awssns.ITopic {
	switch {
	case props.Alarms.Topic != nil:
		return props.Alarms.Topic
	case props.Alarms.TopicARN != "":
		return awssns.Topic_FromTopicArn(scope, jsii.String("AlarmTopic"), jsii.String(props.Alarms.TopicARN))
	}
	topic := awssns.NewTopic(scope, jsii.String("AlarmTopic"), &awssns.TopicProps{EnforceSSL: jsii.Bool(true)})
	suppressNag(topic, topicSuppressions()...)
	topic.AddToResourcePolicy(takeAlarms(awscdk.Stack_Of(scope), topic.TopicArn()))
	return topic
}
