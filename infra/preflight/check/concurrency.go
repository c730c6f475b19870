package check

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Lambda leaves this many of an account's concurrent executions to functions that reserve none; in
// an account that has fewer in all, nothing can be reserved ("Configuring reserved concurrency for
// a function", AWS Lambda Developer Guide).
const unreservedMinimum = 100

// checkConcurrency checks that the account has room for what the stage reserves, and warns if it
// has hardly any concurrency.
func (c *checker) checkConcurrency(ctx context.Context) []Finding {
	const subject = "Functions.ReservedConcurrency"
	reserved := c.props.Functions.ReservedConcurrency
	settings, err := c.aws.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	switch {
	case err != nil && reserved != 0:
		return []Finding{notChecked(subject, err)}
	case err != nil || settings.AccountLimit == nil:
		return nil
	}
	all, free := int(settings.AccountLimit.ConcurrentExecutions), int(aws.ToInt32(settings.AccountLimit.UnreservedConcurrentExecutions))
	raise := fmt.Sprintf("aws service-quotas request-service-quota-increase --region %s --service-code lambda --quota-code L-B99A9384 --desired-value 1000", c.Region)
	if reserved == 0 {
		if all > 0 && all < unreservedMinimum {
			return []Finding{note("Lambda's concurrency", fmt.Sprintf("the account runs %d functions at once, in all: enough for a trial, too few for users", all), raise)}
		}
		return nil
	}
	functions := c.props.FunctionCount()
	wanted := functions * reserved
	held, err := c.heldConcurrency(ctx)
	left := free + held - wanted
	if left < unreservedMinimum && err != nil { // it may hold more
		return []Finding{notChecked(subject, err)}
	}
	if left < unreservedMinimum {
		do := "reserve nothing, in infra/stages.go"
		if most := (free + held - unreservedMinimum) / functions; most > 0 {
			do = fmt.Sprintf("reserve at most %d, or nothing, in infra/stages.go", most)
		}
		return []Finding{problem(subject,
			fmt.Sprintf("reserves %d in all. Of the account's %d executions at once, %d are free for it, and Lambda keeps %d of those for functions that reserve nothing", wanted, all, free+held, unreservedMinimum),
			do, "or ask for more: "+raise)}
	}
	return []Finding{fine(subject, "%d of %d that are free", wanted, free+held-unreservedMinimum)}
}

// heldConcurrency is what the stack's own functions have reserved already. With an error it may be
// more.
func (c *checker) heldConcurrency(ctx context.Context) (held int, err error) {
	for _, resource := range c.stack.resources {
		if aws.ToString(resource.ResourceType) != "AWS::Lambda::Function" {
			continue
		}
		out, err := c.aws.lambda.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: resource.PhysicalResourceId})
		if err != nil {
			return held, err
		}
		held += int(aws.ToInt32(out.ReservedConcurrentExecutions))
	}
	return held, c.stack.unlisted
}
