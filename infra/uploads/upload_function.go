package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"

	"signpost/lambda/config"
)

// newUploadFunction makes the function that signs uploads.
func newUploadFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	grants := []awsiam.PolicyStatement{putUploads(bucket, props)}
	if props.Multipart.Resumable {
		grants = append(grants, resumeUploads(bucket, props))
	}
	if key := bucket.EncryptionKey(); key != nil {
		grants = append(grants, encryptUploads(scope, key, props.sendsParts()))
	}
	return newFunction(scope, props, function{
		id:          "UploadFunction",
		handler:     "upload",
		description: "Signs uploads for signed-in users",
		signs:       "uploads",
		code:        props.Code,
		policy:      "Upload",
		grants:      grants,
		environment: uploadConfig(props, *bucket.BucketName(), clientIDs).Environment(),
	})
}

// uploadConfig returns the settings of the function that signs uploads.
func uploadConfig(props Props, bucketName string, clientIDs []string) config.Upload {
	return config.Upload{
		Shared:             sharedConfig(props, bucketName, clientIDs),
		MaxSize:            props.MaxSize,
		MultipartThreshold: props.Multipart.Threshold,
		ResumableUploads:   props.Multipart.Resumable,
		AllowedTypes:       props.AllowedTypes,
		Downloads:          props.Downloads != nil,
		Listings:           props.Listings != nil,
		Deletions:          props.Deletions != nil,
		Scans:              props.Scans != nil,
		NoUnnamedKind:      props.NoUnnamedKind,
	}
}
