package template_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// byName gives everything that can exist already by its ARN, name or id.
func byName(p *uploads.Props) {
	p.Callers = uploads.Callers{ExistingPool: &uploads.ExistingPool{PoolARN: options.PoolARN, ClientIDs: []string{"1example23456789", "2example"}}}
	p.Downloads, p.MalwareScan = &uploads.Downloads{}, true
	p.Encryption = &uploads.Encryption{KeyARN: options.KeyARN}
	p.Domain = &uploads.Domain{Name: "uploads.example.com", CertificateARN: options.CertificateARN, HostedZoneID: "Z0123456789ABCDEFGHIJ"}
	p.Alarms = &uploads.Alarms{TopicARN: options.TopicARN}
	p.Webhook = &uploads.Webhook{URL: options.WebhookURL, SecretARN: options.SecretARN}
	p.AccessLogBucketName, p.PermissionsBoundaryARN = "all-access-logs", options.BoundaryARN
}

// imported gives the same as CDK objects, imported into scope.
func imported(scope constructs.Construct) func(*uploads.Props) {
	return func(p *uploads.Props) {
		byName(p)
		p.Callers.ExistingPool = &uploads.ExistingPool{
			Pool: awscognito.UserPool_FromUserPoolArn(scope, jsii.String("Pool"), jsii.String(options.PoolARN)),
			Clients: []awscognito.IUserPoolClient{
				awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("Client1"), jsii.String("1example23456789")),
				awscognito.UserPoolClient_FromUserPoolClientId(scope, jsii.String("Client2"), jsii.String("2example")),
			},
		}
		p.Encryption = &uploads.Encryption{Key: awskms.Key_FromKeyArn(scope, jsii.String("Key"), jsii.String(options.KeyARN))}
		p.Domain = &uploads.Domain{
			Name:        "uploads.example.com",
			Certificate: awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("Certificate"), jsii.String(options.CertificateARN)),
			HostedZone:  awsroute53.HostedZone_FromHostedZoneId(scope, jsii.String("Zone"), jsii.String("Z0123456789ABCDEFGHIJ")),
		}
		p.Webhook = &uploads.Webhook{URL: options.WebhookURL, Secret: awssecretsmanager.Secret_FromSecretCompleteArn(scope, jsii.String("Secret"), jsii.String(options.SecretARN))}
		p.Alarms = &uploads.Alarms{Topic: awssns.Topic_FromTopicArn(scope, jsii.String("Topic"), jsii.String(options.TopicARN))}
		p.AccessLogBucketName, p.AccessLogBucket = "", awss3.Bucket_FromBucketName(scope, jsii.String("Logs"), jsii.String("all-access-logs"))
		p.PermissionsBoundaryARN, p.PermissionsBoundary = "", awsiam.ManagedPolicy_FromManagedPolicyArn(scope, jsii.String("Boundary"), jsii.String(options.BoundaryARN))
	}
}

// TestObjects: what is given as CDK objects makes the same template as given by ARN, name and id.
func TestObjects(t *testing.T) {
	stage := infra.Stage{Name: "objects", Uploads: options.Default().Uploads}
	byName(&stage.Uploads)
	want := synth.Stage(t, stage)

	app := synth.NewApp(t)
	team := awscdk.NewStack(app, jsii.String("Team"), nil)
	awssns.NewTopic(team, jsii.String("Other"), nil) // a stack can't be empty
	imported(team)(&stage.Uploads)
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	got := synth.Template(t, app, stage)
	if diff := cmp.Diff(string(synth.Canonical(t, want)), string(synth.Canonical(t, got))); diff != "" {
		t.Errorf("with objects, the template is another (-want +got):\n%s", diff)
	}
}

// owned gives the same as resources of the team's own stack, whose ARNs are CDK tokens.
func owned(team awscdk.Stack) func(*uploads.Props) {
	pool := awscognito.NewUserPool(team, jsii.String("Pool"), nil)
	client := pool.AddClient(jsii.String("Client"), nil)
	name := jsii.String("uploads.example.com")
	certificate := awscertificatemanager.NewCertificate(team, jsii.String("Certificate"), &awscertificatemanager.CertificateProps{DomainName: name})
	zone := awsroute53.NewHostedZone(team, jsii.String("Zone"), &awsroute53.HostedZoneProps{ZoneName: jsii.String("example.com")})
	key := awskms.NewKey(team, jsii.String("Key"), nil)
	logs := awss3.NewBucket(team, jsii.String("Logs"), nil)
	topic := awssns.NewTopic(team, jsii.String("Topic"), nil)
	secret := awssecretsmanager.NewSecret(team, jsii.String("Secret"), nil)
	boundary := awsiam.NewManagedPolicy(team, jsii.String("Boundary"), &awsiam.ManagedPolicyProps{
		Statements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: jsii.Strings("s3:*"), Resources: jsii.Strings("*")})},
	})
	return func(p *uploads.Props) {
		p.Callers.ExistingPool = &uploads.ExistingPool{Pool: pool, Clients: []awscognito.IUserPoolClient{client}}
		p.Downloads, p.MalwareScan = &uploads.Downloads{}, true
		p.Encryption = &uploads.Encryption{Key: key}
		p.Domain = &uploads.Domain{Name: *name, Certificate: certificate, HostedZone: zone}
		p.Alarms = &uploads.Alarms{Topic: topic}
		p.Webhook = &uploads.Webhook{URL: options.WebhookURL, Secret: secret}
		p.AccessLogBucket, p.PermissionsBoundary = logs, boundary
	}
}

