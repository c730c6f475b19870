package check_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
)

// notSpread is API Gateway's word for a role that IAM has not told it of.
var notSpread = awsstub.Answer{Status: 400, Error: "BadRequestException",
	Body: "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy."}

// TestSetLogRole: what it does in each account, and how it goes on while IAM spreads the role.
func TestSetLogRole(t *testing.T) {
	for name, test := range map[string]struct {
		aws       func(*awsstub.Server)
		partition string
		changes   []string
		says      []string
		waits     int
		fails     string
	}{
		"OK": {changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"},
			says: []string{"made the role " + awsstub.LogRole, "API Gateway's log role in eu-west-1 is " + awsstub.LogRole}},
		"OKSecondRegion": {aws: func(account *awsstub.Server) {
			account.Answer("iam GetRole", awsstub.Answer{Body: awsstub.Role("GetRole", "apigateway.amazonaws.com")})
		}, changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy"}, says: []string{"API Gateway's log role in eu-west-1 is " + awsstub.LogRole}},
		"OKAfterSpreading": {aws: func(account *awsstub.Server) {
			older := awsstub.Answer{Status: 400, Error: "BadRequestException", Body: "The role ARN does not have required permissions set to API Gateway"}
			account.Answer("apigateway PATCH /account", notSpread, older, notSpread, awsstub.Answer{Body: "{}"})
		}, changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"}, waits: 3,
			says: []string{"made the role " + awsstub.LogRole, "API Gateway can't see the new role yet: trying again every 20s, for up to 3m0s", "API Gateway's log role in eu-west-1 is " + awsstub.LogRole}},
		"OKChina": {partition: "aws-cn", changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"},
			says: []string{"made the role " + awsstub.LogRole, "API Gateway's log role in eu-west-1 is " + awsstub.LogRole}},
		"ErrNeverSpreads": {aws: func(account *awsstub.Server) { account.Answer("apigateway PATCH /account", notSpread) },
			changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"}, waits: 9, fails: "API Gateway still doesn't accept " + awsstub.LogRole + " as its log role after 3m0s"},
		"ErrOther": {aws: func(account *awsstub.Server) {
			account.Fail("apigateway PATCH /account", 400, "BadRequestException", "Invalid ARN specified in the request")
		}, changes: []string{"apigateway PATCH /account", "iam AttachRolePolicy", "iam CreateRole"}, fails: "API Gateway doesn't accept " + awsstub.LogRole + " as its log role: BadRequestException: Invalid ARN"},
		"ErrRoleOfAnother": {aws: func(account *awsstub.Server) {
			account.Answer("iam GetRole", awsstub.Answer{Body: awsstub.Role("GetRole", "lambda.amazonaws.com")})
		}, fails: "the role apigateway-logs exists and doesn't trust apigateway.amazonaws.com"},
		"ErrDenied": {aws: func(account *awsstub.Server) {
			account.Fail("iam CreateRole", 403, "AccessDenied", "not authorized to perform: iam:CreateRole")
		}, changes: []string{"iam CreateRole"}, fails: "the role apigateway-logs can't be made: AccessDenied: not authorized to perform: iam:CreateRole"},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.NewWithoutLogRole(t)
			if test.aws != nil {
				test.aws(account)
			}
			partition := test.partition
			if partition == "" {
				partition = "aws"
			}
			var says []string
			waits := 0
			err := check.LogRole{
				Config: config(account), Place: check.Place{Partition: partition, Account: awsstub.Account, Region: awsstub.Region},
				Say:  func(line string) { says = append(says, line) },
				Wait: func(context.Context, time.Duration) error { waits++; return nil },
			}.Set(context.Background())
			if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.HasPrefix(err.Error(), test.fails)) {
				t.Fatalf("the error is %v, want %q", err, test.fails)
			}
			if diff := cmp.Diff(test.changes, account.Changes(), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("it changes (-want +got):\n%s", diff)
			}
			if test.fails == "" {
				if diff := cmp.Diff(test.says, says); diff != "" {
					t.Errorf("it says (-want +got):\n%s", diff)
				}
				attached, _ := url.ParseQuery(account.Body("iam AttachRolePolicy"))
				if want := "arn:" + partition + ":iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"; attached.Get("PolicyArn") != want {
					t.Errorf("it attaches %s, want %s", attached.Get("PolicyArn"), want)
				}
				if body := account.Body("apigateway PATCH /account"); !strings.Contains(body, awsstub.LogRole) {
					t.Errorf("it sets %s", body)
				}
			}
			if waits != test.waits {
				t.Errorf("it waits %d times, want %d", waits, test.waits)
			}
		})
	}
}

// TestStopsWaiting: somebody who interrupts it does not wait on.
func TestStopsWaiting(t *testing.T) {
	account := awsstub.NewWithoutLogRole(t)
	account.Answer("apigateway PATCH /account", notSpread)
	ctx, cancel := context.WithCancel(context.Background())
	err := check.LogRole{Config: config(account), Place: check.Place{Partition: "aws"}, Say: func(line string) {
		if strings.Contains(line, "trying again") {
			cancel()
		}
	}}.Set(ctx)
	if err == nil {
		t.Error("it goes on after it was interrupted")
	}
}
