package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Uploads is the whole of it: who may ask (UserPool, Client), what they ask (API), who answers
// (Function) and where the files go (Bucket).
type Uploads struct {
	constructs.Construct
	Bucket   awss3.Bucket
	UserPool awscognito.UserPool
	Client   awscognito.UserPoolClient
	Function awslambda.Function
	API      awsapigateway.RestApi
}

// NewUploads adds an Uploads to a stack of one's own. It makes nothing and panics with a
// [*PropsError] when the props are wrong; call [UploadsProps.Validate] first to get it as an error.
func NewUploads(scope constructs.Construct, id string, props UploadsProps) *Uploads {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	props = props.withDefaults()
	this := constructs.NewConstruct(scope, jsii.String(id))
	bucket := newUploadBucket(this, props, newAccessLogBucket(this, props))
	pool := newUserPool(this, props)
	client := newUserPoolClient(pool, props)
	function := newUploadFunction(this, props, bucket, client)
	api := newRestAPI(this, props, pool)
	addRoutes(api, props, function)
	return &Uploads{Construct: this, Bucket: bucket, UserPool: pool, Client: client, Function: function, API: api}
}
