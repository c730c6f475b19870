package uploads

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// Props says what a deployment allows. The zero value of each field is its safe default;
// only Code and AllowedOrigins have none and must be given.
type Props struct {
	// Code is the upload function's built code: a folder holding one file, bootstrap, for
	// linux/arm64, as package build makes it. Required.
	Code awslambda.Code

	// AllowedOrigins are the pages that may call the API and the bucket from a browser, word for
	// word as a browser sends them: "https://app.example.com", no path, no trailing slash, no
	// wildcard. Plain http is for the browser's own machine alone: localhost and names under it
	// (http://tauri.localhost), 127.0.0.1, [::1]. Apps have origins of their own: capacitor://localhost,
	// ionic://localhost, tauri://localhost, app://… (Electron), and chrome-extension://… with the extension's
	// id. An app on Android or Windows is often https://localhost or http://tauri.localhost instead: name all
	// that yours has. Extensions of Firefox and Safari can't be named, since their origin is made up on each
	// installation, and "null" is anybody's. Required.
	AllowedOrigins []string

	// UserPoolARN is a user pool that there is already, whose users may upload; UserPoolClientIDs are
	// those of its app clients whose tokens are accepted, at most MaxClients. By default Uploads
	// makes a pool and a client of its own.
	UserPoolARN       string
	UserPoolClientIDs []string

	// OAuthScopes asks for access tokens in place of ID tokens: one that holds any of these scopes,
	// such as "signpost/upload", a resource server's name and its scope. Only an OAuth sign-in gives
	// tokens with scopes of one's own, so they need UserPoolARN; a sign-in by SRP gives
	// SignInScope alone, which works with either pool. Nil is ID tokens.
	OAuthScopes []string

	// RequiredGroup is the Cognito group that callers must be in; all others get 403. The pool that
	// Uploads makes gets the group. Empty lets in every user.
	RequiredGroup string

	// URLLifetime is how long a signed URL works, in whole seconds: 1 to 15 minutes.
	// Zero is DefaultURLLifetime. The bucket itself refuses older ones.
	URLLifetime time.Duration

	// AllowLongURLs lets URLLifetime be up to 60 minutes: for users on slow lines, since S3 looks
	// at a URL's age when a transfer begins, and retries begin anew.
	AllowLongURLs bool

	// MaxSize is the largest file, in bytes: 1 to MaxObjectSize. Zero is DefaultMaxSize. The bucket
	// ends an upload in parts a day after it began, finished or not, so what a user's line carries in
	// a day is a limit too: about 1 TiB at 100 Mbit/s.
	MaxSize int64

	// MultipartThreshold is the size, in bytes, above which a file is sent in parts:
	// MinMultipartThreshold to MaxPutSize. Zero is DefaultMultipartThreshold. Where no file may be
	// larger, there is no POST /uploads/parts.
	MultipartThreshold int64

	// ResumableUploads lets a page list the parts that a multipart upload already has, to go on
	// after a reload, and abort it: s3:ListMultipartUploadParts and s3:AbortMultipartUpload. By
	// default neither is granted, and unfinished uploads go after a day.
	ResumableUploads bool

	// Downloads adds POST /downloads, where users get links to their own files, and the function
	// behind it, which alone holds s3:GetObject. DownloadCode is its built code, like Code, and
	// required with Downloads. By default nothing that this stack signs can read.
	Downloads    bool
	DownloadCode awslambda.Code

	// AllowedTypes are the media types that are stored: "image/png", or "image/*" for a family. Name
	// each by its standard name, "image/jpeg" for "image/jpg": what browsers say is understood.
	// A family never takes in a type that runs script in a browser, such as image/svg+xml or
	// text/html: name such a type in full to allow it. Nil is DefaultAllowedTypes.
	AllowedTypes []string

	// KeyPrefix is where every upload lies in the bucket, and all that the functions may touch:
	// letters, digits, '-', '_' and '.', with a slash after each part. Empty is DefaultKeyPrefix.
	// It is part of every key: with another one, what is stored is out of the functions' reach.
	KeyPrefix string

	// ExpireAfterDays is how many days an upload stays: 1 to MaxLifecycleDays. The bucket keeps
	// versions, so what expires only becomes an older version: ExpireVersionsAfterDays is how many
	// days those stay, and required with ExpireAfterDays. Zero keeps them for good.
	ExpireAfterDays         int
	ExpireVersionsAfterDays int

	// OwnKey encrypts uploads under a KMS key of this deployment's, rotated every year; KeyARN
	// under one that there is already, by the key's ARN and not an alias. S3 then asks KMS in the
	// name of the role that signed, so each role gets what its requests need: kms:GenerateDataKey
	// to upload, kms:Decrypt to upload in parts and to read. By default S3 holds the keys.
	OwnKey bool
	KeyARN string

	// MemoryMB is each function's memory: MinMemoryMB to MaxMemoryMB. Zero is DefaultMemoryMB.
	MemoryMB int

	// ReservedConcurrency is how many requests each function may serve at once, set aside for it
	// alone out of the account's quota: 1 to MaxReservedConcurrency, for both functions together.
	// Zero sets nothing aside and shares with the account's other functions.
	ReservedConcurrency int

	// ThrottleRate (requests a second) and ThrottleBurst (requests) bound the whole API.
	// Zero is DefaultThrottleRate and DefaultThrottleBurst.
	ThrottleRate  float64
	ThrottleBurst int

	// LogRetentionDays is how long the function's log, the API's access log and the bucket's
	// access log are kept; one of the numbers CloudWatch Logs takes. Zero is DefaultLogRetentionDays.
	LogRetentionDays int

	// Tracing sends a trace of each request, from API Gateway and the functions, to X-Ray. Traces
	// hold no URL and no token.
	Tracing bool

	// Alarms watch what a person should hear of: the API's 5XX rate and p99 latency, errors and
	// throttles of the functions, a surge of 403s, and one of bytes that URLs are signed to store.
	// AlarmBytesSigned is how many of those in 5 minutes are a surge, 1 or more; zero is
	// DefaultAlarmBytesSigned, or MaxSize where that is more, so that no file alone is one. AlarmTopicARN
	// is the SNS topic they go to; with none, they get a topic of their own, Uploads.AlarmTopic, for
	// somebody to subscribe to.
	Alarms           bool
	AlarmBytesSigned int64
	AlarmTopicARN    string

	// Dashboard adds a CloudWatch dashboard of the API, the functions and what they count.
	Dashboard bool

	// LogQueries adds queries to CloudWatch Logs Insights, in a folder of the stack's name: refusals
	// by code, the busiest callers, the slowest requests, 403s by address.
	LogQueries bool

	// MetricsNamespace is where the functions' own metrics go in CloudWatch: 1 to 255 letters,
	// digits and .-_/# and not "AWS/…". Deployments of one account and region that share it are
	// counted together. Empty is DefaultMetricsNamespace.
	MetricsNamespace string

	// AccessLogBucketName is a bucket that there is already, in the same account and region, for
	// S3's access log of the uploads. Its own policy must let logging.s3.amazonaws.com write to it
	// ("Enabling Amazon S3 server access logging", Amazon S3 User Guide). By default Uploads makes
	// one.
	AccessLogBucketName string

	// SourceRanges are the only networks that uploads may come from: by their public addresses, as
	// CIDR ranges ("203.0.113.0/24"), at most MaxSourceRanges. The bucket itself refuses all others,
	// whoever signed. The API, and reads, stay open to those who may. Nil is everywhere.
	SourceRanges []string

	// WebACL puts a web ACL of AWS WAF before the API: AWS's common rules, and no more than
	// WebACLRateLimit requests of one address in 5 minutes: MinWebACLRateLimit to
	// MaxWebACLRateLimit; zero is DefaultWebACLRateLimit. WebACLARN is a regional one that there is
	// already. By default there is none.
	WebACL          bool
	WebACLRateLimit int
	WebACLARN       string

	// DomainName is the API's own name, such as "uploads.example.com", over TLS 1.2 at least;
	// API Gateway's own endpoint is then closed. CertificateARN is a certificate for it in AWS
	// Certificate Manager, in the stack's region, and required with it. HostedZoneID is the
	// Route 53 zone that gets the address record; without one, that is for you to make.
	DomainName     string
	CertificateARN string
	HostedZoneID   string

	// EventBridge has S3 tell EventBridge, the account's default bus, of every object that is stored.
	EventBridge bool

	// MalwareScan has GuardDuty scan every upload and write its verdict into a tag. No object can be
	// read unless its tag says NO_THREATS_FOUND, and nobody but GuardDuty may set that tag. Nothing is
	// replicated from the bucket, since S3 does that before there is a verdict: copy what is clean
	// instead. GuardDuty Malware Protection for S3 must be there in the region.
	MalwareScan bool

	// PermissionsBoundaryARN is the managed policy that bounds every role of this stack.
	PermissionsBoundaryARN string

	// RoleTags are tags of the roles that sign, which an organisation's policies can look at: AWS's
	// guidance on presigned URLs has "non-header-auth-allowed" and "long-presigned-allowed"
	// ("Additional guardrails", AWS Prescriptive Guidance). Tags are tags of every resource.
	RoleTags map[string]string
	Tags     map[string]string

	// Disposable deletes the bucket, the user pool and the logs along with the stack. CloudFormation
	// deletes a bucket only once it is empty. By default all of them outlive it.
	Disposable bool

	// FirstDeployment leaves out two protections that would keep CloudFormation from undoing a creation that
	// fails: the own pool's deletion protection, and the termination protection of UploadStack. With them,
	// a stack whose creation failed can neither be rolled back whole nor deleted, and the next deployment,
	// which has to delete it first, fails too. Deploy a new stack once with it, then again without it, which
	// turns on just these two. Never leave it set once there are users or files.
	FirstDeployment bool

	// OptionalMFA leaves each user to decide on a second factor (TOTP). By default it is required.
	OptionalMFA bool

	// TokenLifetime is how long a token of the own pool is good for, and SessionLifetime how long a
	// page can get new ones without a new sign-in; both in whole minutes: MinTokenLifetime to
	// MaxTokenLifetime, and longer than that up to MaxSessionLifetime. Zero is DefaultTokenLifetime
	// and DefaultSessionLifetime.
	TokenLifetime   time.Duration
	SessionLifetime time.Duration

	// PasswordAuth also lets the client sign in by sending the password itself
	// (ALLOW_USER_PASSWORD_AUTH), for tools that don't speak SRP. By default only SRP works.
	PasswordAuth bool

	// NoSimpleRoute leaves out GET /api/documents/signed. By default it is there.
	NoSimpleRoute bool
}

