package check_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// everything are props that name all that can be named.
func everything() uploads.Props {
	return uploads.Props{
		AllowedOrigins: []string{"https://example.com"},
		Callers: uploads.Callers{
			ExistingPool:  &uploads.ExistingPool{PoolARN: awsstub.Pool, ClientIDs: []string{awsstub.PoolClient}},
			RequiredGroup: "uploaders",
		},
		Encryption:             &uploads.Encryption{KeyARN: awsstub.Key},
		Domain:                 &uploads.Domain{Name: awsstub.Domain, CertificateARN: awsstub.Certificate, HostedZoneID: awsstub.Zone},
		WebACL:                 &uploads.WebACL{ARN: awsstub.WebACL},
		Functions:              uploads.Functions{ReservedConcurrency: 100},
		Alarms:                 &uploads.Alarms{TopicARN: awsstub.Topic},
		AccessLogBucketName:    awsstub.LogBucket,
		PermissionsBoundaryARN: awsstub.Boundary,
	}
}

// config is that of somebody with credentials.
func config(account *awsstub.Server) aws.Config {
	return aws.Config{
		Region:           awsstub.Region,
		BaseEndpoint:     aws.String(account.URL),
		Credentials:      credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "wJalrXUtnFEMI", ""),
		RetryMaxAttempts: 5,
	}
}

func target(props uploads.Props) check.Target {
	return check.Target{Stage: infra.Stage{Name: "staging", Uploads: props}}
}

var levels = map[check.Level]string{check.Fine: "fine", check.Note: "note", check.Unknown: "unknown", check.Problem: "problem"}

// lines are the findings, without those that all is well, as "level subject: what it says → what to
// do".
func lines(report check.Report) []string {
	var lines []string
	for _, found := range report.Findings {
		if found.Level != check.Fine {
			lines = append(lines, fmt.Sprintf("%s %s: %s", levels[found.Level], found.Subject, strings.Join(append([]string{found.Says}, found.Do...), " → ")))
		}
	}
	return lines
}

// TestHealthy: where all is well, it says so of each thing, having asked for each, and has changed
// nothing.
func TestHealthy(t *testing.T) {
	account := awsstub.New(t)
	report := check.Run(context.Background(), config(account), target(everything()))
	if diff := cmp.Diff([]string(nil), lines(report)); diff != "" {
		t.Errorf("beside what is well, it says (-want +got):\n%s", diff)
	}
	var got []string
	for _, found := range report.Findings {
		got = append(got, found.Subject)
	}
	want := []string{"credentials", "CDK bootstrap", "stack", "API Gateway's log role", "Functions.ReservedConcurrency", "Callers.ExistingPool.PoolARN", "Callers.ExistingPool.ClientIDs", "Callers.RequiredGroup",
		"Encryption.KeyARN", "AccessLogBucketName", "Alarms.TopicARN", "WebACL.ARN", "Domain.CertificateARN", "Domain.Name", "Domain.HostedZoneID", "PermissionsBoundaryARN"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what it looked at (-want +got):\n%s", diff)
	}
	if report.Place != (check.Place{Partition: "aws", Account: awsstub.Account, Region: awsstub.Region}) || report.FirstDeployment || report.NoLogRole {
		t.Errorf("the report is %+v", report)
	}
	if changes := account.Changes(); len(changes) > 0 {
		t.Errorf("it made %q, which don't only read", changes)
	}
}

// TestNothingNamed: a stage without any of them asks for none of them.
func TestNothingNamed(t *testing.T) {
	account := awsstub.New(t)
	check.Run(context.Background(), config(account), target(uploads.Props{AllowedOrigins: []string{"https://example.com"}}))
	want := []string{"apigateway GET /account", "cloudformation DescribeStacks", "cloudformation ListStackResources", "iam GetRole",
		"lambda GET /2016-08-19/account-settings", "ssm GetParameter", "sts AssumeRole", "sts GetCallerIdentity"}
	if diff := cmp.Diff(want, account.Calls()); diff != "" {
		t.Errorf("its calls (-want +got):\n%s", diff)
	}
}

