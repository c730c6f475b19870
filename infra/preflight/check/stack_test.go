package check_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// TestStack: each state that a stack can be in, what is said of it, and whether the next deployment
// creates it.
func TestStack(t *testing.T) {
	const absent = "" // no stack
	for name, test := range map[string]struct {
		status     string
		protected  bool
		disposable bool
		level      check.Level
		says       string
		do         string // the first step
		first      bool
	}{
		"Absent":           {status: absent, level: check.Fine, says: "Signpost-staging does not exist yet: this deployment creates it", first: true},
		"AbsentDisposable": {status: absent, disposable: true, level: check.Fine, says: "Signpost-staging does not exist yet: this deployment creates it"},
		"Review":           {status: "REVIEW_IN_PROGRESS", level: check.Fine, says: "Signpost-staging has a change set that was never executed: this deployment creates it", first: true},
		"ReviewProtected":  {status: "REVIEW_IN_PROGRESS", protected: true, level: check.Fine, says: "Signpost-staging has a change set that was never executed: this deployment creates it", first: true},
		"RollbackComplete": {status: "ROLLBACK_COMPLETE", level: check.Note, first: true,
			says: "Signpost-staging is in ROLLBACK_COMPLETE, left by a creation that failed: the deployment deletes it and starts again. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging"},
		"RollbackCompleteProtected": {status: "ROLLBACK_COMPLETE", protected: true, level: check.Problem, first: true,
			says: "Signpost-staging is in ROLLBACK_COMPLETE, left by a creation that failed, and protected against deletion, so that no deployment can replace it. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging",
			do:   "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name Signpost-staging"},
		"RollbackFailed": {status: "ROLLBACK_FAILED", level: check.Note, first: true,
			says: "Signpost-staging is in ROLLBACK_FAILED, left by a creation that failed: the deployment deletes it and starts again. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging"},
		"UpdateRollbackFailed": {status: "UPDATE_ROLLBACK_FAILED", protected: true, level: check.Problem,
			says: "Signpost-staging is in UPDATE_ROLLBACK_FAILED: an update failed, and so did its rollback. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging",
			do:   "npx cdk rollback -c stage=staging"},
		"DeleteFailed": {status: "DELETE_FAILED", level: check.Problem,
			says: "Signpost-staging is in DELETE_FAILED: its deletion didn't finish. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging",
			do:   "aws cloudformation delete-stack --stack-name Signpost-staging --retain-resources UploadsBucket"},
		"CreateFailed": {status: "CREATE_FAILED", level: check.Problem,
			says: "Signpost-staging is in CREATE_FAILED: a deployment without rollback failed. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging",
			do:   "npx cdk rollback -c stage=staging"},
		"UpdateFailed": {status: "UPDATE_FAILED", protected: true, level: check.Problem,
			says: "Signpost-staging is in UPDATE_FAILED: a deployment without rollback failed. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging",
			do:   "npx cdk rollback -c stage=staging"},
		"ImportRollbackFailed": {status: "IMPORT_ROLLBACK_FAILED", protected: true, level: check.Problem, says: "Signpost-staging is in IMPORT_ROLLBACK_FAILED", do: "see its events in the CloudFormation console"},
		"CreateInProgress": {status: "CREATE_IN_PROGRESS", level: check.Problem, says: "Signpost-staging is in CREATE_IN_PROGRESS: something else is deploying it",
			do: "wait until it is done: aws cloudformation wait stack-create-complete --stack-name Signpost-staging"},
		"UpdateInProgress": {status: "UPDATE_IN_PROGRESS", protected: true, level: check.Problem, says: "Signpost-staging is in UPDATE_IN_PROGRESS: something else is deploying it",
			do: "wait until it is done: aws cloudformation wait stack-update-complete --stack-name Signpost-staging"},
		"CleanupInProgress": {status: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", protected: true, level: check.Problem, says: "Signpost-staging is in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: something else is deploying it",
			do: "wait until it is done: aws cloudformation wait stack-update-complete --stack-name Signpost-staging"},
		"RollbackInProgress": {status: "ROLLBACK_IN_PROGRESS", level: check.Problem, says: "Signpost-staging is in ROLLBACK_IN_PROGRESS: something else is deploying it",
			do: "wait until it is done: aws cloudformation wait stack-rollback-complete --stack-name Signpost-staging"},
		"DeleteInProgress": {status: "DELETE_IN_PROGRESS", level: check.Problem, says: "Signpost-staging is in DELETE_IN_PROGRESS: something else is deploying it",
			do: "wait until it is done: aws cloudformation wait stack-delete-complete --stack-name Signpost-staging"},
		"UpdateRollbackComplete": {status: "UPDATE_ROLLBACK_COMPLETE", protected: true, level: check.Note,
			says: "Signpost-staging is in UPDATE_ROLLBACK_COMPLETE: the last update failed and was undone. It failed at ApiStage: CloudWatch Logs role ARN must be set in account settings to enable logging"},
		"CreateComplete":           {status: "CREATE_COMPLETE", protected: true, level: check.Fine, says: "Signpost-staging is in CREATE_COMPLETE"},
		"CreateCompleteOpen":       {status: "CREATE_COMPLETE", level: check.Note, says: "Signpost-staging is in CREATE_COMPLETE and not protected against deletion: this deployment turns that on"},
		"CreateCompleteDisposable": {status: "CREATE_COMPLETE", disposable: true, level: check.Fine, says: "Signpost-staging is in CREATE_COMPLETE"},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			account.Answer("cloudformation DescribeStacks", awsstub.Answer{Body: awsstub.Stacks(test.status, test.protected)})
			if test.status == absent {
				account.Fail("cloudformation DescribeStacks", 400, "ValidationError", "Stack with id Signpost-staging does not exist")
			}
			account.Answer("cloudformation ListStackResources", awsstub.Answer{Body: awsstub.Resources(
				awsstub.Resource("AWS::S3::Bucket", "UploadsBucket", "b", "DELETE_FAILED") + awsstub.Resource("AWS::Cognito::UserPool", "UploadsUserPool", "p", "DELETE_COMPLETE"))})
			// The newest first: what else was cancelled, what failed, the deployment's begin, and
			// an older one's failure.
			account.Answer("cloudformation DescribeStackEvents", awsstub.Answer{Body: awsstub.Events(
				awsstub.Event("Other", "CREATE_FAILED", "Resource creation cancelled") +
					awsstub.Event("ApiStage", "CREATE_FAILED", "CloudWatch Logs role ARN must be set in account settings to enable logging") +
					awsstub.Event(awsstub.Stack, "CREATE_IN_PROGRESS", "User Initiated") + awsstub.Event("Older", "CREATE_FAILED", "of another deployment"))})
			report := check.Run(context.Background(), config(account), target(uploads.Props{AllowedOrigins: []string{"https://example.com"}, Disposable: test.disposable}))
			for _, found := range report.Findings {
				if found.Subject != "stack" {
					continue
				}
				do := ""
				if len(found.Do) > 0 {
					do = found.Do[0]
				}
				if diff := cmp.Diff([]string{levels[test.level], test.says, test.do}, []string{levels[found.Level], found.Says, do}); diff != "" {
					t.Errorf("of the stack it says (-want +got):\n%s", diff)
				}
			}
			if report.FirstDeployment != test.first {
				t.Errorf("first deployment is %v, want %v", report.FirstDeployment, test.first)
			}
			if changes := account.Changes(); len(changes) > 0 {
				t.Errorf("it made %q, which don't only read", changes)
			}
		})
	}
}

