package check

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"signpost/infra"
)

// defaultQualifier is the CDK's own, which cdk.json can change.
const defaultQualifier = "hnb659fds"

// checkBootstrap checks that this account and region have the CDK's bootstrap. The parameter is
// what the CDK CLI looks at too: the stack may have another name than CDKToolkit.
func (c *checker) checkBootstrap(ctx context.Context) []Finding {
	const subject = "CDK bootstrap"
	name := "/cdk-bootstrap/" + c.Qualifier + "/version"
	bootstrap := fmt.Sprintf("npx cdk bootstrap aws://%s/%s", c.Account, c.Region)
	if c.Qualifier != defaultQualifier {
		bootstrap += fmt.Sprintf(" --qualifier %s --toolkit-stack-name CDKToolkit-%s", c.Qualifier, c.Qualifier)
	}
	out, err := c.aws.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	switch {
	case code(err) == "ParameterNotFound":
		return []Finding{problem(subject, fmt.Sprintf("account %s is not bootstrapped for the CDK in %s (there is no parameter %s)", c.Account, c.Region, name), bootstrap)}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	version, err := strconv.Atoi(aws.ToString(out.Parameter.Value))
	switch {
	case err != nil:
		return []Finding{problem(subject, fmt.Sprintf("the parameter %s holds %q, which isn't a version", name, aws.ToString(out.Parameter.Value)), bootstrap)}
	case version < infra.BootstrapVersion:
		return []Finding{problem(subject, fmt.Sprintf("is version %d, and this CDK needs %d or newer", version, infra.BootstrapVersion), bootstrap)}
	}
	return append([]Finding{fine(subject, "version %d", version)}, c.checkDeployRole(ctx)...)
}

// checkDeployRole checks that the caller can assume the role that the CDK deploys with. If it
// can't, the CDK CLI continues with the caller's own permissions, with only a warning
// (cdklabs/cdk-stacksets#327).
func (c *checker) checkDeployRole(ctx context.Context) []Finding {
	if _, err := c.assume(ctx, "deploy"); denied(err) {
		return []Finding{note("credentials", "may not assume the CDK's role "+c.bootstrapRole("deploy")+": the CDK then deploys with the caller's own permissions, and fails where those aren't enough",
			fmt.Sprintf("grant sts:AssumeRole on arn:%s:iam::%s:role/cdk-%s-*", c.Partition, c.Account, c.Qualifier))}
	}
	return nil
}
