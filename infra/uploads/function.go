package uploads

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// Functions configures the resources of each function.
type Functions struct {
	// MemoryMB is the memory of each function, in MB: [MinMemoryMB] to [MaxMemoryMB]. The one that
	// verifies tokens for Callers.Issuers has at least [MinAuthorizerMemoryMB], 512.
	//
	// Default: [DefaultMemoryMB], 128.
	MemoryMB int

	// ReservedConcurrency is how many requests each function can serve at once. Lambda reserves
	// them from the account's quota: 1 to [MaxReservedConcurrency] for all functions together
	// ("Configuring reserved concurrency for a function", AWS Lambda Developer Guide).
	//
	// Default: 0. The functions share the unreserved concurrency of the account.
	ReservedConcurrency int
}

// Defaults and limits of Functions.
const (
	// MinMemoryMB and MaxMemoryMB are the limits of a function's memory ("Lambda quotas", AWS
	// Lambda Developer Guide).
	MinMemoryMB     = 128
	MaxMemoryMB     = 10_240
	DefaultMemoryMB = MinMemoryMB

	// MinAuthorizerMemoryMB is the least memory of the function that verifies tokens. See
	// newAuthorizeFunction.
	MinAuthorizerMemoryMB = 512

	// MaxReservedConcurrency is what an account can reserve in a region: its default quota of
	// 1,000, less the 100 that Lambda keeps for other functions ("Configuring reserved concurrency
	// for a function", AWS Lambda Developer Guide).
	MaxReservedConcurrency = 900
)

func (f Functions) withDefaults() Functions {
	f.MemoryMB = cmp.Or(f.MemoryMB, DefaultMemoryMB)
	return f
}

func (f Functions) check(found problems, count int) {
	if memory := f.withDefaults().MemoryMB; memory < MinMemoryMB || memory > MaxMemoryMB {
		found.add("MemoryMB", "%d is out of range: give %d to %d MB", memory, MinMemoryMB, MaxMemoryMB)
	}
	most, hint := MaxReservedConcurrency, ""
	if count > 1 {
		most, hint = MaxReservedConcurrency/count, fmt.Sprintf(", since there are %d functions", count)
	}
	if f.ReservedConcurrency < 0 || f.ReservedConcurrency > most {
		found.add("ReservedConcurrency", "%d is out of range: give 1 to %d%s, or 0 to reserve nothing", f.ReservedConcurrency, most, hint)
	}
}

// FunctionCount is how many functions these props make.
func (p Props) FunctionCount() int {
	count := 1
	for _, added := range []bool{p.Downloads != nil, p.Listings != nil, p.Deletions != nil, p.Scans != nil, p.Callers.Issuers != nil} {
		if added {
			count++
		}
	}
	return count
}

// function describes one of the functions: what is different between them.
type function struct {
	id          string // construct id: "UploadFunction"
	handler     string // name of the folder in lambda/ with its main package: "upload"
	description string
	signs       string // what it signs, in a few words: "uploads"; "" if it signs nothing
	code        awslambda.Code
	policy      string // name of the policy in its role
	grants      []awsiam.PolicyStatement
	onBucket    bool // the grants are on the bucket itself, and not on the uploads in it
	environment map[string]string

	callsIssuers bool // whether it makes network calls: only that which verifies tokens does
}

