package check_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/google/go-cmp/cmp"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// elsewhere moves an ARN to another region.
func elsewhere(arn string) string { return strings.ReplaceAll(arn, "eu-west-1", "us-east-1") }

// TestProps: each thing that the props can name and that doesn't fit, alone in an account where all
// else does.
func TestProps(t *testing.T) {
	token := "${Token[TOKEN.42]}"
	domain := "apigateway GET /domainnames/" + awsstub.Domain
	zone := "route53 GET /2013-04-01/hostedzone/" + awsstub.Zone
	records := func(kind string) awsstub.Answer {
		return awsstub.Answer{Body: `<ListResourceRecordSetsResponse><ResourceRecordSets><ResourceRecordSet><Name>uploads.example.com.</Name><Type>` + kind +
			`</Type></ResourceRecordSet></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>10</MaxItems></ListResourceRecordSetsResponse>`}
	}
	empty := awsstub.Answer{Body: awsstub.Resources("")}
	for name, test := range map[string]struct {
		props   func(*uploads.Props)
		answers map[string]awsstub.Answer
		want    []string // each a part of one line, in order
	}{
		"Concurrency": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":200,"UnreservedConcurrentExecutions":150}}`}},
			want: []string{"problem Functions.ReservedConcurrency: reserves 100 in all. Of the account's 200 executions at once, 170 are free for it, and Lambda keeps 100 of those for functions that reserve nothing → reserve at most 70, or nothing, in infra/stages.go → or ask for more: aws service-quotas"}},
		"ConcurrencyNewAccount": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`},
			"cloudformation ListStackResources": empty},
			props: func(p *uploads.Props) { p.Domain = nil },
			want:  []string{"problem Functions.ReservedConcurrency: reserves 100 in all. Of the account's 10 executions at once, 10 are free for it, and Lambda keeps 100 of those for functions that reserve nothing → reserve nothing, in infra/stages.go"}},
		"ConcurrencyTwoFunctions": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":260}}`}},
			props: func(p *uploads.Props) { p.Downloads = &uploads.Downloads{} },
			want:  []string{"problem Functions.ReservedConcurrency: reserves 200 in all. Of the account's 1000 executions at once, 280 are free for it, and Lambda keeps 100 of those for functions that reserve nothing → reserve at most 90"}},
		"ConcurrencyFourFunctions": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":260}}`}},
			props: func(p *uploads.Props) {
				p.Downloads, p.Listings, p.Deletions, p.Expiry = &uploads.Downloads{}, &uploads.Listings{}, &uploads.Deletions{}, &uploads.Expiry{VersionsAfterDays: 30}
			},
			want: []string{"problem Functions.ReservedConcurrency: reserves 400 in all. Of the account's 1000 executions at once, 280 are free for it, and Lambda keeps 100 of those for functions that reserve nothing → reserve at most 45"}},
		"OKConcurrencyHeldAlready": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":200,"UnreservedConcurrentExecutions":180}}`}}},
		"ConcurrencyHeldUnknown": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":200,"UnreservedConcurrentExecutions":180}}`},
			"lambda GET /2019-09-30/functions/Signpost-staging-Upload-1/concurrency": {Status: 403, Error: "AccessDeniedException"}},
			want: []string{"unknown Functions.ReservedConcurrency: could not be checked, because lambda:GetFunctionConcurrency is not permitted"}},
		"FewFunctions": {answers: map[string]awsstub.Answer{"lambda GET /2016-08-19/account-settings": {Body: `{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}`}},
			props: func(p *uploads.Props) { p.Functions.ReservedConcurrency = 0 },
			want:  []string{"note Lambda's concurrency: the account runs 10 functions at once"}},

		"DeletionsKept": {props: func(p *uploads.Props) { p.Deletions = &uploads.Deletions{} },
			want: []string{"note Deletions: hide files from their users, and the bucket keeps them forever as older versions → to erase them some days later, set Expiry.VersionsAfterDays in infra/stages.go"}},
		"OKDeletionsErased": {props: func(p *uploads.Props) {
			p.Deletions, p.Expiry = &uploads.Deletions{}, &uploads.Expiry{VersionsAfterDays: 30}
		}},

		"PoolGone":      {answers: map[string]awsstub.Answer{"cognito-idp DescribeUserPool": {Status: 400, Error: "ResourceNotFoundException"}}, want: []string{"problem Callers.ExistingPool.PoolARN: there is no user pool eu-west-1_AbCdEfGhI"}},
		"PoolElsewhere": {props: func(p *uploads.Props) { p.Callers.ExistingPool.PoolARN = elsewhere(p.Callers.ExistingPool.PoolARN) }, want: []string{"note Callers.ExistingPool.PoolARN: is in us-east-1, and the stack goes to eu-west-1"}},
		"PoolOfAnother": {props: func(p *uploads.Props) {
			p.Callers.ExistingPool.PoolARN = strings.Replace(p.Callers.ExistingPool.PoolARN, "1111", "9999", 1)
		}, want: []string{"unknown Callers.ExistingPool.PoolARN: could not be checked, because it is in account 999922223333"}},
		"PoolOfPartition": {props: func(p *uploads.Props) {
			p.Callers.ExistingPool.PoolARN = strings.Replace(p.Callers.ExistingPool.PoolARN, "arn:aws:", "arn:aws-cn:", 1)
		}, want: []string{"problem Callers.ExistingPool.PoolARN: is in AWS's partition aws-cn"}},
		"PoolToken":    {props: func(p *uploads.Props) { p.Callers.ExistingPool.PoolARN = token }, want: []string{"note Callers.ExistingPool.PoolARN: is known only while the stack is deployed"}},
		"ClientGone":   {answers: map[string]awsstub.Answer{"cognito-idp DescribeUserPoolClient": {Status: 400, Error: "ResourceNotFoundException"}}, want: []string{"problem Callers.ExistingPool.ClientIDs: the user pool eu-west-1_AbCdEfGhI has no app client 1h57kf5cpq17m0eml12EXAMPLE"}},
		"ClientSecret": {answers: map[string]awsstub.Answer{"cognito-idp DescribeUserPoolClient": {Body: `{"UserPoolClient":{"ClientSecret":"wJalrXUtnFEMI"}}`}}, want: []string{"note Callers.ExistingPool.ClientIDs: 1h57kf5cpq17m0eml12EXAMPLE has a secret, which a page can't keep"}},
		"ClientOfMachines": {answers: map[string]awsstub.Answer{"cognito-idp DescribeUserPoolClient": {Body: `{"UserPoolClient":{"AllowedOAuthFlows":["client_credentials"]}}`}},
			want: []string{"problem Callers.ExistingPool.ClientIDs: 1h57kf5cpq17m0eml12EXAMPLE has only the flow client_credentials, which gives no ID tokens"}},
		"ClientScopes": {props: func(p *uploads.Props) { p.Callers.ExistingPool.OAuthScopes = []string{"signpost/other"} }, want: []string{"problem Callers.ExistingPool.ClientIDs: 1h57kf5cpq17m0eml12EXAMPLE may have none of the OAuthScopes (signpost/other)"}},
		"OKScopes":     {props: func(p *uploads.Props) { p.Callers.ExistingPool.OAuthScopes = []string{"signpost/upload"} }},
		"OKSignIn":     {props: func(p *uploads.Props) { p.Callers.ExistingPool.OAuthScopes = []string{uploads.SignInScope} }},
		"GroupGone":    {answers: map[string]awsstub.Answer{"cognito-idp GetGroup": {Status: 400, Error: "ResourceNotFoundException"}}, want: []string{`problem Callers.RequiredGroup: the user pool eu-west-1_AbCdEfGhI has no group "uploaders", so every caller would get 403 → aws cognito-idp create-group`}},
		"GroupOfAKindGone": {props: func(p *uploads.Props) {
			p.Callers.RequiredGroup = ""
			p.Kinds = []uploads.Kind{{Name: "avatar"}, {Name: "film", RequiredGroup: "editors"}, {Name: "trailer", RequiredGroup: "editors"}}
		}, answers: map[string]awsstub.Answer{"cognito-idp GetGroup": {Status: 400, Error: "ResourceNotFoundException"}}, want: []string{`problem Kinds[1].RequiredGroup: the user pool eu-west-1_AbCdEfGhI has no group "editors", so every upload of kind film would get 403 → aws cognito-idp create-group`}},

		"KeyElsewhere": {props: func(p *uploads.Props) { p.Encryption.KeyARN = elsewhere(p.Encryption.KeyARN) }, want: []string{"problem Encryption.KeyARN: is in us-east-1, and the stack goes to eu-west-1: S3 encrypts only with keys of the bucket's own region"}},
		"KeyObject":    {props: func(p *uploads.Props) { p.Encryption = &uploads.Encryption{Key: struct{ awskms.IKey }{}} }, want: []string{"note Encryption.Key: is a CDK object, and was not checked"}},
		"KeyOff":       {answers: map[string]awsstub.Answer{"kms DescribeKey": {Body: `{"KeyMetadata":{"KeyId":"k","KeyState":"Disabled","KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"SYMMETRIC_DEFAULT"}}`}}, want: []string{"problem Encryption.KeyARN: is disabled → aws kms enable-key --key-id k"}},
		"KeyGoing":     {answers: map[string]awsstub.Answer{"kms DescribeKey": {Body: `{"KeyMetadata":{"KeyId":"k","KeyState":"PendingDeletion","KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"SYMMETRIC_DEFAULT"}}`}}, want: []string{"problem Encryption.KeyARN: is scheduled for deletion: without it, its files are lost → aws kms cancel-key-deletion --key-id k → aws kms enable-key --key-id k"}},
		"KeyToSign":    {answers: map[string]awsstub.Answer{"kms DescribeKey": {Body: `{"KeyMetadata":{"KeyId":"k","KeyState":"Enabled","KeyUsage":"SIGN_VERIFY","KeySpec":"RSA_2048"}}`}}, want: []string{"problem Encryption.KeyARN: is a key for SIGN_VERIFY of the kind RSA_2048"}},
		"KeyAsymmetric": {answers: map[string]awsstub.Answer{"kms DescribeKey": {Body: `{"KeyMetadata":{"KeyId":"k","KeyState":"Enabled","KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"RSA_2048"}}`}},
			want: []string{"problem Encryption.KeyARN: is a key for ENCRYPT_DECRYPT of the kind RSA_2048"}},

		"CertificateElsewhere": {props: func(p *uploads.Props) { p.Domain.CertificateARN = elsewhere(p.Domain.CertificateARN) },
			want: []string{"problem Domain.CertificateARN: is in us-east-1, and the stack goes to eu-west-1: a regional API needs a certificate in its own region (only CloudFront's are in us-east-1) → aws acm request-certificate --region eu-west-1 --domain-name uploads.example.com --validation-method DNS"}},
		"CertificateOfAnother": {props: func(p *uploads.Props) {
			p.Domain.CertificateARN = strings.Replace(p.Domain.CertificateARN, "1111", "9999", 1)
		}, want: []string{"problem Domain.CertificateARN: is in account 999922223333"}},
		"CertificateName": {answers: map[string]awsstub.Answer{"acm DescribeCertificate": {Body: `{"Certificate":{"DomainName":"example.com","SubjectAlternativeNames":["example.com","*.other.example.com"],"Status":"ISSUED"}}`}}, want: []string{"problem Domain.CertificateARN: is for *.other.example.com, example.com, not for uploads.example.com"}},
		"CertificateDeep": {props: func(p *uploads.Props) { p.Domain.Name, p.Domain.HostedZoneID = "a.uploads.example.com", "" }, answers: map[string]awsstub.Answer{"apigateway GET /domainnames/a.uploads.example.com": {Status: 404, Error: "NotFoundException"}}, want: []string{"problem Domain.CertificateARN: is for *.example.com, example.com, not for a.uploads.example.com"}},
		"CertificatePending": {answers: map[string]awsstub.Answer{"acm DescribeCertificate": {Body: `{"Certificate":{"CertificateArn":"arn","DomainName":"uploads.example.com","Status":"PENDING_VALIDATION","DomainValidationOptions":[{"DomainName":"uploads.example.com","ValidationStatus":"PENDING_VALIDATION","ResourceRecord":{"Name":"_x.uploads.example.com.","Type":"CNAME","Value":"_y.acm-validations.aws."}}]}}`}},
			want: []string{"problem Domain.CertificateARN: is not issued yet: AWS waits for a proof that the domain is yours → add this DNS record: _x.uploads.example.com. CNAME _y.acm-validations.aws. → then wait"}},
		"CertificateExpired": {answers: map[string]awsstub.Answer{"acm DescribeCertificate": {Body: `{"Certificate":{"DomainName":"uploads.example.com","Status":"EXPIRED"}}`}}, want: []string{"problem Domain.CertificateARN: has the status EXPIRED, not ISSUED"}},

		"DomainTaken": {answers: map[string]awsstub.Answer{"cloudformation ListStackResources": {Body: awsstub.Resources(awsstub.Resource("AWS::Route53::RecordSet", "R", awsstub.Domain, "CREATE_COMPLETE"))}},
			want: []string{"problem Domain.Name: uploads.example.com is taken in API Gateway by something else"}},
		"ResourcesUnlisted": {answers: map[string]awsstub.Answer{"cloudformation ListStackResources": {Status: 403, Error: "AccessDenied"}},
			want: []string{"unknown Domain.Name: could not be checked, because cloudformation:ListStackResources is not permitted", "unknown Domain.HostedZoneID: could not be checked, because cloudformation:ListStackResources is not permitted"}},
		"OKDomainFree": {answers: map[string]awsstub.Answer{domain: {Status: 404, Error: "NotFoundException"}}},
		"ZonePrivate": {answers: map[string]awsstub.Answer{zone: {Body: `<GetHostedZoneResponse><HostedZone><Id>z</Id><Name>example.com.</Name><CallerReference>x</CallerReference><Config><PrivateZone>true</PrivateZone></Config></HostedZone></GetHostedZoneResponse>`}},
			want: []string{"problem Domain.HostedZoneID: is a private zone of example.com"}},
		"ZoneOfAnotherName": {answers: map[string]awsstub.Answer{zone: {Body: `<GetHostedZoneResponse><HostedZone><Id>z</Id><Name>ample.com.</Name><CallerReference>x</CallerReference></HostedZone></GetHostedZoneResponse>`}},
			want: []string{"problem Domain.HostedZoneID: is the zone of ample.com, which uploads.example.com doesn't lie in"}},
		"RecordTaken": {answers: map[string]awsstub.Answer{zone + "/rrset": records("A"), domain: {Status: 404, Error: "NotFoundException"}, "cloudformation ListStackResources": empty},
			want: []string{"problem Domain.HostedZoneID: has a record A for uploads.example.com already"}},
		"OKRecordOfAnotherKind": {answers: map[string]awsstub.Answer{zone + "/rrset": records("TXT"), domain: {Status: 404, Error: "NotFoundException"}, "cloudformation ListStackResources": empty}},

		"WebACLElsewhere": {props: func(p *uploads.Props) { p.WebACL.ARN = elsewhere(p.WebACL.ARN) }, want: []string{"problem WebACL.ARN: is in us-east-1"}},
		"WebACLForCloudFront": {props: func(p *uploads.Props) { p.WebACL.ARN = strings.Replace(p.WebACL.ARN, "regional/", "global/", 1) },
			want: []string{`problem WebACL.ARN: "arn:aws:wafv2:eu-west-1:111122223333:global/webacl/edge/1234abcd-12ab-34cd-56ef-1234567890ab" is not a web ACL's ARN`}},
		"TopicElsewhere": {props: func(p *uploads.Props) { p.Alarms.TopicARN = elsewhere(p.Alarms.TopicARN) }, want: []string{"problem Alarms.TopicARN: is in us-east-1, and the stack goes to eu-west-1: alarms can publish only to topics of their own region"}},
		"TopicKey": {answers: map[string]awsstub.Answer{"sns GetTopicAttributes": {Body: `<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>KmsMasterKeyId</key><value>alias/aws/sns</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>`}},
			want: []string{"note Alarms.TopicARN: is encrypted with AWS's own key for SNS"}},

		"BucketElsewhere": {answers: map[string]awsstub.Answer{"s3 HEAD /" + awsstub.LogBucket: {Status: 301, Header: map[string]string{"X-Amz-Bucket-Region": "us-east-1"}}}, want: []string{"problem AccessLogBucketName: acme-access-logs is in us-east-1"}},
		"BucketNotOurs":   {answers: map[string]awsstub.Answer{"s3 HEAD /" + awsstub.LogBucket: {Status: 403}, "s3 GET /": {Body: `<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`}}, want: []string{"problem AccessLogBucketName: acme-access-logs does not belong to account 111122223333"}},
		"BucketOursUnread": {answers: map[string]awsstub.Answer{"s3 HEAD /" + awsstub.LogBucket: {Status: 403}},
			want: []string{"unknown AccessLogBucketName: could not be checked, because s3:ListBucket is not permitted"}},
		"BucketNoPolicy": {answers: map[string]awsstub.Answer{"s3 GET /" + awsstub.LogBucket + "?policy": {Status: 404, Error: "NoSuchBucketPolicy"}}, want: []string{"note AccessLogBucketName: the policy of acme-access-logs does not name logging.s3.amazonaws.com"}},

		"OKAcceleration":    {props: func(p *uploads.Props) { p.TransferAcceleration = true }},
		"BoundaryOfAnother": {props: func(p *uploads.Props) { p.PermissionsBoundaryARN = "arn:aws:iam::999922223333:policy/boundary" }, want: []string{"problem PermissionsBoundaryARN: is in account 999922223333"}},
		"OKBoundaryOfAWS":   {props: func(p *uploads.Props) { p.PermissionsBoundaryARN = "arn:aws:iam::aws:policy/PowerUserAccess" }},

		"BootstrapOld":      {answers: map[string]awsstub.Answer{"ssm GetParameter": {Body: `{"Parameter":{"Value":"5"}}`}}, want: []string{"problem CDK bootstrap: is version 5, and this CDK needs 6 or newer → npx cdk bootstrap aws://111122223333/eu-west-1"}},
		"LogRoleGone":       {answers: map[string]awsstub.Answer{"iam GetRole": {Status: 404, Error: "NoSuchEntity"}}, want: []string{"problem API Gateway's log role: arn:aws:iam::111122223333:role/apigateway-logs is set, and that role was deleted"}},
		"LogRoleOfAnother":  {answers: map[string]awsstub.Answer{"iam GetRole": {Body: awsstub.Role("GetRole", "lambda.amazonaws.com")}}, want: []string{"problem API Gateway's log role: arn:aws:iam::111122223333:role/apigateway-logs does not trust apigateway.amazonaws.com"}},
		"OKLogRoleWithPath": {answers: map[string]awsstub.Answer{"apigateway GET /account": {Body: `{"cloudwatchRoleArn":"arn:aws:iam::111122223333:role/aws-service/logs"}`}}},
	} {
		t.Run(name, func(t *testing.T) {
			account := awsstub.New(t)
			for call, answer := range test.answers {
				account.Answer(call, answer)
			}
			props := everything()
			if test.props != nil {
				test.props(&props)
			}
			got := lines(check.Run(context.Background(), config(account), target(props)))
			if len(got) != len(test.want) {
				t.Fatalf("it says %d things, want %d (-want +got):\n%s", len(got), len(test.want), cmp.Diff(test.want, got))
			}
			for i, line := range got {
				if !strings.HasPrefix(line, test.want[i]) {
					t.Errorf("it says\n%s\nwant\n%s", line, test.want[i])
				}
				if strings.Contains(line, "wJalrXUtnFEMI") {
					t.Errorf("it shows a secret: %s", line)
				}
			}
			if changes := account.Changes(); len(changes) > 0 {
				t.Errorf("it made %q, which don't only read", changes)
			}
		})
	}
}
