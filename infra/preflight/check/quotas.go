package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apigatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
)

// quota is how many of something an account may have.
type quota struct {
	what   string
	adds   int // how many the stack makes
	limit  int // AWS's default
	count  func(context.Context) (int, error)
	code   string // in Service Quotas, as "service/code"; "" if it isn't there
	region string // the region in which Service Quotas has it
}

// quotas are those that a new stack can exceed. Defaults: "Quotas for configuring and running a
// REST API in API Gateway", "Quotas in Amazon Cognito", "Bucket quotas, limitations, and
// restrictions" (Amazon S3 User Guide).
func (c *checker) quotas() []quota {
	all := []quota{{what: "regional REST APIs", adds: 1, limit: 600, count: c.countAPIs}}
	buckets := 1
	if c.props.AccessLogBucket == nil && c.props.AccessLogBucketName == "" {
		buckets = 2
	}
	all = append(all, quota{what: "S3 buckets", adds: buckets, limit: 10_000, count: c.countBuckets, code: "s3/L-DC2B2D3D", region: globalRegion(c.Region)})
	if c.props.Callers.ExistingPool == nil {
		all = append(all, quota{what: "user pools", adds: 1, limit: 1000, count: c.countUserPools, code: "cognito-idp/L-66E6DF30", region: c.Region})
	}
	if c.props.Domain != nil {
		all = append(all, quota{what: "domain names of API Gateway's", adds: 1, limit: 120, count: c.countDomainNames, code: "apigateway/L-A93447B8", region: c.Region})
	}
	return all
}

// checkQuotas checks that the quotas have room for what a new stack makes.
func (c *checker) checkQuotas(ctx context.Context) []Finding {
	const subject = "quotas"
	if c.stack.err != nil || !c.stack.created() {
		return nil
	}
	found := c.checkRoles(ctx)
	for _, quota := range c.quotas() {
		used, err := quota.count(ctx)
		if err != nil {
			found = append(found, notChecked(subject+": "+quota.what, err))
			continue
		}
		if used+quota.adds <= quota.limit {
			continue
		}
		limit, err := c.appliedLimit(ctx, quota)
		switch {
		case err != nil:
			found = append(found, Finding{Subject: subject + ": " + quota.what, Level: Unknown,
				Says: fmt.Sprintf("the account has %d and the stack makes %d more, over AWS's default of %d. The account's own limit could not be read: %s", used, quota.adds, quota.limit, message(err))})
		case used+quota.adds > limit:
			found = append(found, c.overQuota(quota, used, limit))
		}
	}
	if len(found) == 0 {
		found = append(found, fine(subject, "there is room for one more stack"))
	}
	return found
}

func (c *checker) overQuota(quota quota, used, limit int) Finding {
	service, code, _ := strings.Cut(quota.code, "/")
	return problem("quotas: "+quota.what, fmt.Sprintf("the account has %d, may have %d, and the stack makes %d more", used, limit, quota.adds),
		"delete some that nobody uses, or deploy to another region or account",
		"or ask for more: "+fmt.Sprintf("aws service-quotas request-service-quota-increase --region %s --service-code %s --quota-code %s --desired-value %d",
			quota.region, service, code, 2*limit))
}

// appliedLimit is the account's own limit, which may have been raised.
func (c *checker) appliedLimit(ctx context.Context, quota quota) (int, error) {
	if quota.code == "" {
		return 0, errors.New("it is not in Service Quotas")
	}
	service, code, _ := strings.Cut(quota.code, "/")
	out, err := c.aws.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String(service), QuotaCode: aws.String(code)},
		func(o *servicequotas.Options) { o.Region = quota.region })
	if err != nil {
		return 0, err
	}
	if out.Quota == nil || out.Quota.Value == nil {
		return 0, errors.New("the quota has no value")
	}
	return int(*out.Quota.Value), nil
}

// checkRoles checks that the quota has room for the stack's roles. IAM returns use and limit
// together.
func (c *checker) checkRoles(ctx context.Context) []Finding {
	const subject = "quotas: IAM roles"
	adds := c.props.FunctionCount()
	if c.props.MalwareScan {
		adds++
	}
	out, err := c.aws.iam.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	if err != nil {
		return []Finding{notChecked(subject, err)}
	}
	used, limit := int(out.SummaryMap["Roles"]), int(out.SummaryMap["RolesQuota"])
	if limit == 0 || used+adds <= limit {
		return nil
	}
	return []Finding{c.overQuota(quota{what: "IAM roles", adds: adds, code: "iam/L-FE177D64", region: globalRegion(c.Region)}, used, limit)}
}

func (c *checker) countAPIs(ctx context.Context) (n int, err error) {
	pages := apigateway.NewGetRestApisPaginator(c.aws.apigateway, &apigateway.GetRestApisInput{Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, api := range page.Items {
			if api.EndpointConfiguration != nil && len(api.EndpointConfiguration.Types) > 0 && api.EndpointConfiguration.Types[0] == apigatewaytypes.EndpointTypeRegional {
				n++
			}
		}
	}
	return n, nil
}

func (c *checker) countDomainNames(ctx context.Context) (n int, err error) {
	pages := apigateway.NewGetDomainNamesPaginator(c.aws.apigateway, &apigateway.GetDomainNamesInput{Limit: aws.Int32(500)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.Items)
	}
	return n, nil
}

func (c *checker) countBuckets(ctx context.Context) (n int, err error) {
	pages := s3.NewListBucketsPaginator(c.aws.s3, &s3.ListBucketsInput{MaxBuckets: aws.Int32(10_000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.Buckets)
	}
	return n, nil
}

func (c *checker) countUserPools(ctx context.Context) (n int, err error) {
	pages := cognito.NewListUserPoolsPaginator(c.aws.cognito, &cognito.ListUserPoolsInput{MaxResults: aws.Int32(60)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.UserPools)
	}
	return n, nil
}
