package check

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"signpost/infra/uploads"
)

// existing is a prop that names something that must exist already.
type existing struct {
	prop, value string
	region      string // why it must be in the stack's region; "" if it needn't
	account     string // why it must be in the stack's account; "" if it needn't
	remedy      string // what to do if it is in another
}

// parse returns the ARN of what is to be looked up. Without one to look up, it returns the
// findings, if any: the prop is not given, is a token, isn't an ARN (which the checks of the props
// report), or names another place.
func (c *checker) parse(it existing) (arn.ARN, []Finding, bool) {
	if it.value == "" {
		return arn.ARN{}, nil, false
	}
	if uploads.IsToken(it.value) {
		return arn.ARN{}, tokenFinding(it.prop), false
	}
	parsed, err := arn.Parse(it.value)
	if err != nil {
		return arn.ARN{}, nil, false
	}
	var found []Finding
	if parsed.Partition != c.Partition {
		found = append(found, problem(it.prop, fmt.Sprintf("is in AWS's partition %s, and the credentials are for %s", parsed.Partition, c.Partition), it.remedy))
	} else if it.region != "" && parsed.Region != "" && parsed.Region != c.Region {
		found = append(found, problem(it.prop, fmt.Sprintf("is in %s, and the stack goes to %s: %s", parsed.Region, c.Region, it.region), it.remedy))
	}
	if it.account != "" && parsed.AccountID != c.Account && parsed.AccountID != "aws" {
		found = append(found, problem(it.prop, fmt.Sprintf("is in account %s, and the stack goes to %s: %s", parsed.AccountID, c.Account, it.account), it.remedy))
	}
	return parsed, found, len(found) == 0
}
