package template_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// TestTwoInOneStack: two Uploads in a team's own stack share nothing, and add no outputs and tags
// to the stack.
func TestTwoInOneStack(t *testing.T) {
	app := synth.NewApp(t)
	team := infra.Stage{Name: "team"}
	stack := awscdk.NewStack(app, jsii.String(team.StackName()), nil)
	props := synth.WithStub(t, options.Default()).Uploads
	images := uploads.New(stack, "Images", props)
	props.AllowedTypes = []string{"application/pdf"}
	uploads.New(stack, "Documents", props)
	if *images.Bucket.Stack().StackName() != *stack.StackName() {
		t.Error("the Bucket of Uploads is not in the stack")
	}

	parsed := parse(t, synth.Template(t, app, team))
	for kind, want := range map[string]int{
		"AWS::S3::Bucket": 4, "AWS::Lambda::Function": 2, "AWS::IAM::Role": 2, "AWS::Cognito::UserPool": 2, "AWS::ApiGateway::RestApi": 2,
	} {
		if got := len(parsed.of(kind)); got != want {
			t.Errorf("there are %d of %s, want %d", got, kind, want)
		}
	}
	if len(parsed.Outputs) != 0 {
		t.Errorf("the stack has outputs that the team did not ask for: %v", parsed.Outputs)
	}
	for _, function := range parsed.of("AWS::Lambda::Function") {
		if function.Properties["Tags"] != nil {
			t.Errorf("%s has tags that the team did not ask for", function.id)
		}
		role := parsed.Resources[reference(function.Properties["Role"])]
		put := statements(at(role.Properties, "Policies", 0, "PolicyDocument"))[0]
		if want := []string{"${" + reference(function.env()["UPLOAD_BUCKET"]) + ".Arn}/uploads/*"}; !slices.Equal(put.Resources, want) {
			t.Errorf("%s may write to %v, want %v", function.id, put.Resources, want)
		}
	}
}

// TestWrongPropsMakeNothing: a stack whose props are wrong is not made, and the panic is the error
// of Validate.
func TestWrongPropsMakeNothing(t *testing.T) {
	app, wrong := synth.NewApp(t), options.Default() // without code
	defer func() {
		if _, ok := recover().(*uploads.PropsError); !ok {
			t.Error("NewUploadStack did not panic with a PropsError")
		}
		if made := len(*app.Node().Children()); made != 0 {
			t.Errorf("%d constructs were made of wrong props", made)
		}
	}()
	infra.NewUploadStack(app, wrong)
}

// TestMetricsAreApart: several Uploads in one stack, one of them with the usual id, each have their
// own metrics. Those of an API are identified by its name, those of a web ACL by its metric name.
func TestMetricsAreApart(t *testing.T) {
	skipInShort(t)
	app, team := synth.NewApp(t), infra.Stage{Name: "team"}
	stack := awscdk.NewStack(app, jsii.String(team.StackName()), nil)
	props := synth.WithStub(t, options.Everything()).Uploads
	props.Deletions = nil // a stack can't have all resources of four
	for _, id := range []string{"Images", "Documents", "Uploads"} {
		uploads.New(stack, id, props)
	}
	uploads.New(constructs.NewConstruct(stack, jsii.String("Inner")), "Images", props)
	parsed := parse(t, synth.Template(t, app, team))
	apis, alarmed, acls := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, api := range parsed.of("AWS::ApiGateway::RestApi") {
		apis[render(api.Properties["Name"])] = true
	}
	for _, alarm := range parsed.of("AWS::CloudWatch::Alarm") {
		if alarm.Properties["MetricName"] == "5XXError" {
			alarmed[render(alarm.Properties["Dimensions"])] = true
		}
	}
	for _, acl := range parsed.of("AWS::WAFv2::WebACL") {
		acls[render(at(acl.Properties, "VisibilityConfig", "MetricName"))] = true
	}
	if len(apis) != 4 || len(alarmed) != 4 || len(acls) != 4 {
		t.Errorf("four APIs are called %v, their alarms are for %v, and the metrics of their web ACLs are %v; want four of each", apis, alarmed, acls)
	}
	if !apis[team.StackName()] {
		t.Errorf("no API has the stack's name: %v", apis)
	}
}

