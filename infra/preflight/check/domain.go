package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	route53types "github.com/aws/aws-sdk-go-v2/service/route53/types"

	"signpost/infra/uploads"
)

// checkCertificate checks that there is an issued certificate for the name, in the stack's region
// and account: the API's endpoint is regional.
func (c *checker) checkCertificate(ctx context.Context) []Finding {
	const subject = "Domain.CertificateARN"
	domain := orZero(c.props.Domain)
	request := fmt.Sprintf("aws acm request-certificate --region %s --domain-name %s --validation-method DNS", c.Region, domain.Name)
	_, found, ok := c.parse(existing{prop: subject, value: domain.CertificateARN,
		region:  "a regional API needs a certificate in its own region (only CloudFront's are in us-east-1)",
		account: "API Gateway accepts only certificates of its own account", remedy: request})
	if !ok {
		return found
	}
	out, err := c.aws.acm.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: aws.String(domain.CertificateARN)})
	switch {
	case code(err) == "ResourceNotFoundException":
		return []Finding{problem(subject, "there is no such certificate", fmt.Sprintf("aws acm list-certificates --region %s", c.Region), "or get one: "+request)}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	certificate := out.Certificate
	names := append([]string{aws.ToString(certificate.DomainName)}, certificate.SubjectAlternativeNames...)
	if !uploads.IsToken(domain.Name) && !slices.ContainsFunc(names, func(name string) bool { return covers(name, domain.Name) }) {
		slices.Sort(names)
		found = append(found, problem(subject, fmt.Sprintf("is for %s, not for %s", strings.Join(slices.Compact(names), ", "), domain.Name), request))
	}
	switch certificate.Status {
	case acmtypes.CertificateStatusIssued:
		if len(found) == 0 {
			found = append(found, fine(subject, "issued for %s", aws.ToString(certificate.DomainName)))
		}
	case acmtypes.CertificateStatusPendingValidation:
		found = append(found, problem(subject, "is not issued yet: AWS waits for a proof that the domain is yours", validation(certificate)...))
	default:
		found = append(found, problem(subject, fmt.Sprintf("has the status %s, not ISSUED", certificate.Status), request))
	}
	return found
}

// validation returns the steps that prove that you own the domain.
func validation(certificate *acmtypes.CertificateDetail) []string {
	var steps []string
	for _, option := range certificate.DomainValidationOptions {
		if record := option.ResourceRecord; record != nil && option.ValidationStatus != acmtypes.DomainStatusSuccess {
			steps = append(steps, fmt.Sprintf("add this DNS record: %s %s %s", aws.ToString(record.Name), record.Type, aws.ToString(record.Value)))
		}
	}
	return append(steps, "then wait until it is issued: "+fmt.Sprintf("aws acm wait certificate-validated --certificate-arn %s", aws.ToString(certificate.CertificateArn)))
}

// covers reports whether a certificate's name is valid for a host. A wildcard stands for one label
// ("ACM certificate characteristics", AWS Certificate Manager User Guide).
func covers(name, host string) bool {
	if rest, ok := strings.CutPrefix(name, "*."); ok {
		_, domain, _ := strings.Cut(host, ".")
		return strings.EqualFold(rest, domain)
	}
	return strings.EqualFold(name, host)
}

// checkDomainName checks that the name is free in API Gateway, or belongs to the stack.
func (c *checker) checkDomainName(ctx context.Context) []Finding {
	const subject = "Domain.Name"
	name := orZero(c.props.Domain).Name
	if name == "" {
		return nil
	}
	if uploads.IsToken(name) {
		return tokenFinding(subject)
	}
	_, err := c.aws.apigateway.GetDomainName(ctx, &apigateway.GetDomainNameInput{DomainName: aws.String(name)})
	switch {
	case code(err) == "NotFoundException":
		return []Finding{fine(subject, "%s is free", name)}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	case c.stack.has("AWS::ApiGateway::DomainName", name):
		return []Finding{fine(subject, "%s is the stack's own", name)}
	case c.stack.unlisted != nil: // it may be
		return []Finding{notChecked(subject, c.stack.unlisted)}
	}
	return []Finding{problem(subject, name+" is taken in API Gateway by something else in this account and region",
		fmt.Sprintf("aws apigateway get-base-path-mappings --domain-name %s", name)+" shows what it serves", "if nothing needs it: "+fmt.Sprintf("aws apigateway delete-domain-name --domain-name %s", name))}
}

// checkHostedZone checks that the zone is public and contains the name, and that no other address
// record has the name.
func (c *checker) checkHostedZone(ctx context.Context) []Finding {
	const subject = "Domain.HostedZoneID"
	domain := orZero(c.props.Domain)
	id, name := domain.HostedZoneID, domain.Name
	if id == "" {
		return nil
	}
	if uploads.IsToken(id) || uploads.IsToken(name) {
		return tokenFinding(subject)
	}
	out, err := c.aws.route53.GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: aws.String(id)})
	switch {
	case code(err) == "NoSuchHostedZone":
		return []Finding{problem(subject, fmt.Sprintf("account %s has no hosted zone %s", c.Account, id), "aws route53 list-hosted-zones",
			"or leave Domain.HostedZoneID out and make the record where the zone is")}
	case err != nil:
		return []Finding{notChecked(subject, err)}
	}
	zone := strings.TrimSuffix(aws.ToString(out.HostedZone.Name), ".")
	switch {
	case name != zone && !strings.HasSuffix(name, "."+zone):
		return []Finding{problem(subject, fmt.Sprintf("is the zone of %s, which %s doesn't lie in", zone, name), "aws route53 list-hosted-zones")}
	case out.HostedZone.Config != nil && out.HostedZone.Config.PrivateZone:
		return []Finding{problem(subject, fmt.Sprintf("is a private zone of %s, which browsers on the internet don't see", zone), "name the public zone: aws route53 list-hosted-zones")}
	case c.stack.has("AWS::Route53::RecordSet", name):
		return []Finding{fine(subject, "%s, which has the stack's own record", zone)}
	case c.stack.unlisted != nil: // it may have
		return []Finding{notChecked(subject, c.stack.unlisted)}
	}
	records, err := c.aws.route53.ListResourceRecordSets(ctx, &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(id), StartRecordName: aws.String(name), MaxItems: aws.Int32(10)})
	if err != nil {
		return []Finding{notChecked(subject, err)}
	}
	for _, record := range records.ResourceRecordSets {
		address := record.Type == route53types.RRTypeA || record.Type == route53types.RRTypeCname
		if address && strings.EqualFold(strings.TrimSuffix(aws.ToString(record.Name), "."), name) {
			return []Finding{problem(subject, fmt.Sprintf("has a record %s for %s already, so the deployment would end with \"Tried to create resource record set … but it already exists\"", record.Type, name),
				"delete that record, or leave Domain.HostedZoneID out and point it to the API yourself")}
		}
	}
	return []Finding{fine(subject, "%s", zone)}
}
