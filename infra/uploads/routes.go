package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// addRoutes adds the routes of the functions to the API. The request model is any JSON object, and
// the query parameters are all optional. The function checks what is in them, since API Gateway's
// refusal can't name the wrong field.
func addRoutes(made *Uploads, props Props) {
	api, upload := made.API, made.Function
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
	add := func(path, method string, function awslambda.IFunction, options awsapigateway.MethodOptions) {
		options.RequestValidator = validator
		if scopes := props.Callers.scopes(); scopes != nil && props.Callers.Issuers == nil {
			// With scopes, API Gateway expects an access token, and without them an ID token
			// ("Integrate a REST API with an Amazon Cognito user pool", Amazon API Gateway
			// Developer Guide).
			options.AuthorizationScopes = jsii.Strings(scopes...)
		}
		resource := api.Root().ResourceForPath(jsii.String(path))
		made := resource.AddMethod(jsii.String(method), awsapigateway.NewLambdaIntegration(function, &awsapigateway.LambdaIntegrationOptions{
			AllowTestInvoke: jsii.Bool(false),
		}), &options)
		if props.Callers.Issuers != nil {
			suppressNag(made, issuersSuppressions()...)
		}
		addPreflight(resource, props, method)
	}
	json := awsapigateway.MethodOptions{
		RequestModels: &map[string]awsapigateway.IModel{"application/json": object},
	}
	add("limits", "GET", upload, awsapigateway.MethodOptions{})
	add("uploads", "POST", upload, json)
	add("uploads/batch", "POST", upload, json)
	if props.sendsParts() {
		add("uploads/parts", "POST", upload, json)
	}
	if props.Downloads != nil {
		add("downloads", "POST", made.DownloadFunction, json)
	}
	if props.Listings != nil {
		add("listings", "POST", made.ListFunction, json)
	}
	if props.Deletions != nil {
		add("deletions", "POST", made.DeleteFunction, json)
	}
	if props.Scans != nil {
		add("scans", "POST", made.ScanFunction, json)
	}
	if !props.NoSimpleRoute {
		add("api/documents/signed", "GET", upload, awsapigateway.MethodOptions{
			RequestParameters: &map[string]*bool{
				"method.request.querystring.key":         jsii.Bool(false),
				"method.request.querystring.contentType": jsii.Bool(false),
				"method.request.querystring.size":        jsii.Bool(false),
				"method.request.querystring.kind":        jsii.Bool(false),
			},
		})
	}
	addUnknownRoutes(api, props)
}
