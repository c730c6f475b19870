package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// bucketCORS lets the pages send what the deployment's features sign, and no more: the methods of
// the signed requests, and those of their headers that a script sets by hand. Content-Length and
// Host are the browser's and never asked about. Range is the one that is not signed: S3 takes it with any GET.
func bucketCORS(props Props) *awss3.CorsRule {
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
	if props.Downloads {
		// What a PDF viewer or a player asks for and looks at before it reads a file in pieces (mozilla/pdf.js#8566;
		// "How can I load a PDF file from another server?" in PDF.js's FAQ), and the name to save it by. A Range
		// such as "bytes=-500" is asked about in a preflight. Content-Encoding says that a range is of what was
		// stored, and not of the file. Content-Length a script may read anyway (Fetch Standard, "CORS-safelisted
		// response-header name"). HEAD is left out: the method is signed, so a URL for GET can't be used for it.
		headers = append(headers, "range")
		exposed = append(exposed, "Accept-Ranges", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Range")
	}
	return &awss3.CorsRule{
		AllowedOrigins: jsii.Strings(props.AllowedOrigins...),
		AllowedMethods: &methods,
		AllowedHeaders: jsii.Strings(headers...),
		ExposedHeaders: jsii.Strings(exposed...),
		MaxAge:         jsii.Number(preflightMaxAge.Seconds()),
	}
}