// TestEverythingAtOnce: a new account with a stage that names what isn't there hears of all of it
// in one run.
func TestEverythingAtOnce(t *testing.T) {
	account := awsstub.New(t)
	account.Fail("ssm GetParameter", 400, "ParameterNotFound", "")
	account.Fail("cloudformation DescribeStacks", 400, "ValidationError", "Stack with id Signpost-staging does not exist")
	account.Answer("apigateway GET /account", awsstub.Answer{Body: `{"throttleSettings":{"burstLimit":5000}}`})
	account.Answer("lambda GET /2016-08-19/account-settings", awsstub.Answer{Body: `{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`})
	account.Fail("cognito-idp DescribeUserPool", 400, "ResourceNotFoundException", "User pool eu-west-1_AbCdEfGhI does not exist.")
	account.Fail("kms DescribeKey", 400, "NotFoundException", "Key 'arn' does not exist")
	account.Answer("s3 HEAD /"+awsstub.LogBucket, awsstub.Answer{Status: 404})
	account.Fail("sns GetTopicAttributes", 404, "NotFound", "Topic does not exist")
	account.Fail("wafv2 GetWebACL", 400, "WAFNonexistentItemException", "AWS WAF couldn’t perform the operation because your resource doesn’t exist.")
	account.Fail("acm DescribeCertificate", 400, "ResourceNotFoundException", "Could not find certificate")
	account.Answer("apigateway GET /domainnames/"+awsstub.Domain, awsstub.Answer{Body: `{"domainName":"uploads.example.com"}`})
	account.Fail("route53 GET /2013-04-01/hostedzone/"+awsstub.Zone, 404, "NoSuchHostedZone", "No hosted zone found with ID")
	account.Fail("iam GetPolicy", 404, "NoSuchEntity", "Policy does not exist")
	props := everything()
	props.MaxSize = -1

	report := check.Run(context.Background(), config(account), target(props))
	var subjects []string
	for _, found := range report.Findings {
		if found.Level == check.Problem {
			subjects = append(subjects, found.Subject)
			if len(found.Do) == 0 {
				t.Errorf("%s: it doesn't say what to do", found.Subject)
			}
		}
	}
	want := []string{"MaxSize", "CDK bootstrap", "API Gateway's log role", "Functions.ReservedConcurrency", "Callers.ExistingPool.PoolARN", "Encryption.KeyARN", "AccessLogBucketName", "Alarms.TopicARN",
		"WebACL.ARN", "Domain.CertificateARN", "Domain.Name", "Domain.HostedZoneID", "PermissionsBoundaryARN"}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Errorf("the problems (-want +got):\n%s", diff)
	}
	if !report.FirstDeployment || !report.NoLogRole {
		t.Errorf("first deployment %v, no log role %v; want both", report.FirstDeployment, report.NoLogRole)
	}
	if changes := account.Changes(); len(changes) > 0 {
		t.Errorf("it made %q, which don't only read", changes)
	}
}

// TestDenied: what may not be read is said, loudly and with the permission, and stops nothing.
func TestDenied(t *testing.T) {
	permissions := map[string]string{
		"ssm GetParameter": "ssm:GetParameter", "cloudformation DescribeStacks": "cloudformation:DescribeStacks", "apigateway GET /account": "apigateway:GET",
		"iam GetPolicy": "iam:GetPolicy", "lambda GET /2016-08-19/account-settings": "lambda:GetAccountSettings", "cognito-idp DescribeUserPool": "cognito-idp:DescribeUserPool",
		"kms DescribeKey": "kms:DescribeKey", "acm DescribeCertificate": "acm:DescribeCertificate", "apigateway GET /domainnames/" + awsstub.Domain: "apigateway:GET",
		"route53 GET /2013-04-01/hostedzone/" + awsstub.Zone: "route53:GetHostedZone", "wafv2 GetWebACL": "wafv2:GetWebACL", "sns GetTopicAttributes": "sns:GetTopicAttributes",
		"s3 GET /" + awsstub.LogBucket + "?policy": "s3:GetBucketPolicy",
	}
	codes := map[string]string{"ssm": "AccessDeniedException", "kms": "AccessDeniedException", "acm": "AccessDeniedException", "cognito-idp": "AccessDeniedException",
		"wafv2": "AccessDeniedException", "lambda": "AccessDeniedException", "apigateway": "AccessDeniedException", "sns": "AuthorizationError"}
	account := awsstub.New(t)
	for call := range permissions {
		service, _, _ := strings.Cut(call, " ")
		denied := codes[service]
		if denied == "" {
			denied = "AccessDenied"
		}
		account.Fail(call, 403, denied, "User: arn:aws:iam::111122223333:user/ada is not authorized to perform it")
	}
	report := check.Run(context.Background(), config(account), target(everything()))
	got := strings.Join(lines(report), "\n")
	if n := report.Count(check.Problem); n > 0 || report.FirstDeployment || report.NoLogRole {
		t.Errorf("it takes what it can't see for wrong or missing:\n%s", got)
	}
	if n := report.Count(check.Unknown); n != len(permissions) {
		t.Errorf("%d things were not checked, want %d:\n%s", n, len(permissions), got)
	}
	for _, permission := range permissions {
		if !strings.Contains(got, "could not be checked, because "+permission+" is not permitted") {
			t.Errorf("it doesn't name the permission %s:\n%s", permission, got)
		}
	}
}