// TestQuotas: a new stack that would go over a limit, by default or as raised for the account.
func TestQuotas(t *testing.T) {
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	apis := `{"item":[` + many(600, `{"endpointConfiguration":{"types":["REGIONAL"]}}`) + `]}`
	pools := `{"UserPools":[` + many(1000, `{"Id":"a"}`) + `]}`
	for name, test := range map[string]struct {
		call, body string
		quota      string // Service Quotas' answer
		want       []string
	}{
		"OK": {},
		"Roles": {call: "iam GetAccountSummary",
			body: `<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap><entry><key>Roles</key><value>1000</value></entry><entry><key>RolesQuota</key><value>1000</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>`,
			want: []string{"problem quotas: IAM roles: the account has 1000, may have 1000, and the stack makes 1 more → delete some that nobody uses, or deploy to another region or account" +
				" → or ask for more: aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam --quota-code L-FE177D64 --desired-value 2000"}},
		"APIs": {call: "apigateway GET /restapis", body: apis,
			want: []string{"unknown quotas: regional REST APIs: the account has 600 and the stack makes 1 more, over AWS's default of 600. The account's own limit could not be read: it is not in Service Quotas"}},
		"UserPools": {call: "cognito-idp ListUserPools", body: pools, quota: `{"Quota":{"Value":1000}}`,
			want: []string{"problem quotas: user pools: the account has 1000, may have 1000, and the stack makes 1 more → delete some that nobody uses, or deploy to another region or account" +
				" → or ask for more: aws service-quotas request-service-quota-increase --region eu-west-1 --service-code cognito-idp --quota-code L-66E6DF30 --desired-value 2000"}},
		"UserPoolsUnknown": {call: "cognito-idp ListUserPools", body: pools, quota: `{}`,
			want: []string{"unknown quotas: user pools: the account has 1000 and the stack makes 1 more, over AWS's default of 1000. The account's own limit could not be read: the quota has no value"}},
		"OKRaised": {call: "cognito-idp ListUserPools", body: pools, quota: `{"Quota":{"Value":2000}}`},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			account.Fail("cloudformation DescribeStacks", 400, "ValidationError", "Stack with id Signpost-staging does not exist")
			if test.call != "" {
				account.Answer(test.call, awsstub.Answer{Body: test.body})
			}
			account.Answer("servicequotas GetServiceQuota", awsstub.Answer{Body: test.quota})
			report := check.Run(context.Background(), config(account), target(uploads.Props{AllowedOrigins: []string{"https://example.com"}}))
			if diff := cmp.Diff(test.want, lines(report)); diff != "" {
				t.Errorf("it says (-want +got):\n%s", diff)
			}
		})
	}
}
