package check_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/google/go-cmp/cmp"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// failing are credentials that can't be had.
func failing(err error) func(*aws.Config) {
	return func(cfg *aws.Config) {
		cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, err })
	}
}

// TestCredentials: without usable credentials and a region it says why, both at once, and asks
// nothing more.
func TestCredentials(t *testing.T) {
	t.Setenv("AWS_PROFILE", "acme")
	refused := func(code, message string) func(*awsstub.Server) {
		return func(account *awsstub.Server) { account.Fail("sts GetCallerIdentity", 403, code, message) }
	}
	const noRegion = "problem region: none is set, and the CDK would take us-east-1 → export AWS_REGION=eu-west-1 → or set region in the profile, in ~/.aws/config"
	const none = "problem credentials: there are none, neither in the environment nor in a profile" +
		" → export AWS_PROFILE=… for a profile in ~/.aws/config, or the three that AWS's access portal shows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN" +
		" → from the beginning: docs/operations.md, First deployment"
	for name, test := range map[string]struct {
		config func(*aws.Config)
		aws    func(*awsstub.Server)
		want   []string
	}{
		"None":         {config: failing(errors.New("failed to refresh cached credentials, no EC2 IMDS role found")), want: []string{none}},
		"SSOExpired":   {config: failing(&ssocreds.InvalidTokenError{}), want: []string{"problem credentials: the SSO session has expired, or never began → aws sso login --profile acme"}},
		"LoginExpired": {config: failing(errors.New("create oauth2 token: login session has expired, please reauthenticate")), want: []string{"problem credentials: the session has expired → aws login --profile acme"}},
		"Other": {config: failing(errors.New("process provider error: exit status 7")), want: []string{"problem credentials: can't be loaded: process provider error: exit status 7" +
			" → export AWS_PROFILE=… for a profile in ~/.aws/config, or the three that AWS's access portal shows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN" +
			" → from the beginning: docs/operations.md, First deployment"}},
		"NoRegion":     {config: func(cfg *aws.Config) { cfg.Region = "" }, want: []string{noRegion}},
		"RegionTyped":  {config: func(cfg *aws.Config) { cfg.Region = "eu-west1" }, want: []string{`problem region: "eu-west1" is not a region's name → export AWS_REGION=eu-west-1`}},
		"RegionIsZone": {config: func(cfg *aws.Config) { cfg.Region = "eu-west-1a" }, want: []string{`problem region: "eu-west-1a" is not a region's name → export AWS_REGION=eu-west-1`}},
		"NeitherIsSet": {config: func(cfg *aws.Config) {
			cfg.Region = ""
			failing(errors.New("no EC2 IMDS role found"))(cfg)
		}, want: []string{noRegion, none}},
		"NoRegionAndUnknown": {config: func(cfg *aws.Config) { cfg.Region = "" }, aws: refused("InvalidClientTokenId", "The security token included in the request is invalid."),
			want: []string{noRegion, "unknown credentials: could not be checked: InvalidClientTokenId: The security token included in the request is invalid."}},
		"Expired": {aws: refused("ExpiredToken", "The security token included in the request is expired"),
			want: []string{"problem credentials: have expired. AWS says: ExpiredToken: The security token included in the request is expired → aws sso login --profile acme → or copy new ones from AWS's access portal"}},
		"Unknown": {aws: refused("InvalidClientTokenId", "The security token included in the request is invalid."),
			want: []string{"problem credentials: AWS does not know them. They were deleted, or AWS_SESSION_TOKEN is missing or another's. AWS says: InvalidClientTokenId: The security token included in the request is invalid." +
				" → copy all three again, or: aws sso login --profile acme → check that ~/.aws/credentials has no older ones under the same profile"}},
		"WrongSecret": {aws: refused("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."),
			want: []string{"problem credentials: the secret access key does not belong to the access key id → copy both again"}},
		"Clock": {aws: refused("SignatureDoesNotMatch", "Signature expired: 20261126T190000Z is now earlier than 20261126T191500Z"),
			want: []string{"problem credentials: were refused because of this machine's clock. AWS says: SignatureDoesNotMatch: Signature expired: 20261126T190000Z is now earlier than 20261126T191500Z → set the clock"}},
		"RegionNotEnabled": {config: func(cfg *aws.Config) { cfg.Region = "af-south-1" }, aws: func(account *awsstub.Server) {
			account.Answer("sts GetCallerIdentity in af-south-1", awsstub.Answer{Status: 403, Error: "InvalidClientTokenId", Body: "The security token included in the request is invalid."})
		}, want: []string{"problem region: af-south-1 can't be used: the same credentials work in us-east-1. Either it is not a region, or this account has not enabled it" +
			" → choose another: export AWS_REGION=eu-west-1 → or enable it, which takes minutes: aws account enable-region --region-name af-south-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			if test.aws != nil {
				test.aws(account)
			}
			cfg := config(account)
			if test.config != nil {
				test.config(&cfg)
			}
			report := check.Run(context.Background(), cfg, target(everything()))
			if diff := cmp.Diff(test.want, lines(report)); diff != "" {
				t.Errorf("it says (-want +got):\n%s", diff)
			}
			for _, call := range account.Calls() {
				if call != "sts GetCallerIdentity" {
					t.Errorf("it goes on and calls %s", call)
				}
			}
		})
	}
}

// TestRegions: regions of every partition are taken for regions.
func TestRegions(t *testing.T) {
	for _, region := range []string{"eu-west-1", "ap-southeast-7", "us-gov-west-1", "cn-northwest-1", "us-iso-east-1", "eusc-de-east-1", "mx-central-1"} {
		cfg := config(awsstub.New(t))
		cfg.Region = region
		if report := check.Run(context.Background(), cfg, target(uploads.Props{AllowedOrigins: []string{"https://example.com"}})); report.Place.Region != region {
			t.Errorf("%s: it says %q", region, lines(report))
		}
	}
}

// TestRoot: the root user's credentials work, and are not for this.
func TestRoot(t *testing.T) {
	account := awsstub.New(t)
	account.Answer("sts GetCallerIdentity", awsstub.Answer{Body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:root</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`})
	got := lines(check.Run(context.Background(), config(account), target(everything())))
	want := []string{"note credentials: are the account's root user's, which is meant for emergencies → make a user or a role for deployments: docs/operations.md, First deployment"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("it says (-want +got):\n%s", diff)
	}
}
