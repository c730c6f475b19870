package uploads

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// addDomain gives the API the props' name, if any, and the name an address, where its zone is
// known; and returns the URL that callers use, with a slash at its end. On a name of its own the
// API's stage is no part of the path.
func addDomain(scope constructs.Construct, props Props, api awsapigateway.RestApi) string {
	if props.DomainName == "" {
		return *api.Url()
	}
	domain := api.AddDomainName(jsii.String("Domain"), &awsapigateway.DomainNameOptions{
		DomainName:     jsii.String(props.DomainName),
		Certificate:    awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("Certificate"), jsii.String(props.CertificateARN)),
		EndpointType:   awsapigateway.EndpointType_REGIONAL,
		SecurityPolicy: awsapigateway.SecurityPolicy_TLS_1_2,
	})
	if props.HostedZoneID != "" {
		// The resource itself: CDK's own wants the zone's name too, only to check it.
		awsroute53.NewCfnRecordSet(scope, jsii.String("AddressRecord"), &awsroute53.CfnRecordSetProps{
			HostedZoneId: jsii.String(props.HostedZoneID),
			Name:         jsii.String(props.DomainName),
			Type:         jsii.String("A"),
			AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{
				DnsName:      domain.DomainNameAliasDomainName(),
				HostedZoneId: domain.DomainNameAliasHostedZoneId(),
			},
		})
	}
	return "https://" + props.DomainName + "/"
}