// newFunction makes a function, with its own role and log group. Those that sign compute for
// microseconds and make no network calls, so the smallest memory and a short timeout are enough.
func newFunction(scope constructs.Construct, props Props, f function) awslambda.Function {
	logs := newLogGroup(scope, f.id+"Logs", props)
	memoryMB, timeoutSeconds := props.Functions.MemoryMB, 5
	if f.callsIssuers {
		memoryMB, timeoutSeconds = max(memoryMB, MinAuthorizerMemoryMB), authorizerTimeoutSeconds
	}
	made := awslambda.NewFunction(scope, jsii.String(f.id), &awslambda.FunctionProps{
		Description:  jsii.String(f.description),
		Code:         f.code,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		// A custom runtime can use any name; here it says which main package this is.
		Handler:     jsii.String(f.handler),
		MemorySize:  jsii.Number(memoryMB),
		Timeout:     awscdk.Duration_Seconds(jsii.Number(timeoutSeconds)),
		Role:        newFunctionRole(scope, props, logs, f),
		LogGroup:    logs,
		Environment: jsiiMap(f.environment),
	})
	resource := made.Node().DefaultChild().(awslambda.CfnFunction)
	if props.Functions.ReservedConcurrency != 0 {
		resource.SetReservedConcurrentExecutions(jsii.Number(props.Functions.ReservedConcurrency))
	}
	if props.Tracing {
		// Not with FunctionProps: CDK would then write the grant, into a separate policy.
		resource.SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("Active")})
	}
	// CDK adds a dependency on the role, which the property Role already is.
	resource.AddDeletionOverride(jsii.String("DependsOn"))
	suppressNag(made, functionSuppressions(props, f.callsIssuers)...)
	return made
}

// checkCode checks the code of a function, which is called by the name of its folder in lambda/.
func checkCode(found problems, code awslambda.Code, function string) {
	if code == nil {
		found.add("Code", "is missing: give the %s function's built code, as package build makes it", function)
	}
}

// filesEnvironment returns the environment of a function that serves stored files.
func filesEnvironment(props Props, bucket awss3.IBucket, clientIDs []string) map[string]string {
	return config.Files{Shared: sharedConfig(props, *bucket.BucketName(), clientIDs)}.Environment()
}

// sharedConfig returns the settings of every function. Where a function verifies the tokens, the
// others know nothing of a user pool.
func sharedConfig(props Props, bucketName string, clientIDs []string) config.Shared {
	shared := config.Shared{
		Bucket:               bucketName,
		TransferAcceleration: props.TransferAcceleration,
		KeyPrefix:            props.KeyPrefix,
		URLLifetime:          props.URLLifetime,
		AllowedOrigins:       props.AllowedOrigins,
		LambdaAuthorizer:     props.Callers.Issuers != nil,
		MetricsNamespace:     props.MetricsNamespace,
		Kinds:                kindsConfig(props.Kinds),
	}
	if !shared.LambdaAuthorizer {
		shared.ClientIDs, shared.TokenUse, shared.RequiredGroup = clientIDs, props.Callers.tokenUse(), props.Callers.RequiredGroup
	}
	return shared
}

func jsiiMap(values map[string]string) *map[string]*string {
	converted := map[string]*string{}
	for key, value := range values {
		converted[key] = jsii.String(value)
	}
	return &converted
}

// newFunctionRole makes a function's role. Its grants are all that the function, and any URL it
// signs, can ever do. In addition, the function may write its own log. A function that signs nothing
// has no grants.
func newFunctionRole(scope constructs.Construct, props Props, logs awslogs.ILogGroup, f function) awsiam.Role {
	statements := append(f.grants, writeOwnLog(logs))
	suppressions := unless(f.onBucket || len(f.grants) == 0, suppression{
		rule:    "AwsSolutions-IAM5",
		reason:  "The function chooses each object's key, all of them under " + props.KeyPrefix,
		finding: uploadsFinding(props),
	})
	if props.Tracing {
		statements = append(statements, sendTraces())
		suppressions = append(suppressions, suppression{
			rule:    "AwsSolutions-IAM5",
			reason:  "X-Ray's actions can't be bound to a resource; they only add traces",
			finding: "/^Resource::\\*$/",
		})
	}
	description := "Permissions of signed " + f.signs + "; writes the function's log"
	if f.signs == "" {
		description = "Writes the function's log"
	}
	role := awsiam.NewRole(scope, jsii.String(f.id+"Role"), &awsiam.RoleProps{
		Description:         jsii.String(description),
		AssumedBy:           awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies:      inlinePolicy(f.policy, statements),
		PermissionsBoundary: permissionsBoundary(scope, f.id, props),
	})
	tag(role, props.RoleTags)
	suppressNag(role, append(suppressions, roleSuppressions()...)...)
	return role
}
