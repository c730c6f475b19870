package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newEncryptionKey makes the key that uploads are encrypted under, or takes the one that the props
// name; nil leaves it to S3. Its policy leaves every grant to the account's IAM, so the roles' own
// statements decide. What a role needs is in "Uploading and copying objects using multipart upload
// in Amazon S3" (Amazon S3 User Guide) under "Multipart upload API and permissions".
//
// A key that goes takes every upload with it, so it shares the fate of the bucket; KMS itself
// waits 30 days before it deletes one.
func newEncryptionKey(scope constructs.Construct, props Props) awskms.IKey {
	switch {
	case props.OwnKey:
		return awskms.NewKey(scope, jsii.String("Key"), &awskms.KeyProps{
			Description:       jsii.String("Encrypts uploads"),
			EnableKeyRotation: jsii.Bool(true),
			RemovalPolicy:     removalPolicy(props),
		})
	case props.KeyARN != "":
		return awskms.Key_FromKeyArn(scope, jsii.String("Key"), jsii.String(props.KeyARN))
	}
	return nil
}

// useKey allows a role those actions of a key's where S3 asks for them in the role's name, as it does
// for each request that the role signed ("kms:ViaService" in "AWS KMS condition keys", AWS KMS
// Developer Guide): the role itself can't have the key decrypt anything.
//
// The encryption context isn't looked at as well. The role's S3 actions are bound to this bucket
// already, and S3 names the bucket or the object there, as an object's bucket key goes.
func useKey(scope constructs.Construct, sid string, key awskms.IKey, actions ...string) awsiam.PolicyStatement {
	stack := awscdk.Stack_Of(scope)
	statement := allow(sid, *key.KeyArn(), actions...)
	statement.AddCondition(jsii.String("StringEquals"), map[string]any{"kms:ViaService": "s3." + *stack.Region() + "." + *stack.UrlSuffix()})
	return statement
}