// TestObjectsOfAnotherStack: the objects can be resources of another stack. The stack refers to
// them and changes nothing of them.
func TestObjectsOfAnotherStack(t *testing.T) {
	team := infra.Stage{Name: "team"}
	alone := synth.NewApp(t)
	owned(awscdk.NewStack(alone, jsii.String(team.StackName()), nil))
	before := parse(t, synth.Template(t, alone, team))

	app, stage := synth.NewApp(t), infra.Stage{Name: "objects", Uploads: options.Default().Uploads}
	owned(awscdk.NewStack(app, jsii.String(team.StackName()), nil))(&stage.Uploads)
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	parsed := parse(t, synth.Template(t, app, stage))
	key := at(parsed.uploadBucket().Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID")
	for what, value := range map[string]any{
		"the bucket's key":           key,
		"the authorizer's pool":      at(parsed.of("AWS::ApiGateway::Authorizer")[0].Properties, "ProviderARNs", 0),
		"the function's clients":     parsed.of("AWS::Lambda::Function")[0].env()["USER_POOL_CLIENT_IDS"],
		"the bucket for access logs": at(parsed.uploadBucket().Properties, "LoggingConfiguration", "DestinationBucketName"),
		"the certificate":            at(parsed.of("AWS::ApiGateway::DomainName")[0].Properties, "RegionalCertificateArn"),
		"the hosted zone":            at(parsed.of("AWS::Route53::RecordSet")[0].Properties, "HostedZoneId"),
		"the alarms' topic":          at(parsed.of("AWS::CloudWatch::Alarm")[0].Properties, "AlarmActions", 0),
		"the webhook's secret":       at(parsed.of("AWS::Events::Connection")[0].Properties, "AuthParameters"),
		"the roles' boundary":        parsed.of("AWS::IAM::Role")[0].Properties["PermissionsBoundary"],
		"the output of the pool":     parsed.Outputs["UserPoolId"]["Value"],
		"the output of the client":   parsed.Outputs["UserPoolClientId"]["Value"],
	} {
		if text := render(value); !strings.Contains(text, `"StackName":"`+team.StackName()+`"`) {
			t.Errorf("%s is %s, want it to refer to stack %s", what, text, team.StackName())
		}
	}
	for _, role := range parsed.of("AWS::IAM::Role") {
		if strings.Contains(role.id, "WebhookRole") {
			continue // it sees no file
		}
		grants := statements(at(role.Properties, "Policies", 0, "PolicyDocument"))
		if !slices.ContainsFunc(grants, func(grant statement) bool { return slices.Equal(grant.Resources, []string{render(key)}) }) {
			t.Errorf("%s may not use the key", role.id)
		}
	}
	after := parse(t, synth.Template(t, app, team))
	if diff := cmp.Diff(before.Resources, after.Resources, cmp.AllowUnexported(resource{})); diff != "" {
		t.Errorf("Uploads changed what the other stack owns (-before +after):\n%s", diff)
	}
}

// TestPoolOfAnotherStackBesideIssuers: the function that verifies tokens knows the issuer and the
// client of a pool that another stack makes.
func TestPoolOfAnotherStackBesideIssuers(t *testing.T) {
	app, stage := synth.NewApp(t), infra.Stage{Name: "issuers", Uploads: options.Default().Uploads}
	team := awscdk.NewStack(app, jsii.String("Team"), nil)
	pool := awscognito.NewUserPool(team, jsii.String("Pool"), nil)
	stage.Uploads.Callers = uploads.Callers{
		ExistingPool: &uploads.ExistingPool{Pool: pool, Clients: []awscognito.IUserPoolClient{pool.AddClient(jsii.String("Client"), nil)}},
		Issuers:      &uploads.Issuers{List: []uploads.Issuer{{URL: options.Issuer, Audiences: []string{"web"}}}},
	}
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	issuers := text(parse(t, synth.Template(t, app, stage)).variables("authorize")["ISSUERS"])
	if strings.Count(issuers, `"StackName":"Team"`) != 2 || !strings.Contains(issuers, "ProviderName") {
		t.Errorf("ISSUERS refers to something else than the pool's provider and its client: %s", issuers)
	}
}
