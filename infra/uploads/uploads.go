package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Uploads is the whole of it: who may ask (UserPool, Client), what they ask (API), who answers
// (Function, DownloadFunction) and where the files go (Bucket).
type Uploads struct {
	constructs.Construct
	Bucket           awss3.Bucket
	UserPool         awscognito.IUserPool
	Client           awscognito.IUserPoolClient // the first of UserPoolClientIDs, where those are given
	Function         awslambda.Function
	DownloadFunction awslambda.Function // nil without Downloads
	API              awsapigateway.RestApi
	URL              string        // of the API, with a slash at its end
	AlarmTopic       awssns.ITopic // nil without Alarms
}

// New adds an Uploads to a stack of one's own. It makes nothing and panics with a
// [*PropsError] when the props are wrong; call [Props.Validate] first to get it as an error.
func New(scope constructs.Construct, id string, props Props) *Uploads {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	props = props.withDefaults()
	// Not made itself: jsii can't tell a struct that embeds a construct from the construct.
	this := constructs.NewConstruct(scope, jsii.String(id))
	made := &Uploads{Construct: this}
	made.Bucket = newUploadBucket(this, props)
	callers := newCallers(this, props)
	made.UserPool, made.Client = callers.pool, callers.client
	made.Function = newUploadFunction(this, props, made.Bucket, callers.clientIDs)
	functions := map[string]awslambda.IFunction{"Upload": made.Function}
	functionLogs := []awslogs.ILogGroup{made.Function.LogGroup()}
	if props.Downloads {
		made.DownloadFunction = newDownloadFunction(this, props, made.Bucket, callers.clientIDs)
		functions["Download"] = made.DownloadFunction
		functionLogs = append(functionLogs, made.DownloadFunction.LogGroup())
	}
	accessLog := newLogGroup(this, "ApiAccessLogs", props)
	made.API = newRestAPI(this, props, made.UserPool, accessLog)
	addRoutes(made.API, props, made.Function, made.DownloadFunction)
	made.URL = addDomain(this, props, made.API)
	addWebACL(this, props, made.API)
	if props.Alarms {
		made.AlarmTopic = newAlarms(this, props, made.API, accessLog, functions)
	}
	if props.Dashboard {
		newDashboard(this, props, made.API, functions)
	}
	if props.LogQueries {
		addLogQueries(this, accessLog, functionLogs...)
	}
	tag(this, props.Tags)
	return made
}
