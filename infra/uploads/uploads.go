package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Uploads is the construct: the users who may call (UserPool), the API that they call (API), the
// functions behind it, and the bucket that stores their files. With Issuers alone, there is no user
// pool.
type Uploads struct {
	constructs.Construct
	Bucket              awss3.Bucket
	UserPool            awscognito.IUserPool       // nil with Callers.Issuers and no pool
	Client              awscognito.IUserPoolClient // the first client of an existing pool; nil without a pool
	Function            awslambda.Function
	DownloadFunction    awslambda.Function // nil without Downloads
	ListFunction        awslambda.Function // nil without Listings
	DeleteFunction      awslambda.Function // nil without Deletions
	ScanFunction        awslambda.Function // nil without Scans
	AuthorizeFunction   awslambda.Function // nil without Callers.Issuers
	API                 awsapigateway.RestApi
	URL                 string        // the API's URL, with a slash at its end
	AlarmTopic          awssns.ITopic // nil without Alarms
	UndeliveredWebhooks awssqs.IQueue // nil without Webhook
}

// New adds an Uploads to a stack. If the props are invalid, it panics with a [*PropsError] before
// creating anything; call [Props.Validate] first to get that as an error. It does the same if the
// stack's region, where the CDK app has set one, lacks what the props ask for.
func New(scope constructs.Construct, id string, props Props) *Uploads {
	if err := props.Validate(); err != nil {
		panic(err)
	}
	if err := props.validateRegion(*awscdk.Stack_Of(scope).Region()); err != nil {
		panic(err)
	}
	props = props.withDefaults()
	// The struct holds the construct and is not one itself: jsii can't handle a Go struct that
	// embeds one as a scope.
	inner := constructs.NewConstruct(scope, jsii.String(id))
	made := &Uploads{Construct: inner, Bucket: newUploadBucket(inner, props)}
	callers := newCallers(inner, props)
	made.UserPool, made.Client = callers.pool, callers.client
	functions, functionLogs := made.addFunctions(props, callers)
	accessLog := newLogGroup(inner, "ApiAccessLogs", props)
	made.API = newRestAPI(inner, props, newAuthorizer(inner, props, made.UserPool, made.AuthorizeFunction), accessLog)
	addRoutes(made, props)
	made.URL = addDomain(inner, props, made.API)
	addWebACL(inner, props, made.API)
	made.UndeliveredWebhooks = newWebhook(inner, props, made.Bucket)
	if props.Alarms != nil {
		made.AlarmTopic = newAlarms(inner, props, made.API, accessLog, functions, webhookAlarm(made.UndeliveredWebhooks)...)
	}
	if props.Dashboard {
		newDashboard(inner, props, made.API, functions)
	}
	if props.LogQueries {
		addLogQueries(inner, accessLog, functionLogs...)
	}
	tag(inner, props.Tags)
	return made
}

// addFunctions makes the functions, and returns them by the names that alarms and graphs give them,
// with their logs.
func (u *Uploads) addFunctions(props Props, callers callers) (byName map[string]awslambda.Function, logs []awslogs.ILogGroup) {
	byName = map[string]awslambda.Function{}
	add := func(name string, wanted bool, newFunction func(constructs.Construct, Props, awss3.IBucket, []string) awslambda.Function) awslambda.Function {
		if !wanted {
			return nil
		}
		function := newFunction(u.Construct, props, u.Bucket, callers.clientIDs)
		byName[name] = function
		logs = append(logs, function.LogGroup())
		return function
	}
	u.Function = add("Upload", true, newUploadFunction)
	u.DownloadFunction = add("Download", props.Downloads != nil, newDownloadFunction)
	u.ListFunction = add("List", props.Listings != nil, newListFunction)
	u.DeleteFunction = add("Delete", props.Deletions != nil, newDeleteFunction)
	u.ScanFunction = add("Scan", props.Scans != nil, newScanFunction)
	u.AuthorizeFunction = add(authorizeName, props.Callers.Issuers != nil, func(scope constructs.Construct, props Props, _ awss3.IBucket, _ []string) awslambda.Function {
		return newAuthorizeFunction(scope, props, callers)
	})
	return byName, logs
}
