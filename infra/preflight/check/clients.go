package check

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
)

// clients are the clients of the services that the checks call.
type clients struct {
	acm            *acm.Client
	apigateway     *apigateway.Client
	cloudformation *cloudformation.Client
	cognito        *cognitoidentityprovider.Client
	iam            *iam.Client
	kms            *kms.Client
	lambda         *lambda.Client
	quotas         *servicequotas.Client
	route53        *route53.Client
	s3             *s3.Client
	sns            *sns.Client
	ssm            *ssm.Client
	wafv2          *wafv2.Client
}

func newClients(cfg aws.Config) clients {
	return clients{
		acm:            acm.NewFromConfig(cfg),
		apigateway:     apigateway.NewFromConfig(cfg),
		cloudformation: cloudformation.NewFromConfig(cfg),
		cognito:        cognitoidentityprovider.NewFromConfig(cfg),
		iam:            iam.NewFromConfig(cfg),
		kms:            kms.NewFromConfig(cfg),
		lambda:         lambda.NewFromConfig(cfg),
		quotas:         servicequotas.NewFromConfig(cfg),
		route53:        route53.NewFromConfig(cfg),
		s3:             s3.NewFromConfig(cfg),
		sns:            sns.NewFromConfig(cfg),
		ssm:            ssm.NewFromConfig(cfg),
		wafv2:          wafv2.NewFromConfig(cfg),
	}
}
