package check

import (
	"context"
	"fmt"
	"slices"

	"signpost/lambda/config"
)

// acceleratedRegions are the regions that "Configuring fast, secure file transfers using Amazon S3
// Transfer Acceleration" (Amazon S3 User Guide) lists. AWS may have added some.
var acceleratedRegions = []string{
	"ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
	"eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

// checkTransferAcceleration checks that the region has S3 Transfer Acceleration.
func (c *checker) checkTransferAcceleration(context.Context) []Finding {
	const subject, remedy = "TransferAcceleration", "leave TransferAcceleration out in infra/stages.go, or deploy to another region"
	if !c.props.TransferAcceleration {
		return nil
	}
	if why := config.TransferAccelerationProblem(c.Region); why != "" {
		return []Finding{problem(subject, fmt.Sprintf("the stack goes to %s, which %s", c.Region, why), remedy)}
	}
	if !slices.Contains(acceleratedRegions, c.Region) {
		return []Finding{note(subject, "AWS's documentation didn't list "+c.Region+" when this check was written. S3 answers MethodNotAllowed in a region that lacks it, and the deployment fails",
			`look it up in "Configuring fast, secure file transfers using Amazon S3 Transfer Acceleration" (Amazon S3 User Guide)`, remedy)}
	}
	return []Finding{fine(subject, "%s has it", c.Region)}
}
