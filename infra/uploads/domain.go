package uploads

import (
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"signpost/lambda/config"
)

// Domain gives the API its own domain name, with TLS 1.2 or newer, and disables API Gateway's
// default endpoint, which accepts older TLS ("Custom domain name for public REST APIs in API
// Gateway", Amazon API Gateway Developer Guide).
type Domain struct {
	// Name is the domain name, in lower case: "uploads.example.com".
	//
	// Required.
	Name string

	// Certificate is a certificate for Name, in AWS Certificate Manager and in the stack's region.
	//
	// Required, unless CertificateARN is given.
	Certificate awscertificatemanager.ICertificate

	// CertificateARN is Certificate by its ARN.
	//
	// Required, unless Certificate is given.
	CertificateARN string

	// HostedZone is the Route 53 zone that gets the address record of Name.
	//
	// Default: nil. The address record is yours to make, unless HostedZoneID is given.
	HostedZone awsroute53.IHostedZone

	// HostedZoneID is HostedZone by its id: "Z0123456789ABCDEFGHIJ".
	//
	// Default: "".
	HostedZoneID string
}

var hostedZoneForm = regexp.MustCompile(`^[A-Z0-9]{1,32}$`)

func (d *Domain) check(found problems) {
	if d == nil {
		return
	}
	switch {
	case d.Name == "":
		found.add("Name", `is missing: give the domain name, such as "uploads.example.com"`)
	case !IsToken(d.Name) && (!config.IsHostName(d.Name) || !strings.Contains(d.Name, ".")):
		found.add("Name", `%q is not a host name: write one in lower case, such as "uploads.example.com", without scheme, path or wildcard`, d.Name)
	}
	if d.Certificate == nil && d.CertificateARN == "" {
		found.add("Certificate", "is missing: give a certificate for Name, in the stack's region, or its ARN as CertificateARN")
	}
	found.notBoth("Certificate", d.Certificate != nil, "CertificateARN", d.CertificateARN != "")
	found.arn("CertificateARN", "certificate", d.CertificateARN)
	found.notBoth("HostedZone", d.HostedZone != nil, "HostedZoneID", d.HostedZoneID != "")
	if id := d.HostedZoneID; id != "" && !IsToken(id) && !hostedZoneForm.MatchString(id) {
		found.add("HostedZoneID", `%q is not a hosted zone's id, such as "Z0123456789ABCDEFGHIJ"`, id)
	}
}

// zoneID returns the id of the hosted zone, or "".
func (d *Domain) zoneID() string {
	if d.HostedZone != nil {
		return *d.HostedZone.HostedZoneId()
	}
	return d.HostedZoneID
}

// certificate returns the certificate. It imports one that is given by its ARN.
func (d *Domain) certificate(scope constructs.Construct) awscertificatemanager.ICertificate {
	if d.Certificate != nil {
		return d.Certificate
	}
	return awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("Certificate"), jsii.String(d.CertificateARN))
}

// addDomain gives the API its domain name, if any, and an address record in the hosted zone, if
// any. It returns the URL that callers use, with a slash at its end. With a domain name, the API
// Gateway stage isn't part of the path.
func addDomain(scope constructs.Construct, props Props, api awsapigateway.RestApi) string {
	if props.Domain == nil {
		return *api.Url()
	}
	domain := api.AddDomainName(jsii.String("Domain"), &awsapigateway.DomainNameOptions{
		DomainName:     jsii.String(props.Domain.Name),
		Certificate:    props.Domain.certificate(scope),
		EndpointType:   awsapigateway.EndpointType_REGIONAL,
		SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_2,
	})
	if zone := props.Domain.zoneID(); zone != "" {
		// The resource itself: CDK's ARecord needs the zone's name as well, only to check it.
		awsroute53.NewCfnRecordSet(scope, jsii.String("AddressRecord"), &awsroute53.CfnRecordSetProps{
			HostedZoneId: jsii.String(zone),
			Name:         jsii.String(props.Domain.Name),
			Type:         jsii.String("A"),
			AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
				DnsName:      domain.DomainNameAliasDomainName(),
				HostedZoneId: domain.DomainNameAliasHostedZoneId(),
			},
		})
	}
	return "https://" + props.Domain.Name + "/"
}
