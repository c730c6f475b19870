package infra

import (
	"encoding/json"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// apiStage is the API Gateway stage, the first segment of every path on the default endpoint.
const apiStage = "v1"

// preflightMaxAge is how long a browser may remember an OPTIONS answer.
const preflightMaxAge = time.Hour

// newRestAPI makes the API: regional, throttled, its access log in a group of its own, every
// method but OPTIONS behind the pool's ID tokens.
//
// API Gateway writes access logs with a role that belongs to the account and region, not to an
// API ("Set up CloudWatch logging for REST APIs in API Gateway"): it must have been set once,
// outside of any stack, since a stack that owned it would take every other API's logs down with
// it when deleted.
//
// The default endpoint's TLS policy can't be chosen; that is a custom domain's to set.
func newRestAPI(scope constructs.Construct, props UploadsProps, pool awscognito.IUserPool) awsapigateway.RestApi {
	authorizer := awsapigateway.NewCognitoUserPoolsAuthorizer(scope, jsii.String("Authorizer"), &awsapigateway.CognitoUserPoolsAuthorizerProps{
		CognitoUserPools: &[]awscognito.IUserPool{pool},
	})
	api := awsapigateway.NewRestApi(scope, jsii.String("Api"), &awsapigateway.RestApiProps{
		RestApiName:    awscdk.Stack_Of(scope).StackName(),
		Description:    jsii.String("Plans uploads that a browser then sends to S3 itself"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		// The default, so that a method added later is closed unless it says otherwise.
		DefaultMethodOptions: &awsapigateway.MethodOptions{
			AuthorizationType: awsapigateway.AuthorizationType_COGNITO,
			Authorizer:        authorizer,
		},
		DeployOptions: &awsapigateway.StageOptions{
			StageName:            jsii.String(apiStage),
			ThrottlingRateLimit:  jsii.Number(props.ThrottleRate),
			ThrottlingBurstLimit: jsii.Number(props.ThrottleBurst),
			AccessLogDestination: awsapigateway.NewLogGroupLogDestination(newLogGroup(scope, "ApiAccessLogs", props)),
			AccessLogFormat:      awsapigateway.AccessLogFormat_Custom(jsii.String(accessLogFormat())),
		},
	})
	// The stack names its own outputs; RestApi would add one more, with a hash in its name.
	api.Node().TryRemoveChild(jsii.String("Endpoint"))
	excuseFromNag(api.DeploymentStage(),
		excuse{
			rule:   "AwsSolutions-APIG3",
			reason: "Every route needs a signed-in user and the stage is throttled; a web ACL is the account's to choose and to pay",
		},
		excuse{
			rule:   "AwsSolutions-APIG6",
			reason: "Execution logs can hold requests and answers, and so tokens and signed URLs, in a log group without retention; the access log has a line for every request",
		},
	)
	addGatewayResponses(api, props.AllowedOrigins)
	return api
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

// addRoutes gives the function its routes. The request model asks for a JSON object and the query
// parameters are all optional: what is in them is the function's to judge, since API Gateway's own
// refusal can't name the field that is wrong.
func addRoutes(api awsapigateway.RestApi, props UploadsProps, function awslambda.IFunction) {
	validator := api.AddRequestValidator(jsii.String("Validator"), &awsapigateway.RequestValidatorOptions{
		ValidateRequestBody:       jsii.Bool(true),
		ValidateRequestParameters: jsii.Bool(true),
	})
	object := api.AddModel(jsii.String("JsonObject"), &awsapigateway.ModelOptions{
		Description: jsii.String("Any JSON object"),
		Schema: &awsapigateway.JsonSchema{
			Schema: awsapigateway.JsonSchemaVersion_DRAFT4,
			Type:   awsapigateway.JsonSchemaType_OBJECT,
		},
	})
	integration := awsapigateway.NewLambdaIntegration(function, &awsapigateway.LambdaIntegrationOptions{
		AllowTestInvoke: jsii.Bool(false),
	})
	add := func(path, method string, options *awsapigateway.MethodOptions) {
		options.RequestValidator = validator
		resource := api.Root().ResourceForPath(jsii.String(path))
		resource.AddMethod(jsii.String(method), integration, options)
		resource.AddCorsPreflight(&awsapigateway.CorsOptions{
			AllowOrigins: jsii.Strings(props.AllowedOrigins...),
			AllowMethods: jsii.Strings(method),
			AllowHeaders: jsii.Strings("Authorization", "Content-Type"),
			MaxAge:       awscdk.Duration_Seconds(jsii.Number(preflightMaxAge.Seconds())),
		})
	}
	add("uploads", "POST", &awsapigateway.MethodOptions{
		RequestModels: &map[string]awsapigateway.IModel{"application/json": object},
	})
	if !props.NoSimpleRoute {
		add("api/documents/signed", "GET", &awsapigateway.MethodOptions{
			RequestParameters: &map[string]*bool{
				"method.request.querystring.key":         jsii.Bool(false),
				"method.request.querystring.contentType": jsii.Bool(false),
				"method.request.querystring.size":        jsii.Bool(false),
			},
		})
	}
}
