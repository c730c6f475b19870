package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Encryption encrypts uploads under a KMS key: a new one, unless an existing key is given. A new
// key is rotated every year.
//
// S3 calls KMS on behalf of the role that signed a request, so each role gets what its requests
// need: kms:GenerateDataKey to upload, and kms:Decrypt to upload in parts and to read ("Multipart
// upload API and permissions", Amazon S3 User Guide). Uploads doesn't change the policy of an
// existing key. That policy must let the account's IAM policies grant the key, which is the default
// policy of a key, or must name the roles itself ("Key policies in AWS KMS", AWS KMS Developer
// Guide).
type Encryption struct {
	// Key is an existing KMS key, symmetric and in the stack's region.
	//
	// Default: nil. Uploads makes a key, unless KeyARN is given.
	Key awskms.IKey

	// KeyARN is Key by its ARN. An alias is not accepted: IAM policies grant keys and not aliases.
	//
	// Default: "".
	KeyARN string
}

func (e *Encryption) check(found problems) {
	if e == nil {
		return
	}
	found.notBoth("Key", e.Key != nil, "KeyARN", e.KeyARN != "")
	found.arn("KeyARN", "KMS key", e.KeyARN)
}

// newEncryptionKey makes the key that uploads are encrypted under, or takes the existing one; nil
// is S3's own keys. The policy of a new key leaves every grant to the account's IAM policies, so
// the statements of the roles decide.
//
// Without their key, the uploads are lost, so it has the removal policy of the bucket; KMS itself
// waits 30 days before it deletes a key.
func newEncryptionKey(scope constructs.Construct, props Props) awskms.IKey {
	switch encryption := props.Encryption; {
	case encryption == nil:
		return nil
	case encryption.Key != nil:
		return encryption.Key
	case encryption.KeyARN != "":
		return awskms.Key_FromKeyArn(scope, jsii.String("Key"), jsii.String(encryption.KeyARN))
	}
	return awskms.NewKey(scope, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts uploads"),
		EnableKeyRotation: jsii.Bool(true),
		RemovalPolicy:     removalPolicy(props),
	})
}
