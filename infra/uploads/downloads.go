package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// newDownloadFunction makes the function that signs reads. It has a role of its own, so that no
// URL that the upload function signs can ever read.
func newDownloadFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	grants := []awsiam.PolicyStatement{allow("GetUploads", uploadsARN(bucket, props), "s3:GetObject")}
	if key := bucket.EncryptionKey(); key != nil {
		grants = append(grants, useKey(scope, "DecryptUploads", key, "kms:Decrypt"))
	}
	return newSigner(scope, props, bucket, clientIDs, signer{
		id:          "DownloadFunction",
		handler:     "download",
		description: "Signs reads for signed-in users, each of their own files",
		code:        props.DownloadCode,
		policy:      "Download",
		grants:      grants,
	})
}