// withDefaults returns the props with every zero field replaced by what it stands for.
func (p Props) withDefaults() Props {
	if p.URLLifetime == 0 {
		p.URLLifetime = DefaultURLLifetime
	}
	if p.TokenLifetime == 0 {
		p.TokenLifetime = DefaultTokenLifetime
	}
	if p.SessionLifetime == 0 {
		p.SessionLifetime = DefaultSessionLifetime
	}
	if p.MaxSize == 0 {
		p.MaxSize = DefaultMaxSize
	}
	if p.MultipartThreshold == 0 {
		p.MultipartThreshold = DefaultMultipartThreshold
	}
	if p.AllowedTypes == nil {
		p.AllowedTypes = DefaultAllowedTypes()
	}
	if p.ThrottleRate == 0 {
		p.ThrottleRate = DefaultThrottleRate
	}
	if p.ThrottleBurst == 0 {
		p.ThrottleBurst = DefaultThrottleBurst
	}
	if p.LogRetentionDays == 0 {
		p.LogRetentionDays = DefaultLogRetentionDays
	}
	if p.AlarmBytesSigned == 0 {
		p.AlarmBytesSigned = max(DefaultAlarmBytesSigned, p.MaxSize)
	}
	if p.KeyPrefix == "" {
		p.KeyPrefix = DefaultKeyPrefix
	}
	if p.MemoryMB == 0 {
		p.MemoryMB = DefaultMemoryMB
	}
	if p.MetricsNamespace == "" {
		p.MetricsNamespace = DefaultMetricsNamespace
	}
	if p.WebACLRateLimit == 0 {
		p.WebACLRateLimit = DefaultWebACLRateLimit
	}
	return p
}

// multipart says whether any file is large enough to be sent in parts.
func (p Props) multipart() bool {
	p = p.withDefaults()
	return p.MaxSize > p.MultipartThreshold
}
