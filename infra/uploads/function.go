package uploads

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// signer is a function that signs: what it is called, what it may do, and what it is told beside
// what every signer is told.
type signer struct {
	id          string // construct id, "UploadFunction"
	handler     string // the main it runs, by the name of its folder: "upload"
	description string
	code        awslambda.Code
	policy      string // name of its role's policy
	grants      []awsiam.PolicyStatement
	environment map[string]string
}

// newSigner makes a function that signs, with a role and a log group of its own. It computes for
// microseconds and calls nobody, so the smallest memory size and a short timeout do.
func newSigner(scope constructs.Construct, props Props, bucket awss3.IBucket, clientIDs []string, this signer) awslambda.Function {
	logs := newLogGroup(scope, this.id+"Logs", props)
	function := awslambda.NewFunction(scope, jsii.String(this.id), &awslambda.FunctionProps{
		Description:  jsii.String(this.description),
		Code:         this.code,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		// A custom runtime leaves the name to its owner; here it says which main this is.
		Handler:     jsii.String(this.handler),
		MemorySize:  jsii.Number(props.MemoryMB),
		Timeout:     awscdk.Duration_Seconds(jsii.Number(5)),
		Role:        newSignerRole(scope, props, logs, this),
		LogGroup:    logs,
		Environment: signerEnvironment(props, bucket, clientIDs, this.environment),
	})
	resource := function.Node().DefaultChild().(awslambda.CfnFunction)
	if props.ReservedConcurrency != 0 {
		resource.SetReservedConcurrentExecutions(jsii.Number(props.ReservedConcurrency))
	}
	if props.Tracing {
		// Not by FunctionProps, with which CDK would write the grant, into a policy of its own.
		resource.SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("Active")})
	}
	// CDK also says that the function depends on its role, which the Role property says already.
	resource.AddDeletionOverride(jsii.String("DependsOn"))
	excuseFromNag(function, functionExcuses(props)...)
	return function
}

// signerEnvironment is what every signer is told, and more.
func signerEnvironment(props Props, bucket awss3.IBucket, clientIDs []string, more map[string]string) *map[string]*string {
	environment := map[string]*string{
		"UPLOAD_BUCKET":        bucket.BucketName(),
		"KEY_PREFIX":           jsii.String(props.KeyPrefix),
		"URL_LIFETIME_SECONDS": jsii.String(strconv.FormatInt(int64(props.URLLifetime.Seconds()), 10)),
		"ALLOWED_ORIGINS":      jsii.String(strings.Join(props.AllowedOrigins, ",")),
		"USER_POOL_CLIENT_IDS": jsii.String(strings.Join(clientIDs, ",")),
		"TOKEN_USE":            jsii.String(props.tokenUse()),
		"REQUIRED_GROUP":       jsii.String(props.RequiredGroup),
		"METRICS_NAMESPACE":    jsii.String(props.MetricsNamespace),
	}
	for name, value := range more {
		environment[name] = jsii.String(value)
	}
	return &environment
}

// newSignerRole makes a signer's role. Its grants are all that the function, and so any URL it
// signs, can ever do; beside them it may write its own log.
func newSignerRole(scope constructs.Construct, props Props, logs awslogs.ILogGroup, this signer) awsiam.Role {
	statements := append(this.grants, allow("WriteOwnLog", *logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents"))
	excuses := []excuse{{
		rule:    "AwsSolutions-IAM5",
		reason:  "The function chooses each object's key, all of them under " + props.KeyPrefix,
		finding: uploadsFinding(props),
	}}
	if props.Tracing {
		// These know no resources ("Actions, resources, and condition keys for AWS X-Ray").
		statements = append(statements, allow("SendTraces", "*", "xray:PutTraceSegments", "xray:PutTelemetryRecords"))
		excuses = append(excuses, excuse{
			rule:    "AwsSolutions-IAM5",
			reason:  "X-Ray's actions can't be bound to a resource; they only add traces",
			finding: "/^Resource::\\*$/",
		})
	}
	role := awsiam.NewRole(scope, jsii.String(this.id+"Role"), &awsiam.RoleProps{
		Description: jsii.String("What a signed " + this.handler + " may do, and the function's own log"),
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			this.policy: awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements}),
		},
		PermissionsBoundary: boundary(scope, this.id, props),
	})
	tag(role, props.RoleTags)
	excuseFromNag(role, append(excuses, roleExcuses()...)...)
	return role
}

// allow is one statement of a role: these actions on that resource.
func allow(sid, resource string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:       jsii.String(sid),
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	})
}

// uploadsARN is the ARN of every object that a signer may touch.
func uploadsARN(bucket awss3.IBucket, props Props) string {
	return *bucket.ArnForObjects(jsii.String(props.KeyPrefix + "*"))
}
