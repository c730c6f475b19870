package awsstub

import "net/url"

// The account, and what is in it.
const (
	Account     = "111122223333"
	Region      = "eu-west-1"
	Stack       = "Signpost-staging"
	Pool        = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEfGhI"
	PoolClient  = "1h57kf5cpq17m0eml12EXAMPLE"
	Key         = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	Certificate = "arn:aws:acm:eu-west-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
	Topic       = "arn:aws:sns:eu-west-1:111122223333:alarms"
	WebACL      = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/1234abcd-12ab-34cd-56ef-1234567890ab"
	Boundary    = "arn:aws:iam::111122223333:policy/boundary"
	LogBucket   = "acme-access-logs"
	Domain      = "uploads.example.com"
	Zone        = "Z0123456789ABCDEFGHIJ"
	LogRole     = "arn:aws:iam::111122223333:role/apigateway-logs"
)

// Trust is a role's trust policy as IAM returns it.
func Trust(service string) string {
	return url.QueryEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`)
}

// Role is IAM's answer with a role.
func Role(operation, service string) string {
	return `<` + operation + `Response><` + operation + `Result><Role><Path>/</Path><RoleName>apigateway-logs</RoleName><RoleId>AROA</RoleId><Arn>` + LogRole +
		`</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>` + Trust(service) + `</AssumeRolePolicyDocument></Role></` + operation + `Result></` + operation + `Response>`
}

// Stacks is CloudFormation's answer with the stack.
func Stacks(status string, protected bool) string {
	protection := "false"
	if protected {
		protection = "true"
	}
	return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>` + Stack + `</StackName><StackStatus>` + status +
		`</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><EnableTerminationProtection>` + protection + `</EnableTerminationProtection></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}

// Resource is a stack's resource.
func Resource(kind, logicalID, physicalID, status string) string {
	return `<member><ResourceType>` + kind + `</ResourceType><LogicalResourceId>` + logicalID + `</LogicalResourceId><PhysicalResourceId>` + physicalID +
		`</PhysicalResourceId><ResourceStatus>` + status + `</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`
}

// Resources is CloudFormation's answer with a stack's resources.
func Resources(members string) string {
	return `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>` + members + `</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`
}

// Event is a stack's event.
func Event(logicalID, status, reason string) string {
	return `<member><StackId>x</StackId><EventId>x</EventId><StackName>` + Stack + `</StackName><LogicalResourceId>` + logicalID + `</LogicalResourceId><ResourceStatus>` + status +
		`</ResourceStatus><ResourceStatusReason>` + reason + `</ResourceStatusReason><Timestamp>2026-01-01T00:00:00Z</Timestamp></member>`
}

// Events is CloudFormation's answer with a stack's events, the newest first.
func Events(members string) string {
	return `<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>` + members + `</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>`
}

// healthy is an account with the stack of a stage that uses every feature.
var healthy = map[string]string{
	"sts GetCallerIdentity": `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::111122223333:assumed-role/Deployer/ada</Arn><UserId>AROA:ada</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
	"sts AssumeRole":        `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIALOOKUP</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
	"ssm GetParameter":      `{"Parameter":{"Name":"/cdk-bootstrap/hnb659fds/version","Value":"28"}}`,

	"cloudformation DescribeStacks": Stacks("UPDATE_COMPLETE", true),
	"cloudformation ListStackResources": Resources(
		Resource("AWS::Lambda::Function", "UploadsUploadFunction", "Signpost-staging-Upload-1", "CREATE_COMPLETE") +
			Resource("AWS::ApiGateway::DomainName", "UploadsApiDomain", Domain, "CREATE_COMPLETE") +
			Resource("AWS::Route53::RecordSet", "UploadsAddressRecord", Domain, "CREATE_COMPLETE")),
	"cloudformation DescribeStackEvents": Events(Event(Stack, "UPDATE_COMPLETE", "")),

	"apigateway GET /account":               `{"cloudwatchRoleArn":"` + LogRole + `"}`,
	"apigateway GET /domainnames/" + Domain: `{"domainName":"` + Domain + `"}`,
	"apigateway GET /domainnames":           `{"item":[]}`,
	"apigateway GET /restapis":              `{"item":[{"id":"a","endpointConfiguration":{"types":["REGIONAL"]}}]}`,

	"iam GetRole":           Role("GetRole", "apigateway.amazonaws.com"),
	"iam GetPolicy":         `<GetPolicyResponse><GetPolicyResult><Policy><Arn>` + Boundary + `</Arn></Policy></GetPolicyResult></GetPolicyResponse>`,
	"iam GetAccountSummary": `<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap><entry><key>Roles</key><value>40</value></entry><entry><key>RolesQuota</key><value>1000</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>`,

	"lambda GET /2016-08-19/account-settings":                                `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":980},"AccountUsage":{}}`,
	"lambda GET /2019-09-30/functions/Signpost-staging-Upload-1/concurrency": `{"ReservedConcurrentExecutions":20}`,

	"cognito-idp DescribeUserPool":       `{"UserPool":{"Id":"eu-west-1_AbCdEfGhI"}}`,
	"cognito-idp DescribeUserPoolClient": `{"UserPoolClient":{"ClientId":"` + PoolClient + `","AllowedOAuthFlows":["code"],"AllowedOAuthScopes":["openid","signpost/upload"]}}`,
	"cognito-idp GetGroup":               `{"Group":{"GroupName":"uploaders"}}`,
	"cognito-idp ListUserPools":          `{"UserPools":[{"Id":"a"}]}`,

	"kms DescribeKey":         `{"KeyMetadata":{"KeyId":"1234abcd-12ab-34cd-56ef-1234567890ab","KeyState":"Enabled","KeyUsage":"ENCRYPT_DECRYPT","KeySpec":"SYMMETRIC_DEFAULT"}}`,
	"acm DescribeCertificate": `{"Certificate":{"CertificateArn":"` + Certificate + `","DomainName":"example.com","SubjectAlternativeNames":["example.com","*.example.com"],"Status":"ISSUED"}}`,

	"route53 GET /2013-04-01/hostedzone/" + Zone:            `<GetHostedZoneResponse><HostedZone><Id>/hostedzone/` + Zone + `</Id><Name>example.com.</Name><CallerReference>x</CallerReference><Config><PrivateZone>false</PrivateZone></Config></HostedZone></GetHostedZoneResponse>`,
	"route53 GET /2013-04-01/hostedzone/" + Zone + "/rrset": `<ListResourceRecordSetsResponse><ResourceRecordSets></ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>10</MaxItems></ListResourceRecordSetsResponse>`,

	"wafv2 GetWebACL":        `{"WebACL":{"Name":"edge","Id":"1234abcd-12ab-34cd-56ef-1234567890ab"}}`,
	"sns GetTopicAttributes": `<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>TopicArn</key><value>` + Topic + `</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>`,

	"s3 HEAD /" + LogBucket:            "",
	"s3 GET /" + LogBucket + "?policy": `{"Statement":[{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject"}]}`,
	"s3 GET /":                         `<ListAllMyBucketsResult><Buckets><Bucket><Name>` + LogBucket + `</Name></Bucket></Buckets></ListAllMyBucketsResult>`,

	"servicequotas GetServiceQuota": `{"Quota":{"Value":1000}}`,
}
