package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// Downloads configures POST /downloads, which gives users links to their own files.
type Downloads struct {
	// Code is the download function's built code, made like Props.Code.
	//
	// Required.
	Code awslambda.Code
}

func (d *Downloads) check(found problems) {
	if d != nil {
		checkCode(found, d.Code, "download")
	}
}

// newDownloadFunction makes the function that signs reads. It has its own role, so that no URL that
// the upload function signs can ever read.
func newDownloadFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	grants := []awsiam.PolicyStatement{getUploads(bucket, props)}
	if key := bucket.EncryptionKey(); key != nil {
		grants = append(grants, decryptUploads(scope, key))
	}
	return newFunction(scope, props, function{
		id:          "DownloadFunction",
		handler:     "download",
		description: "Signs reads for signed-in users, each of their own files",
		signs:       "downloads",
		code:        props.Downloads.Code,
		policy:      "Download",
		grants:      grants,
		environment: filesEnvironment(props, bucket, clientIDs),
	})
}
