package uploads

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// newUploadFunction makes the function that signs uploads. s3:PutObject takes in the creation, the
// parts and the completion of a multipart upload; listing its parts and aborting it are actions of
// their own ("Multipart upload API and permissions", Amazon S3 User Guide).
func newUploadFunction(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string) awslambda.Function {
	grants := []awsiam.PolicyStatement{allow("PutUploads", uploadsARN(bucket, props), "s3:PutObject")}
	if props.ResumableUploads {
		grants = append(grants, allow("ResumeUploads", uploadsARN(bucket, props), "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"))
	}
	if key := bucket.EncryptionKey(); key != nil {
		actions := []string{"kms:GenerateDataKey"}
		if props.multipart() {
			actions = append(actions, "kms:Decrypt") // S3 reads the parts to make them one
		}
		grants = append(grants, useKey(scope, "EncryptUploads", key, actions...))
	}
	return newSigner(scope, props, bucket, clientIDs, signer{
		id:          "UploadFunction",
		handler:     "upload",
		description: "Signs uploads for signed-in users",
		code:        props.Code,
		policy:      "Upload",
		grants:      grants,
		environment: map[string]string{
			"MAX_SIZE_BYTES":            strconv.FormatInt(props.MaxSize, 10),
			"MULTIPART_THRESHOLD_BYTES": strconv.FormatInt(props.MultipartThreshold, 10),
			"RESUMABLE_UPLOADS":         strconv.FormatBool(props.ResumableUploads),
			"ALLOWED_TYPES":             strings.Join(props.AllowedTypes, ","),
		},
	})
}
