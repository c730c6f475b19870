package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
)

// addUnknownRoutes answers 404 to every request for an unknown route, with or without a token.
//
// If no method matches, API Gateway expects IAM authorization. It reads the Authorization header as
// a SigV4 signature, and answers a page that sent its token with 403 IncompleteSignatureException
// (amazon-archives/aws-cognito-angular-quickstart#50, HumanCellAtlas/data-store#328). It isn't
// documented which gateway response that is. So there is an ANY method on {proxy+}, which always
// matches. It also gets known paths with another method, and paths that only lead to others, such
// as /api: API Gateway routes by path and method together (localstack/localstack's
// test_apigateway_common.py and ministackorg/ministack's test_apigatewayv1.py, both run against
// AWS). {proxy+} doesn't match the root, so the root has its own method.
//
// These methods need no token, since they call nothing: API Gateway itself writes the answer.
func addUnknownRoutes(api awsapigateway.RestApi, props Props) {
	notFound := gatewayResponse{code: "NotFound", message: noSuchRoute}
	headers, declared := map[string]*string{}, map[string]*bool{}
	for name, value := range refusalHeaders(props) {
		headers["method.response.header."+name] = value
		declared["method.response.header."+name] = jsii.Bool(true)
	}
	// A body of a type that isn't listed here is 415. If it were passed through, the mock would
	// look for its statusCode there and answer 500 (aws/aws-cdk#16323).
	requests := map[string]*string{}
	for _, contentType := range []string{
		"application/json", // also without a Content-Type
		"application/octet-stream", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data", "text/plain",
	} {
		requests[contentType] = jsii.String(`{"statusCode":404}`)
	}
	answer := awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		PassthroughBehavior: awsapigateway.PassthroughBehavior_NEVER,
		RequestTemplates:    &requests,
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode:         jsii.String("404"),
			ResponseParameters: &headers,
			ResponseTemplates:  &map[string]*string{"application/json": jsii.String(notFound.body())},
		}},
	})
	open := &awsapigateway.MethodOptions{
		AuthorizationType: awsapigateway.AuthorizationType_NONE,
		MethodResponses:   &[]*awsapigateway.MethodResponse{{StatusCode: jsii.String("404"), ResponseParameters: &declared}},
	}
	rest := api.Root().AddResource(jsii.String("{proxy+}"), nil)
	for _, resource := range []awsapigateway.IResource{api.Root(), rest} {
		suppressNag(resource.AddMethod(jsii.String("ANY"), answer, open), unknownRouteSuppressions()...)
	}
}
