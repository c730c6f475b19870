package uploads

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// apiStage is the API Gateway stage, the first segment of every path on the default endpoint.
const apiStage = "v1"

// newRestAPI makes the API: regional, throttled, its access log in a group of its own, every
// method but OPTIONS behind the pool's tokens.
//
// API Gateway writes access logs with a role that belongs to the account and region, not to an
// API ("Set up CloudWatch logging for REST APIs in API Gateway"): it must have been set once,
// outside of any stack, since a stack that owned it would take every other API's logs down with
// it when deleted.
//
// The default endpoint's TLS policy can't be chosen; that is a custom domain's to set.
func newRestAPI(scope constructs.Construct, props Props, pool awscognito.IUserPool, logs awslogs.ILogGroup) awsapigateway.RestApi {
	authorizer := awsapigateway.NewCognitoUserPoolsAuthorizer(scope, jsii.String("Authorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
	api := awsapigateway.NewRestApi(scope, jsii.String("Api"), &awsapigateway.RestApiProps{
		RestApiName:    apiName(scope),
		Description:    jsii.String("Plans uploads that a browser then sends to S3 itself"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		// With a name of its own, that is the only way in: the default endpoint takes older TLS.
		DisableExecuteApiEndpoint: onlyIf(props.Domain != nil),
		// The default, so that a method added later is closed unless it says otherwise.
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_COGNITO,
			Authorizer:        authorizer,
		},
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(apiStage),
			ThrottlingRateLimit:  jsii.Number(props.Throttle.Rate),
			ThrottlingBurstLimit: jsii.Number(props.Throttle.Burst),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
			TracingEnabled:       onlyIf(props.Tracing),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat())),
		},
	})
	// The stack names its own outputs; RestApi would add one more, with a hash in its name.
	api.Node().TryRemoveChild(jsii.String("Endpoint"))
	redeployWith(api, authorizer, pool)
	excuseFromNag(api.DeploymentStage(), stageExcuses(props)...)
	addGatewayResponses(api, props)
	return api
}

// redeployWith makes a change of the authorizer a new deployment. A deployment is a snapshot of the API, and
// without a new one API Gateway goes on asking the old pool. CDK does this by itself only in an app with the
// feature flag @aws-cdk/aws-apigateway:authorizerChangeDeploymentLogicalId; methods, models, validators and
// gateway responses count in any app.
func redeployWith(api awsapigateway.RestApi, authorizer awsapigateway.CognitoUserPoolsAuthorizer, pool awscognito.IUserPool) {
	deployment := api.LatestDeployment()
	deployment.Node().AddDependency(authorizer)
	deployment.AddToLogicalId(map[string]any{"userPools": []*string{pool.UserPoolArn()}})
}

// usualID is the construct id of an Uploads that is the only one in its stack.
const usualID = "Uploads"

// apiName is the API's name in API Gateway's metrics. CloudWatch adds up APIs of one name, so each needs its own: an
// Uploads that lies directly in a stack under the usual id has the stack's name, any other a unique one.
func apiName(scope constructs.Construct) *string {
	stack := awscdk.Stack_Of(scope)
	if *scope.Node().Path() == *stack.Node().Path()+"/"+usualID {
		return stack.StackName()
	}
	return uniqueName(scope)
}

// uniqueName is a name that no other construct of the account and region has: the stack's, the construct's
// and a hash of both. It fits where the least fits, into a web ACL's metric name ("VisibilityConfig", AWS WAFV2
// API Reference).
func uniqueName(scope constructs.Construct) *string {
	return awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{Separator: jsii.String("-"), MaxLength: jsii.Number(128)})
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
		RequestID string `json:"requestId"`
		// A caller can choose requestId; this one is API Gateway's own ("Variables for access logging for API
		// Gateway").
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
