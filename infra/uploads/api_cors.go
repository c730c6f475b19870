package uploads

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
)

// CORS of the API: the preflight of its routes, and the headers of the answers that API Gateway
// writes itself. The functions write those of their own answers. The bucket's CORS is in
// bucket_cors.go.

// preflightMaxAge is how long a browser may cache the answer to a preflight.
const preflightMaxAge = time.Hour

// addPreflight answers preflights of a route, for the pages that may call it.
func addPreflight(resource awsapigateway.IResource, props Props, method string) {
	resource.AddCorsPreflight(&awsapigateway.CorsOptions{
		AllowOrigins: jsii.Strings(props.AllowedOrigins...),
		AllowMethods: jsii.Strings(method),
		AllowHeaders: jsii.Strings("Authorization", "Content-Type"),
		MaxAge:       awscdk.Duration_Seconds(jsii.Number(preflightMaxAge.Seconds())),
	})
}

// refusalHeaders are the headers of the answers that API Gateway writes itself, as mappings: text
// in single quotes.
//
// With several origins, every page may read these answers. They are the same for everybody, contain
// nothing but the request's id, and have no Access-Control-Allow-Credentials. A mapping can't
// choose from a list. It could send the caller's origin back, as method.request.header.Origin, but
// header names in mappings are case-sensitive ("Amazon API Gateway important notes", Amazon API
// Gateway Developer Guide) and browsers send "origin" with HTTP/2.
func refusalHeaders(props Props) map[string]*string {
	allowed := "*"
	if len(props.AllowedOrigins) == 1 {
		allowed = props.AllowedOrigins[0]
	}
	return map[string]*string{
		"Access-Control-Allow-Origin":   jsii.String("'" + allowed + "'"),
		"Access-Control-Expose-Headers": jsii.String("'Retry-After,x-amzn-RequestId'"),
		// As in every answer of the functions: a refusal is only for this caller and this request.
		"Cache-Control": jsii.String("'no-store'"),
		// Other answers of a route differ by origin, and one header for all answers is simpler to
		// rely on.
		"Vary": jsii.String("'Origin'"),
	}
}
