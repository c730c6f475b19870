package uploads

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// apiStage is the API Gateway stage, the first segment of every path on the default endpoint.
const apiStage = "v1"

// newRestAPI makes the API: regional, throttled, with its own access log. Every route that calls a
// function needs a token of the user pool, or of the issuers.
//
// API Gateway writes access logs with a role of the account and region, not of an API ("Set up
// CloudWatch logging for REST APIs in API Gateway", Amazon API Gateway Developer Guide). It must be
// set once, outside of any stack: a stack that owned it would stop the logs of every other API when
// it is deleted.
//
// The TLS policy of the default endpoint can't be chosen; only a custom domain has one.
func newRestAPI(scope constructs.Construct, props Props, authorizer authorizer, logs awslogs.ILogGroup) awsapigateway.RestApi {
	api := awsapigateway.NewRestApi(scope, jsii.String("Api"), &awsapigateway.RestApiProps{
		RestApiName:    apiName(scope),
		Description:    jsii.String("Signs uploads that browsers send directly to S3"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		// With a domain name, the default endpoint is closed: it accepts older TLS.
		DisableExecuteApiEndpoint: onlyIf(props.Domain != nil),
		// A default, so that a method that is added later needs a token unless it says otherwise.
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			AuthorizationType: authorizer.kind,
			Authorizer:        authorizer.made,
		},
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(apiStage),
			ThrottlingRateLimit:  jsii.Number(props.Throttle.Rate),
			ThrottlingBurstLimit: jsii.Number(props.Throttle.Burst),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
			TracingEnabled:       onlyIf(props.Tracing),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat(authorizer.caller))),
		},
	})
	// RestApi adds an output with a hash in its name. The stack chooses its own outputs.
	api.Node().TryRemoveChild(jsii.String("Endpoint"))
	redeployWith(api, authorizer)
	suppressNag(api.DeploymentStage(), stageSuppressions(props)...)
	addGatewayResponses(api, props)
	return api
}

// redeployWith has a change of the authorizer make a new deployment. A deployment is a snapshot of
// the API: without a new one, API Gateway would still use the old user pool. CDK does this only in
// an app with the feature flag @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId
// (aws/aws-cdk#16554). For methods, models, validators and gateway responses, it does so in every
// app.
func redeployWith(api awsapigateway.RestApi, authorizer authorizer) {
	deployment := api.LatestDeployment()
	deployment.Node().AddDependency(authorizer.needs...)
	deployment.AddToLogicalId(authorizer.deployed)
}

// usualID is the construct id of an Uploads that is the only one in its stack.
const usualID = "Uploads"

// apiName is the API's name in API Gateway's metrics. CloudWatch adds up APIs of one name, so each
// needs its own: an Uploads directly in a stack, with the usual id, has the stack's name; any other
// has a unique one.
func apiName(scope constructs.Construct) *string {
	stack := awscdk.Stack_Of(scope)
	if *scope.Node().Path() == *stack.Node().Path()+"/"+usualID {
		return stack.StackName()
	}
	return uniqueName(scope)
}

// uniqueName is a name that no other construct of the account and region has: the stack's, the
// construct's and a hash of both. It fits into the shortest place, a web ACL's metric name
// ("VisibilityConfig", AWS WAFV2 API Reference).
func uniqueName(scope constructs.Construct) *string {
	return awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{Separator: jsii.String("-"), MaxLength: jsii.Number(128)})
}

// onlyIf leaves a property out if the condition is false, which is also API Gateway's default.
func onlyIf(condition bool) *bool {
	if !condition {
		return nil
	}
	return jsii.Bool(true)
}

// accessLogFormat is a JSON object for each request. It omits the path as sent, the query, and
// $context.error.message, which can quote the caller's Authorization header. caller is the variable
// that says who called.
func accessLogFormat(caller string) string {
	line := struct {
		RequestID string `json:"requestId"`
		// A caller can choose requestId; only API Gateway chooses this one ("Variables for access
		// logging for API Gateway", Amazon API Gateway Developer Guide).
		ExtendedID   string `json:"extendedRequestId"`
		Time         string `json:"time"`
		SourceIP     string `json:"sourceIp"`
		Sub          string `json:"sub"`
		Method       string `json:"method"`
		Route        string `json:"route"`
		Status       string `json:"status"`
		Refusal      string `json:"refusal"` // the gateway response's type, "-" where the function answered
		ResponseSize string `json:"responseSize"`
		Latency      string `json:"latencyMs"`
		Integration  string `json:"functionLatencyMs"`
	}{
		"$context.requestId", "$context.extendedRequestId", "$context.requestTime", "$context.identity.sourceIp",
		caller, "$context.httpMethod", "$context.resourcePath",
		"$context.status", "$context.error.responseType", "$context.responseLength",
		"$context.responseLatency", "$context.integration.latency",
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}
