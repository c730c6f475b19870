package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// bucketCORS lets the pages send what the deployment's features sign, and no more: the methods of
// the signed requests, and those of their headers that a script sets by hand. Content-Length and
// Host are the browser's and never asked about.
func bucketCORS(props UploadsProps) *awss3.CorsRule {
	methods := []awss3.HttpMethods{awss3.HttpMethods_PUT}
	headers := []string{"content-type", "content-disposition", "if-none-match", "x-amz-checksum-sha256", "x-amz-meta-*"}
	exposed := []string{"ETag"}
	if props.multipart() {
		methods = append(methods, awss3.HttpMethods_POST) // create and complete
		headers = append(headers, "x-amz-checksum-algorithm", "x-amz-mp-object-size")
		exposed = append(exposed, "x-amz-checksum-sha256") // of a part: complete repeats it
	}
	if props.ResumableUploads || props.Downloads {
		methods = append(methods, awss3.HttpMethods_GET) // the list of parts; a file
	}
	if props.ResumableUploads {
		methods = append(methods, awss3.HttpMethods_DELETE) // abort
	}
	return &awss3.CorsRule{
		AllowedOrigins: jsii.Strings(props.AllowedOrigins...),
		AllowedMethods: &methods,
		AllowedHeaders: jsii.Strings(headers...),
		ExposedHeaders: jsii.Strings(exposed...),
		MaxAge:         jsii.Number(preflightMaxAge.Seconds()),
	}
}
