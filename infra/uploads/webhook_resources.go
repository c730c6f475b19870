package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newWebhook makes the rules and their target, and returns the queue of what can't be delivered.
func newWebhook(scope constructs.Construct, props Props, bucket awss3.IBucket) awssqs.IQueue {
	if props.Webhook == nil {
		return nil
	}
	queue := newUndelivered(scope)
	target := webhookTarget(scope, props, queue)
	var rules []*string
	for _, announcement := range announcements(props, bucket) {
		rule := awsevents.NewCfnRule(scope, jsii.String(announcement.id), &awsevents.CfnRuleProps{
			Description:  jsii.String(announcement.description),
			EventPattern: announcement.pattern,
			Targets:      &[]any{target(announcement)},
		})
		rules = append(rules, rule.AttrArn())
	}
	queue.AddToResourcePolicy(takeUndelivered(queue, rules))
	return queue
}

// newUndelivered makes the queue of what EventBridge couldn't deliver. SQS keeps a message for at
// most 14 days ("SetQueueAttributes", Amazon SQS API Reference).
func newUndelivered(scope constructs.Construct) awssqs.Queue {
	queue := awssqs.NewQueue(scope, jsii.String("UndeliveredWebhooks"), &awssqs.QueueProps{
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
		RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	suppressNag(queue, queueSuppressions()...)
	return queue
}

// webhookTarget makes the endpoint, and returns the target that calls it with what an announcement
// says. The rules are CDK's resources themselves, since its own target for API destinations writes
// policies of its own. The retries are EventBridge's default, written out.
func webhookTarget(scope constructs.Construct, props Props, queue awssqs.IQueue) func(announcement) *awsevents.CfnRule_TargetProperty {
	destination := newWebhookDestination(scope, props)
	role := newWebhookRole(scope, props, destination)
	return func(a announcement) *awsevents.CfnRule_TargetProperty {
		return &awsevents.CfnRule_TargetProperty{
			Id:               jsii.String("Webhook"),
			Arn:              destination.ApiDestinationArn(),
			RoleArn:          role.RoleArn(),
			InputTransformer: a.transformer(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: queue.QueueArn()},
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: jsii.Number(24 * 60 * 60),
				MaximumRetryAttempts:     jsii.Number(185),
			},
		}
	}
}

// newWebhookDestination makes the endpoint as EventBridge knows it, and the connection with the
// header. The value is a dynamic reference, which CloudFormation resolves ("Get a secret or secret
// value from Secrets Manager", AWS CloudFormation User Guide).
func newWebhookDestination(scope constructs.Construct, props Props) awsevents.ApiDestination {
	webhook := props.Webhook
	var options awscdk.SecretsManagerSecretOptions
	if webhook.SecretField != "" {
		options.JsonField = jsii.String(webhook.SecretField)
	}
	if webhook.SecretVersionID != "" {
		options.VersionId = jsii.String(webhook.SecretVersionID)
	}
	connection := awsevents.NewConnection(scope, jsii.String("WebhookConnection"), &awsevents.ConnectionProps{
		Description:   jsii.String("The header with which the webhook knows who calls"),
		Authorization: awsevents.Authorization_ApiKey(jsii.String(webhook.HeaderName), awscdk.SecretValue_SecretsManager(jsii.String(webhook.secretARN()), &options)),
	})
	return awsevents.NewApiDestination(scope, jsii.String("WebhookDestination"), &awsevents.ApiDestinationProps{
		Description:        jsii.String("The webhook that is told of uploads"),
		Connection:         connection,
		Endpoint:           jsii.String(webhook.URL),
		HttpMethod:         awsevents.HttpMethod_POST,
		RateLimitPerSecond: jsii.Number(webhook.RatePerSecond),
	})
}

// newWebhookRole makes the role that EventBridge calls the endpoint with.
func newWebhookRole(scope constructs.Construct, props Props, destination awsevents.ApiDestination) awsiam.Role {
	role := awsiam.NewRole(scope, jsii.String("WebhookRole"), &awsiam.RoleProps{
		Description:         jsii.String("Lets EventBridge call the webhook"),
		AssumedBy:           awsiam.NewServicePrincipal(jsii.String("events.amazonaws.com"), nil),
		InlinePolicies:      inlinePolicy("Webhook", []awsiam.PolicyStatement{callWebhook(destination)}),
		PermissionsBoundary: permissionsBoundary(scope, "WebhookRole", props),
	})
	suppressNag(role, roleSuppressions()...)
	return role
}

// webhookAlarm is the alarm of the queue of what couldn't be delivered, if there is one.
func webhookAlarm(queue awssqs.IQueue) []alarm {
	if queue == nil {
		return nil
	}
	return []alarm{{"WebhookUndeliveredAlarm", "The webhook was not told of some files: their events are in the queue of what couldn't be delivered",
		queue.MetricApproximateNumberOfMessagesVisible(&awscloudwatch.MetricOptions{Statistic: jsii.String("Maximum"), Period: fiveMinutes()}), 1, 1}}
}
