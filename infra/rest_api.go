package infra

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// apiStage is the API Gateway stage, the first segment of every path on the default endpoint.
const apiStage = "v1"

// preflightMaxAge is how long a browser may remember an OPTIONS answer.
const preflightMaxAge = time.Hour

// newRestAPI makes the API: regional, throttled, its access log in a group of its own, every
// method but OPTIONS behind the pool's tokens.
//
// API Gateway writes access logs with a role that belongs to the account and region, not to an
// API ("Set up CloudWatch logging for REST APIs in API Gateway"): it must have been set once,
// outside of any stack, since a stack that owned it would take every other API's logs down with
// it when deleted.
//
// The default endpoint's TLS policy can't be chosen; that is a custom domain's to set.
func newRestAPI(scope constructs.Construct, props UploadsProps, pool awscognito.IUserPool, logs awslogs.ILogGroup) awsapigateway.RestApi {
	authorizer := awsapigateway.NewCognitoUserPoolsAuthorizer(scope, jsii.String("Authorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
	api := awsapigateway.NewRestApi(scope, jsii.String("Api"), &awsapigateway.RestApiProps{
		RestApiName:    awscdk.Stack_Of(scope).StackName(),
		Description:    jsii.String("Plans uploads that a browser then sends to S3 itself"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		// With a name of its own, that is the only way in: the default endpoint takes older TLS.
		DisableExecuteApiEndpoint: onlyIf(props.DomainName != ""),
		// The default, so that a method added later is closed unless it says otherwise.
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_COGNITO,
			Authorizer:        authorizer,
		},
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(apiStage),
			ThrottlingRateLimit:  jsii.Number(props.ThrottleRate),
			ThrottlingBurstLimit: jsii.Number(props.ThrottleBurst),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
			TracingEnabled:       onlyIf(props.Tracing),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat())),
		},
	})
	// The stack names its own outputs; RestApi would add one more, with a hash in its name.
	api.Node().TryRemoveChild(jsii.String("Endpoint"))
	excuseFromNag(api.DeploymentStage(), stageExcuses(props)...)
	addGatewayResponses(api, props)
	return api
}

// onlyIf leaves a property out where the condition doesn't hold: API Gateway's own default is no.
func onlyIf(condition bool) *bool {
	if !condition {
		return nil
	}
	return jsii.Bool(true)
}

// accessLogFormat is one JSON object a request. What is left out is left out on purpose: the path
// as sent, the query and $context.error.message, which can quote the caller's Authorization header.
func accessLogFormat() string {
	line := struct {
		RequestID    string `json:"requestId"`
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
		"$context.requestId", "$context.requestTime", "$context.identity.sourceIp",
		"$context.authorizer.claims.sub", "$context.httpMethod", "$context.resourcePath",
		"$context.status", "$context.error.responseType", "$context.responseLength",
		"$context.responseLatency", "$context.integration.latency",
	}
	text, err := json.Marshal(line)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}
