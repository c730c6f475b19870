package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// stack is the current state of the stage's stack.
type stack struct {
	status    types.StackStatus // "" if there is no stack
	protected bool
	resources []types.StackResourceSummary
	unlisted  error // why resources may be incomplete
	err       error // why it could not be read
}

// lookUpStack reads the stack and what it holds.
func (c *checker) lookUpStack(ctx context.Context) stack {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	name := aws.String(c.Stage.StackName())
	out, err := c.aws.cloudformation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: name})
	switch {
	case code(err) == "ValidationError" && strings.Contains(message(err), "does not exist"):
		return stack{}
	case err != nil:
		return stack{err: err}
	case len(out.Stacks) == 0:
		return stack{}
	}
	it := stack{status: out.Stacks[0].StackStatus, protected: aws.ToBool(out.Stacks[0].EnableTerminationProtection)}
	pages := cloudformation.NewListStackResourcesPaginator(c.aws.cloudformation, &cloudformation.ListStackResourcesInput{StackName: name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			it.unlisted = err
			break
		}
		it.resources = append(it.resources, page.StackResourceSummaries...)
	}
	return it
}

// created reports whether the next deployment creates the stack. The CDK CLI deletes what a failed
// creation left, and a stack in review has nothing in it yet.
func (s stack) created() bool {
	if s.err != nil {
		return false
	}
	switch s.status {
	case "", types.StackStatusReviewInProgress, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed:
		return true
	}
	return false
}

// has reports whether a resource belongs to the stack.
func (s stack) has(kind, physicalID string) bool {
	return slices.ContainsFunc(s.resources, func(r types.StackResourceSummary) bool {
		return aws.ToString(r.ResourceType) == kind && strings.EqualFold(aws.ToString(r.PhysicalResourceId), physicalID)
	})
}

// checkStack checks that the stack can be deployed in its current state, and otherwise how to get
// it out of that state.
func (c *checker) checkStack(ctx context.Context) []Finding {
	name, status := c.Stage.StackName(), string(c.stack.status)
	subject := "stack"
	is := func(more string) string { return fmt.Sprintf("%s is in %s%s", name, status, more) }
	rollback := fmt.Sprintf("npx cdk rollback -c stage=%s", c.Stage.Name)
	switch {
	case c.stack.err != nil:
		found := notChecked(subject, c.stack.err)
		found.Says += ". It is taken to exist, so that a first deployment that fails may leave a stack that is protected against deletion"
		return []Finding{found}
	case status == "":
		return []Finding{fine(subject, "%s does not exist yet: this deployment creates it", name)}
	case c.stack.created() && c.stack.protected && c.stack.status != types.StackStatusReviewInProgress:
		return []Finding{problem(subject, is(", left by a creation that failed, and protected against deletion, so that no deployment can replace it"+c.whyFailed(ctx)),
			fmt.Sprintf("aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name %s", name),
			"delete the user pool and the buckets that it left behind by hand; a protected user pool needs its deletion protection off first")}
	case c.stack.status == types.StackStatusReviewInProgress:
		return []Finding{fine(subject, "%s has a change set that was never executed: this deployment creates it", name)}
	case c.stack.created():
		return []Finding{note(subject, is(", left by a creation that failed: the deployment deletes it and starts again"+c.whyFailed(ctx)))}
	case status == "DELETE_FAILED":
		return []Finding{problem(subject, is(": its deletion didn't finish"+c.whyFailed(ctx)), c.finishDeletion())}
	case status == "UPDATE_ROLLBACK_FAILED":
		return []Finding{problem(subject, is(": an update failed, and so did its rollback"+c.whyFailed(ctx)), rollback,
			"if one resource can't be rolled back: "+rollback+" --orphan <its logical id>, and fix that resource by hand")}
	case status == "CREATE_FAILED", status == "UPDATE_FAILED":
		return []Finding{problem(subject, is(": a deployment without rollback failed"+c.whyFailed(ctx)), rollback)}
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		return []Finding{problem(subject, is(": something else is deploying it"), "wait until it is done: "+c.waitFor(status))}
	case strings.HasSuffix(status, "_FAILED"):
		return []Finding{problem(subject, is(""), "see its events in the CloudFormation console")}
	case status == "UPDATE_ROLLBACK_COMPLETE":
		return []Finding{note(subject, is(": the last update failed and was undone"+c.whyFailed(ctx)))}
	case !c.stack.protected && !c.props.Disposable:
		return []Finding{note(subject, is(" and not protected against deletion: this deployment turns that on"))}
	}
	return []Finding{fine(subject, "%s", is(""))}
}

// finishDeletion is the command that ends a deletion: it leaves in place what could not be deleted.
func (c *checker) finishDeletion() string {
	line := fmt.Sprintf("aws cloudformation delete-stack --stack-name %s", c.Stage.StackName())
	var kept []string
	for _, resource := range c.stack.resources {
		if resource.ResourceStatus == types.ResourceStatusDeleteFailed {
			kept = append(kept, aws.ToString(resource.LogicalResourceId))
		}
	}
	if len(kept) > 0 {
		line += " --retain-resources " + strings.Join(kept, " ")
	}
	return line
}

// waitFor is the command that ends when the stack is in no transitional state.
func (c *checker) waitFor(status string) string {
	waiter := "stack-update-complete"
	switch {
	case strings.HasPrefix(status, "CREATE_"):
		waiter = "stack-create-complete"
	case strings.HasPrefix(status, "DELETE_"):
		waiter = "stack-delete-complete"
	case strings.Contains(status, "ROLLBACK_"):
		waiter = "stack-rollback-complete"
	case strings.HasPrefix(status, "IMPORT_"):
		waiter = "stack-import-complete"
	}
	return fmt.Sprintf("aws cloudformation wait %s --stack-name %s", waiter, c.Stage.StackName())
}

// whyFailed quotes the first failure of the last deployment: those after it are its consequences.
func (c *checker) whyFailed(ctx context.Context) string {
	out, err := c.aws.cloudformation.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: aws.String(c.Stage.StackName())})
	if err != nil {
		return ""
	}
	why := ""
	for _, event := range out.StackEvents { // the newest come first
		status, reason := string(event.ResourceStatus), aws.ToString(event.ResourceStatusReason)
		if strings.HasSuffix(status, "_FAILED") && reason != "" && !strings.Contains(reason, "cancelled") {
			why = fmt.Sprintf(". It failed at %s: %s", aws.ToString(event.LogicalResourceId), strings.Join(strings.Fields(reason), " "))
		}
		ofStack := aws.ToString(event.LogicalResourceId) == c.Stage.StackName()
		if ofStack && (status == "CREATE_IN_PROGRESS" || status == "UPDATE_IN_PROGRESS" || status == "DELETE_IN_PROGRESS") {
			break // the deployment began here
		}
	}
	return why
}