// TestAnotherPoolIsAnotherDeployment: a change of the user pool, or of anything else of the API,
// makes a new deployment, also in an app without cdk.json's feature flags. Until there is one, API
// Gateway uses the old pool.
func TestAnotherPoolIsAnotherDeployment(t *testing.T) {
	change := func(set func(*uploads.Props)) string {
		app, stage := synth.NewAppWith(t, nil), options.Default()
		stage.Uploads.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: options.PoolARN, ClientIDs: []string{"1example23456789"}}
		set(&stage.Uploads)
		infra.NewUploadStack(app, synth.WithStub(t, stage))
		parsed := parse(t, synth.Template(t, app, stage))
		deployment := parsed.of("AWS::ApiGateway::Deployment")[0]
		if authorizer := parsed.of("AWS::ApiGateway::Authorizer")[0].id; !slices.Contains(texts(deployment.DependsOn), authorizer) {
			t.Errorf("the deployment does not wait for %s, but for %v", authorizer, deployment.DependsOn)
		}
		return deployment.id
	}
	before := change(func(*uploads.Props) {})
	if again := change(func(p *uploads.Props) { p.LogRetentionDays = 30 }); again != before {
		t.Errorf("what isn't part of the API makes a new deployment: %s, and %s before", again, before)
	}
	for what, set := range map[string]func(*uploads.Props){
		"another pool":   func(p *uploads.Props) { p.Callers.ExistingPool.PoolARN += "J" },
		"scopes":         func(p *uploads.Props) { p.Callers.ExistingPool.OAuthScopes = []string{"signpost/upload"} },
		"another origin": func(p *uploads.Props) { p.AllowedOrigins = []string{"https://www.example.com"} },
		"one more route": func(p *uploads.Props) { p.Downloads = &uploads.Downloads{} },
		"one route less": func(p *uploads.Props) { p.NoSimpleRoute = true },
	} {
		if change(set) == before {
			t.Errorf("%s makes no new deployment", what)
		}
	}
}

// TestAnotherAuthorizerIsAnotherDeployment: so does a change of how API Gateway asks the function that
// verifies tokens, and a change of what that function accepts does not: API Gateway has no copy of
// it.
func TestAnotherAuthorizerIsAnotherDeployment(t *testing.T) {
	change := func(set func(*uploads.Props)) string {
		app, stage := synth.NewAppWith(t, nil), optionNamed(t, "issuers").Stage()
		set(&stage.Uploads)
		infra.NewUploadStack(app, synth.WithStub(t, stage))
		parsed := parse(t, synth.Template(t, app, stage))
		deployment := parsed.of("AWS::ApiGateway::Deployment")[0]
		var needed []string
		for _, kind := range []string{"AWS::ApiGateway::Authorizer", "AWS::Lambda::Permission"} {
			for _, resource := range parsed.of(kind) {
				if strings.Contains(resource.id, "Authoriz") {
					needed = append(needed, resource.id)
				}
			}
		}
		for _, id := range needed {
			if !slices.Contains(texts(deployment.DependsOn), id) {
				t.Errorf("the deployment does not wait for %s, but for %v", id, deployment.DependsOn)
			}
		}
		return deployment.id
	}
	before := change(func(*uploads.Props) {})
	if again := change(func(p *uploads.Props) { p.Callers.Issuers.List[0].Audiences = []string{"another"} }); again != before {
		t.Errorf("another audience makes a new deployment: %s, and %s before", again, before)
	}
	for what, set := range map[string]func(*uploads.Props){
		"another cache": func(p *uploads.Props) { p.Callers.Issuers.CacheLifetime = time.Hour },
		"a pool alone":  func(p *uploads.Props) { p.Callers = uploads.Callers{} },
	} {
		if change(set) == before {
			t.Errorf("%s makes no new deployment", what)
		}
	}
}

// TestPartitions: a stack in China or GovCloud has no ARN and no host of another partition, except
// the names of services, which are the same everywhere.
func TestPartitions(t *testing.T) {
	for _, region := range []string{"cn-north-1", "us-gov-west-1", "eu-west-1"} {
		context := synth.Context(t)
		context["@aws-cdk/core:target-partitions"] = []string{"aws", "aws-cn", "aws-us-gov"}
		context["@aws-cdk/core:validateAgainstDefaultRules"] = false // China has no Cognito user pools, which is what it would say
		app, team := synth.NewAppWith(t, context), infra.Stage{Name: "team"}
		stack := awscdk.NewStack(app, jsii.String(team.StackName()), &awscdk.StackProps{
			Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String(region)},
		})
		uploads.New(stack, "Uploads", synth.WithStub(t, partitionNeutral()).Uploads)
		text := string(synth.Template(t, app, team))
		own := "arn:" + map[string]string{"cn": "aws-cn", "us": "aws-us-gov", "eu": "aws"}[region[:2]] + ":"
		for _, arn := range regexp.MustCompile(`arn:aws[a-z-]*:[^"]*`).FindAllString(text, -1) {
			if !strings.HasPrefix(arn, own) {
				t.Errorf("%s: %s is of another partition", region, arn)
			}
		}
		for _, host := range regexp.MustCompile(`[a-z0-9.-]*amazonaws\.com[a-z.]*`).FindAllString(text, -1) {
			if !slices.Contains(services, host) {
				t.Errorf("%s: %s is not a service's name, and may be another partition's host", region, host)
			}
		}
	}
}

// services are the service principals that a template may have.
var services = []string{
	"apigateway.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com", "lambda.amazonaws.com", "logging.s3.amazonaws.com", "malware-protection-plan.guardduty.amazonaws.com",
}

// partitionNeutral is a stage with everything but the boundary, whose ARN the test itself gives,
// transfer acceleration, which only one partition has, and the webhook, which GovCloud hasn't.
func partitionNeutral() infra.Stage {
	stage := options.Everything()
	stage.Uploads.PermissionsBoundaryARN = ""
	stage.Uploads.TransferAcceleration = false
	stage.Uploads.Webhook = nil
	return stage
}

