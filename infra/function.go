package infra

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// keyPrefix is where every upload lies in the bucket, and all that the function may write.
const keyPrefix = "uploads/"

// newUploadFunction makes the function that signs uploads. It computes for microseconds and calls
// nobody, so the smallest memory size and a short timeout do.
func newUploadFunction(scope constructs.Construct, props UploadsProps, bucket awss3.IBucket, client awscognito.IUserPoolClient) awslambda.Function {
	logs := newLogGroup(scope, "UploadFunctionLogs", props)
	function := awslambda.NewFunction(scope, jsii.String("UploadFunction"), &awslambda.FunctionProps{
		Description:  jsii.String("Signs uploads to " + keyPrefix + " for signed-in users"),
		Code:         props.Code,
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(),
		Architecture: awslambda.Architecture_ARM_64(),
		Handler:      jsii.String("bootstrap"),
		MemorySize:   jsii.Number(128),
		Timeout:      awscdk.Duration_Seconds(jsii.Number(5)),
		Role:         newUploadRole(scope, bucket, logs),
		LogGroup:     logs,
		Environment: &map[string]*string{
			"UPLOAD_BUCKET":        bucket.BucketName(),
			"KEY_PREFIX":           jsii.String(keyPrefix),
			"URL_LIFETIME_SECONDS": jsii.String(strconv.FormatInt(int64(props.URLLifetime.Seconds()), 10)),
			"MAX_SIZE_BYTES":       jsii.String(strconv.FormatInt(props.MaxSize, 10)),
			"ALLOWED_TYPES":        jsii.String(strings.Join(props.AllowedTypes, ",")),
			"ALLOWED_ORIGINS":      jsii.String(strings.Join(props.AllowedOrigins, ",")),
			"USER_POOL_CLIENT_IDS": client.UserPoolClientId(),
		},
	})
	// CDK also says that the function depends on its role, which the Role property says already.
	function.Node().DefaultChild().(awscdk.CfnResource).AddDeletionOverride(jsii.String("DependsOn"))
	return function
}

// newUploadRole makes the function's role. Its two statements are all that the function, and so
// any URL it signs, can ever do.
func newUploadRole(scope constructs.Construct, bucket awss3.IBucket, logs awslogs.ILogGroup) awsiam.Role {
	allow := func(sid, resource string, actions ...string) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:       jsii.String(sid),
			Actions:   jsii.Strings(actions...),
			Resources: jsii.Strings(resource),
		})
	}
	objects := *bucket.ArnForObjects(jsii.String(keyPrefix + "*"))
	role := awsiam.NewRole(scope, jsii.String("UploadFunctionRole"), &awsiam.RoleProps{
		Description: jsii.String("What a signed upload may do, and the function's own log"),
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		InlinePolicies: &map[string]awsiam.PolicyDocument{
			"Upload": awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
				Statements: &[]awsiam.PolicyStatement{
					allow("PutUploads", objects, "s3:PutObject"),
					allow("WriteOwnLog", *logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents"),
				},
			}),
		},
	})
	excuseFromNag(role, excuse{
		rule:    "AwsSolutions-IAM5",
		reason:  "The function chooses each object's key, all of them under " + keyPrefix,
		finding: `/^Resource::<\w+\.Arn>\/uploads\/\*$/`,
	})
	return role
}

// newLogGroup makes a log group that forgets after the props' retention.
func newLogGroup(scope constructs.Construct, id string, props UploadsProps) awslogs.LogGroup {
	return awslogs.NewLogGroup(scope, jsii.String(id), &awslogs.LogGroupProps{
		Retention:     logRetentions[props.LogRetentionDays],
		RemovalPolicy: removalPolicy(props),
	})
}

// logRetentions maps days to CDK's names for them: the only numbers CloudWatch Logs takes
// ("PutRetentionPolicy", Amazon CloudWatch Logs API Reference).
var logRetentions = map[int]awslogs.RetentionDays{
	1:    awslogs.RetentionDays_ONE_DAY,
	3:    awslogs.RetentionDays_THREE_DAYS,
	5:    awslogs.RetentionDays_FIVE_DAYS,
	7:    awslogs.RetentionDays_ONE_WEEK,
	14:   awslogs.RetentionDays_TWO_WEEKS,
	30:   awslogs.RetentionDays_ONE_MONTH,
	60:   awslogs.RetentionDays_TWO_MONTHS,
	90:   awslogs.RetentionDays_THREE_MONTHS,
	120:  awslogs.RetentionDays_FOUR_MONTHS,
	150:  awslogs.RetentionDays_FIVE_MONTHS,
	180:  awslogs.RetentionDays_SIX_MONTHS,
	365:  awslogs.RetentionDays_ONE_YEAR,
	400:  awslogs.RetentionDays_THIRTEEN_MONTHS,
	545:  awslogs.RetentionDays_EIGHTEEN_MONTHS,
	731:  awslogs.RetentionDays_TWO_YEARS,
	1096: awslogs.RetentionDays_THREE_YEARS,
	1827: awslogs.RetentionDays_FIVE_YEARS,
	2192: awslogs.RetentionDays_SIX_YEARS,
	2557: awslogs.RetentionDays_SEVEN_YEARS,
	2922: awslogs.RetentionDays_EIGHT_YEARS,
	3288: awslogs.RetentionDays_NINE_YEARS,
	3653: awslogs.RetentionDays_TEN_YEARS,
}