// TestThrottled: a service that asks to go slower is asked again.
func TestThrottled(t *testing.T) {
	account := awsstub.New(t)
	account.Answer("ssm GetParameter", awsstub.Answer{Status: 400, Error: "ThrottlingException", Body: "Rate exceeded"}, awsstub.Answer{Body: `{"Parameter":{"Value":"28"}}`})
	account.Answer("apigateway GET /account", awsstub.Answer{Status: 429, Error: "TooManyRequestsException", Body: "Too Many Requests"},
		awsstub.Answer{Body: `{"cloudwatchRoleArn":"` + awsstub.LogRole + `"}`})
	account.Answer("iam GetPolicy", awsstub.Answer{Status: 400, Error: "Throttling", Body: "Rate exceeded"},
		awsstub.Answer{Body: "<GetPolicyResponse><GetPolicyResult><Policy></Policy></GetPolicyResult></GetPolicyResponse>"})
	account.Answer("lambda GET /2016-08-19/account-settings", awsstub.Answer{Status: 503, Error: "ServiceUnavailable"},
		awsstub.Answer{Body: `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000}}`})
	report := check.Run(context.Background(), config(account), target(everything()))
	if diff := cmp.Diff([]string(nil), lines(report)); diff != "" {
		t.Errorf("beside what is well, it says (-want +got):\n%s", diff)
	}
	if n := account.Count("ssm GetParameter"); n != 2 {
		t.Errorf("it asked SSM %d times, want 2", n)
	}
}

// TestNoAnswer: a service that doesn't answer is not waited for for ever.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	account := awsstub.New(t)
	account.Answer("kms DescribeKey", awsstub.Answer{Never: true})
	to := target(everything())
	to.Timeout = 3 * time.Second
	const want = "unknown Encryption.KeyARN: could not be checked, because AWS did not answer in time"
	if got := lines(check.Run(context.Background(), config(account), to)); !slices.Contains(got, want) {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// TestReadsAsLookupRole: where the CDK's role for look-ups can be assumed, it reads as that; where
// not, as the caller, who then has to deploy alone too.
func TestReadsAsLookupRole(t *testing.T) {
	account := awsstub.New(t)
	check.Run(context.Background(), config(account), target(everything()))
	for _, role := range []string{"lookup", "deploy"} {
		if body := account.Body("sts AssumeRole"); !strings.Contains(body, "role%2Fcdk-hnb659fds-"+role+"-role-111122223333-eu-west-1") {
			t.Errorf("it does not assume the %s role: %s", role, body)
		}
	}
	if signers := account.Signers("kms DescribeKey"); !slices.Equal(signers, []string{"ASIALOOKUP"}) {
		t.Errorf("it reads as %q", signers)
	}

	account = awsstub.New(t)
	account.Fail("sts AssumeRole", 403, "AccessDenied", "not authorized to perform: sts:AssumeRole")
	want := []string{"note credentials: may not assume the CDK's role arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1: " +
		"the CDK then deploys with the caller's own permissions, and fails where those aren't enough → grant sts:AssumeRole on arn:aws:iam::111122223333:role/cdk-hnb659fds-*"}
	if diff := cmp.Diff(want, lines(check.Run(context.Background(), config(account), target(everything())))); diff != "" {
		t.Errorf("without those roles it says (-want +got):\n%s", diff)
	}
	if signers := account.Signers("kms DescribeKey"); !slices.Equal(signers, []string{"AKIDEXAMPLE"}) {
		t.Errorf("it reads as %q", signers)
	}
}

// TestQualifier: cdk.json may give the bootstrap another name.
func TestQualifier(t *testing.T) {
	account := awsstub.New(t)
	account.Fail("ssm GetParameter", 400, "ParameterNotFound", "")
	to := target(everything())
	to.Qualifier = "acme"
	got := lines(check.Run(context.Background(), config(account), to))
	want := []string{"problem CDK bootstrap: account 111122223333 is not bootstrapped for the CDK in eu-west-1 (there is no parameter /cdk-bootstrap/acme/version)" +
		" → npx cdk bootstrap aws://111122223333/eu-west-1 --qualifier acme --toolkit-stack-name CDKToolkit-acme"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it says (-want +got):\n%s", diff)
	}
	if !slices.Contains(account.Calls(), "ssm GetParameter") || !strings.Contains(account.Body("sts AssumeRole"), "cdk-acme-lookup-role") {
		t.Errorf("it looks for another bootstrap")
	}
}