// TestTransferAccelerationByRegion: a stack in a partition without it is refused, and a stack whose
// region is known only during the deployment is not.
func TestTransferAccelerationByRegion(t *testing.T) {
	for region, refused := range map[string]bool{"cn-north-1": true, "us-gov-west-1": true, "eu-west-1": false, "": false} {
		t.Run(region, func(t *testing.T) {
			env := &awscdk.Environment{}
			if region != "" {
				env.Account, env.Region = jsii.String("111122223333"), jsii.String(region)
			}
			stack, stage := awscdk.NewStack(synth.NewApp(t), jsii.String("Team"), &awscdk.StackProps{Env: env}), options.Default()
			stage.Uploads.TransferAcceleration = true
			defer func() {
				var wrong *uploads.PropsError
				err, _ := recover().(error)
				if got := errors.As(err, &wrong); got != refused || err != nil && !strings.HasPrefix(err.Error(), "TransferAcceleration: can't be true in "+region) {
					t.Errorf("it is refused with %v, want that it is refused: %v", err, refused)
				}
			}()
			uploads.New(stack, "Uploads", synth.WithStub(t, stage).Uploads)
		})
	}
}

// TestWebhookByRegion: a webhook in GovCloud, or with a secret of another region, is refused. In
// China, nothing is of another partition.
func TestWebhookByRegion(t *testing.T) {
	secretIn := func(partition, region string) string {
		return "arn:" + partition + ":secretsmanager:" + region + ":111122223333:secret:webhook-AbCdEf"
	}
	for _, row := range []struct{ region, secret, problem string }{
		{"eu-west-1", options.SecretARN, ""},
		{"cn-north-1", secretIn("aws-cn", "cn-north-1"), ""},
		{"us-east-1", options.SecretARN, "Webhook.SecretARN: is in eu-west-1, and CloudFormation reads secrets in the stack's region, us-east-1: give the ARN of a secret, or of a replica, there"},
		{"us-gov-west-1", secretIn("aws-us-gov", "us-gov-west-1"), "Webhook.URL: can't be called from us-gov-west-1: GovCloud has no API destinations. Use EventBridge with a rule of your own"},
	} {
		t.Run(row.region, func(t *testing.T) {
			context := synth.Context(t)
			context["@aws-cdk/core:validateAgainstDefaultRules"] = false // as in TestPartitions
			app, stage := synth.NewAppWith(t, context), options.Default()
			stack := awscdk.NewStack(app, jsii.String(stage.StackName()), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("111122223333"), Region: jsii.String(row.region)},
			})
			stage.Uploads.Webhook = &uploads.Webhook{URL: options.WebhookURL, SecretARN: row.secret}
			defer func() {
				got := ""
				if err, refused := recover().(error); refused {
					got = err.Error()
				}
				if got != row.problem {
					t.Errorf("the problem is %q, want %q", got, row.problem)
				}
			}()
			uploads.New(stack, "Uploads", synth.WithStub(t, stage).Uploads)
			text := string(synth.Template(t, app, stage))
			for _, arn := range regexp.MustCompile(`arn:aws[a-z-]*:(events|sqs|secretsmanager)`).FindAllString(text, -1) {
				if strings.HasPrefix(arn, "arn:aws-cn:") != (row.region == "cn-north-1") {
					t.Errorf("%s is of another partition", arn)
				}
			}
		})
	}
}

// TestTwoOfEverything: no option uses a name that a second Uploads in the stack would use too.
func TestTwoOfEverything(t *testing.T) {
	skipInShort(t)
	app, team := synth.NewApp(t), infra.Stage{Name: "team"}
	stack := awscdk.NewStack(app, jsii.String(team.StackName()), nil)
	props := synth.WithStub(t, options.Everything()).Uploads
	uploads.New(constructs.NewConstruct(stack, jsii.String("Inner")), "Uploads", props)
	for _, id := range []string{"Images", "Documents"} {
		if made := uploads.New(stack, id, props); made.AlarmTopic == nil || made.DownloadFunction == nil || made.ListFunction == nil || made.DeleteFunction == nil || made.ScanFunction == nil || made.AuthorizeFunction == nil || made.UserPool == nil || made.UndeliveredWebhooks == nil || !strings.HasSuffix(made.URL, "/") {
			t.Errorf("Uploads %s does not say what it made: %+v", id, made)
		}
	}
	parsed := parse(t, synth.Template(t, app, team))
	names := map[string]string{}
	for _, resource := range parsed.Resources {
		for _, name := range []any{resource.Properties["Name"], at(resource.Properties, "MetricTransformations", 0, "MetricName")} {
			key := resource.Type + " " + render(name)
			// Validators and models have names within their own API.
			if name == nil || strings.Contains(resource.Type, "ApiGateway") && resource.Type != "AWS::ApiGateway::RestApi" {
				continue
			}
			if other, taken := names[key]; taken {
				t.Errorf("%s and %s both are the %s", resource.id, other, key)
			}
			names[key] = resource.id
		}
	}
}
