// Package check finds everything in an AWS account that would make the deployment of a stage fail,
// and what to do about each. It only reads; only [LogRole] changes something, when its Set is
// called.
//
//	report := check.Run(ctx, cfg, check.Target{Stage: stage})
//
// What can't be read is reported as not checked, with the missing permission. That doesn't stop a
// deployment: only a problem that was found does.
package check

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/infra"
	"signpost/infra/uploads"
)

// Target is what is about to be deployed.
type Target struct {
	Stage     infra.Stage
	Qualifier string        // of the CDK's bootstrap; empty is the CDK's own default
	Timeout   time.Duration // of each check, with its retries; zero is DefaultTimeout
	HTTP      *http.Client  // asks the issuers; nil is one with a time-out
}

// Place is where it is deployed to.
type Place struct{ Partition, Account, Region string }

// Report is all that was found.
type Report struct {
	Place    Place
	Findings []Finding

	// FirstDeployment is true if this deployment creates the stack, and the stage protects its
	// stack. The protections must then wait until the stack exists.
	FirstDeployment bool

	// NoLogRole is true if API Gateway has no role for its logs in this account and region.
	// [LogRole.Set] sets one.
	NoLogRole bool
}

// Count returns how many findings are of that level.
func (r Report) Count(level Level) int {
	n := 0
	for _, found := range r.Findings {
		if found.Level == level {
			n++
		}
	}
	return n
}

// DefaultTimeout is ample: AWS usually answers within a tenth of a second.
const DefaultTimeout = 20 * time.Second

// issuerTimeout is for one answer of an issuer, less than DefaultTimeout.
const issuerTimeout = 10 * time.Second

// checker holds what the checks share.
type checker struct {
	Target
	Place
	props  uploads.Props
	caller aws.Config // the credentials that the CDK deploys with
	aws    clients
	stack  stack
}

// Run looks at the account that the config's credentials belong to. Without usable credentials and
// a region there is nothing more to look at.
func Run(ctx context.Context, cfg aws.Config, target Target) Report {
	if target.Qualifier == "" {
		target.Qualifier = defaultQualifier
	}
	if target.Timeout == 0 {
		target.Timeout = DefaultTimeout
	}
	if target.HTTP == nil {
		target.HTTP = &http.Client{Timeout: issuerTimeout}
	}
	report := Report{Findings: slices.Concat(propsFindings(target.Stage.Uploads), keptFindings(target.Stage.Uploads), objectFindings(target.Stage.Uploads))}
	place, found := identify(ctx, cfg, target.Timeout)
	report.Place = place
	report.Findings = append(found, report.Findings...)
	if place.Account == "" || place.Region == "" {
		return report
	}
	c := &checker{Target: target, Place: place, props: target.Stage.Uploads, caller: cfg}
	c.aws = newClients(c.readAs(ctx))
	c.stack = c.lookUpStack(ctx)
	report.FirstDeployment = c.stack.created() && !c.props.Disposable
	found, report.NoLogRole = c.runAll(ctx)
	report.Findings = append(report.Findings, found...)
	return report
}

// runAll makes all checks at once and returns their findings in the checks' order.
func (c *checker) runAll(ctx context.Context) (found []Finding, noLogRole bool) {
	checks := []func(context.Context) []Finding{
		c.checkBootstrap, c.checkStack,
		func(ctx context.Context) []Finding {
			found, missing := c.checkLogRole(ctx)
			noLogRole = missing
			return found
		},
		c.checkConcurrency, c.checkUserPool, c.checkIssuers, c.checkKey, c.checkAccessLogBucket, c.checkAlarmTopic, c.checkWebACL,
		c.checkCertificate, c.checkDomainName, c.checkHostedZone, c.checkBoundary, c.checkTransferAcceleration, c.checkQuotas,
	}
	results := make([][]Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, c.Timeout)
			defer cancel()
			results[i] = check(ctx)
		})
	}
	all.Wait()
	return slices.Concat(results...), noLogRole
}

// propsFindings reports what is wrong with the props themselves. The functions' code is built
// later.
func propsFindings(props uploads.Props) []Finding {
	var wrong *uploads.PropsError
	if !errors.As(props.Validate(), &wrong) {
		return nil
	}
	var found []Finding
	for _, it := range wrong.Problems {
		if it.Field != "Code" && !strings.HasSuffix(it.Field, ".Code") {
			found = append(found, problem(it.Field, it.Message, "edit infra/stages.go"))
		}
	}
	return found
}

// keptFindings is a note if users can delete files that S3 then keeps forever. It is no problem: some
// must keep what users delete.
func keptFindings(props uploads.Props) []Finding {
	if props.Deletions == nil || props.Expiry != nil {
		return nil
	}
	return []Finding{note("Deletions", "hide files from their users, and the bucket keeps them forever as older versions",
		"to erase them some days later, set Expiry.VersionsAfterDays in infra/stages.go")}
}

// objectFindings are notes about what the props give as a CDK object: its ARN is only known in the
// CDK app.
func objectFindings(props uploads.Props) (found []Finding) {
	pool, domain := orZero(props.Callers.ExistingPool), orZero(props.Domain)
	for _, object := range []struct {
		field string
		given bool
	}{
		{"Callers.ExistingPool.Pool", pool.Pool != nil},
		{"Callers.ExistingPool.Clients", len(pool.Clients) > 0},
		{"Encryption.Key", orZero(props.Encryption).Key != nil},
		{"Domain.Certificate", domain.Certificate != nil},
		{"Domain.HostedZone", domain.HostedZone != nil},
		{"Alarms.Topic", orZero(props.Alarms).Topic != nil},
		{"AccessLogBucket", props.AccessLogBucket != nil},
		{"PermissionsBoundary", props.PermissionsBoundary != nil},
	} {
		if object.given {
			found = append(found, note(object.field, "is a CDK object, and was not checked"))
		}
	}
	return found
}

// orZero is what a nested type's pointer points to, or its zero value.
func orZero[T any](nested *T) T {
	if nested == nil {
		var zero T
		return zero
	}
	return *nested
}
