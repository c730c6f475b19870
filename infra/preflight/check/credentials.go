package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// regionForm distinguishes a region's name from a typing mistake, such as "eu-west1" or a zone,
// "eu-west-1a".
var regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+$`)

// identify finds out whose credentials these are, and whether this account can use the region. Its
// Place is complete, or the findings report what is missing.
func identify(ctx context.Context, cfg aws.Config, timeout time.Duration) (Place, []Finding) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	region, found := checkRegion(cfg.Region)
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return Place{}, append(found, noCredentials(err))
	}
	asked := region
	if asked == "" {
		asked = "us-east-1" // identifies the caller, whatever the stack's region is
	}
	who, err := callerIdentity(ctx, cfg, asked)
	if err != nil && region == "" && mayBeRegion(err) {
		return Place{}, append(found, notChecked("credentials", err))
	}
	if err != nil && region != "" && mayBeRegion(err) {
		// STS refuses the credentials in a region that isn't enabled with the same words as wrong
		// credentials.
		if global := globalRegion(region); global != region {
			if _, globalErr := callerIdentity(ctx, cfg, global); globalErr == nil {
				return Place{}, append(found, problem("region",
					fmt.Sprintf("%s can't be used: the same credentials work in %s. Either it is not a region, or this account has not enabled it", region, global),
					"choose another: export AWS_REGION=eu-west-1",
					"or enable it, which takes minutes: "+fmt.Sprintf("aws account enable-region --region-name %s", region)))
			}
		}
	}
	if err != nil {
		return Place{}, append(found, refusedCredentials(err))
	}
	caller, err := arn.Parse(aws.ToString(who.Arn))
	if err != nil {
		return Place{}, append(found, problem("credentials", "AWS names the caller "+aws.ToString(who.Arn)+", which isn't an ARN"))
	}
	place := Place{Partition: caller.Partition, Account: aws.ToString(who.Account), Region: region}
	if caller.Resource == "root" {
		return place, append(found, note("credentials", "are the account's root user's, which is meant for emergencies",
			"make a user or a role for deployments: docs/operations.md, First deployment"))
	}
	return place, append(found, fine("credentials", "%s", aws.ToString(who.Arn)))
}

// checkRegion returns the region, or a finding. The CDK CLI would silently use us-east-1.
func checkRegion(region string) (string, []Finding) {
	switch {
	case region == "":
		return "", []Finding{problem("region", "none is set, and the CDK would take us-east-1", "export AWS_REGION=eu-west-1", "or set region in the profile, in ~/.aws/config")}
	case !regionForm.MatchString(region):
		return "", []Finding{problem("region", fmt.Sprintf("%q is not a region's name", region), "export AWS_REGION=eu-west-1")}
	}
	return region, nil
}

func callerIdentity(ctx context.Context, cfg aws.Config, region string) (*sts.GetCallerIdentityOutput, error) {
	return sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil, func(o *sts.Options) { o.Region = region })
}

// mayBeRegion reports whether the region can be the cause: wrong keys and a region that isn't
// enabled are one error, and a region that isn't there has no address.
func mayBeRegion(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) || code(err) == "InvalidClientTokenId" || code(err) == "UnrecognizedClientException"
}

// globalRegion is the region of a partition that every account has, where the partition has
// several.
func globalRegion(region string) string {
	switch {
	case strings.HasPrefix(region, "eusc-"), strings.HasPrefix(region, "us-iso"):
		return region
	case strings.HasPrefix(region, "cn-"):
		return "cn-north-1"
	case strings.HasPrefix(region, "us-gov-"):
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// noCredentials is the finding if there are none, or if they can't be loaded.
func noCredentials(err error) Finding {
	var sso *ssocreds.InvalidTokenError
	if errors.As(err, &sso) {
		return problem("credentials", "the SSO session has expired, or never began", "aws sso login"+profileOption())
	}
	if strings.Contains(message(err), "please reauthenticate") { // as of "aws login"
		return problem("credentials", "the session has expired", "aws login"+profileOption())
	}
	says := "can't be loaded: " + message(err)
	if strings.Contains(message(err), "no EC2 IMDS role found") { // the last place that the SDK looks at
		says = "there are none, neither in the environment nor in a profile"
	}
	return problem("credentials", says,
		"export AWS_PROFILE=… for a profile in ~/.aws/config, or the three that AWS's access portal shows: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
		"from the beginning: docs/operations.md, First deployment")
}

func profileOption() string {
	if profile := os.Getenv("AWS_PROFILE"); profile != "" {
		return " --profile " + profile
	}
	return ""
}

// refusedCredentials is the finding if STS refuses them.
func refusedCredentials(err error) Finding {
	switch said := message(err); code(err) {
	case "ExpiredToken", "ExpiredTokenException":
		return problem("credentials", "have expired. AWS says: "+said, "aws sso login"+profileOption(), "or copy new ones from AWS's access portal")
	case "RequestExpired", "RequestTimeTooSkewed":
		return problem("credentials", "were refused because of this machine's clock. AWS says: "+said, "set the clock")
	case "SignatureDoesNotMatch":
		if strings.Contains(said, "Signature expired") || strings.Contains(said, "Signature not yet current") {
			return problem("credentials", "were refused because of this machine's clock. AWS says: "+said, "set the clock")
		}
		return problem("credentials", "the secret access key does not belong to the access key id", "copy both again")
	case "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure":
		return problem("credentials", "AWS does not know them. They were deleted, or AWS_SESSION_TOKEN is missing or another's. AWS says: "+said,
			"copy all three again, or: aws sso login"+profileOption(), "check that ~/.aws/credentials has no older ones under the same profile")
	case "":
		return problem("credentials", "AWS could not be reached: "+said, "check the network, HTTPS_PROXY and AWS_ENDPOINT_URL")
	default:
		return problem("credentials", "were refused. AWS says: "+said)
	}
}

// readAs returns the config that the checks read with: that of the CDK's lookup role if it can be
// assumed, as the CDK CLI does. A role that deploys then needs no permission but to assume the
// CDK's roles. Otherwise it is the caller's own.
func (c *checker) readAs(ctx context.Context) aws.Config {
	provider, err := c.assume(ctx, "lookup")
	if err != nil {
		return c.caller
	}
	cfg := c.caller.Copy()
	cfg.Credentials = provider
	return cfg
}

// bootstrapRole is the ARN of one of the roles that the CDK's bootstrap makes.
func (c *checker) bootstrapRole(what string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/cdk-%s-%s-role-%s-%s", c.Partition, c.Account, c.Qualifier, what, c.Account, c.Region)
}

// assume has the caller assume that role.
func (c *checker) assume(ctx context.Context, what string) (aws.CredentialsProvider, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(c.caller), c.bootstrapRole(what), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "signpost-preflight"
	})
	cache := aws.NewCredentialsCache(provider)
	_, err := cache.Retrieve(ctx)
	return cache, err
}
