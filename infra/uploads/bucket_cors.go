package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// bucketCORS lets the pages send what the deployment's features sign, and no more: the methods of
// the signed requests, and those of their headers that a script sets. The browser itself sets
// Content-Length and Host, and no preflight asks for them. Only Range is not signed: S3 accepts it
// with any GET.
func bucketCORS(props Props) *awss3.CorsRule {
	methods := []awss3.HttpMethods{awss3.HttpMethods_PUT}
	headers := []string{"content-type", "content-disposition", "if-none-match", "x-amz-checksum-sha256", "x-amz-meta-*"}
	exposed := []string{"ETag"}
	if props.sendsParts() {
		methods = append(methods, awss3.HttpMethods_POST) // create and complete
		headers = append(headers, "x-amz-checksum-algorithm", "x-amz-mp-object-size")
		exposed = append(exposed, "x-amz-checksum-sha256") // of a part: complete repeats it
	}
	if props.Multipart.Resumable || props.Downloads != nil || props.Listings != nil || props.Scans != nil {
		methods = append(methods, awss3.HttpMethods_GET) // the list of parts; a file; a list of files; a scan result
	}
	if props.Multipart.Resumable || props.Deletions != nil {
		methods = append(methods, awss3.HttpMethods_DELETE) // abort; a deletion
	}
	if props.Downloads != nil {
		// What a PDF viewer or a player sends and reads before it loads a file in pieces
		// (mozilla/pdf.js#8566; "How can I load a PDF file from another server?" in PDF.js's FAQ),
		// and the name to save a file with. A Range such as "bytes=-500" needs a preflight. With
		// Content-Encoding, a range is of the stored bytes and not of the file. A script may read
		// Content-Length anyway (Fetch Standard, "CORS-safelisted response-header name"). There is
		// no HEAD: the method is signed, so a URL for GET doesn't work with it.
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
