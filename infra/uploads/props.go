package uploads

import (
	"cmp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"signpost/lambda/config"
)

// Props configure an [Uploads]. The zero value of each field is its safe default; only Code and
// AllowedOrigins have none.
//
// A feature that is off by default is a pointer: nil leaves it out, and an empty value turns it on
// with its own defaults. Something that exists already can be given as its CDK construct or by its
// ARN, name or id, but not both ways at once.
type Props struct {
	// Code is the upload function's built code: a folder that holds one file, bootstrap, for
	// linux/arm64. Package signpost/infra/build makes it.
	//
	// Required.
	Code awslambda.Code

	// AllowedOrigins are the origins of the pages that may call the API and the bucket from a
	// browser, exactly as a browser sends them: "https://app.example.com", without a path, a
	// trailing slash or a wildcard. Joined by commas they have at most 1,300 characters.
	//
	// Plain http is only for the browser's own machine: localhost and names under it
	// (http://tauri.localhost), 127.0.0.1 and [::1]. Apps have origins of their own:
	// capacitor://localhost, ionic://localhost, tauri://localhost, app://… (Electron), and
	// chrome-extension://… with the extension's id. On Android and Windows an app often has
	// https://localhost or http://tauri.localhost instead: give every origin of your app. Extensions
	// of Firefox and Safari
	// can't be given, since each installation has a new origin, and "null" can be any page.
	//
	// Required.
	AllowedOrigins []string

	// AllowedTypes are the media types that can be uploaded: "image/png", or "image/*" for a
	// family. Joined by commas they have at most 1,300 characters. Give each by its standard name,
	// such as "image/jpeg" and not "image/jpg"; the other names that browsers send are understood.
	// A family never includes a type that runs script in a browser, such as image/svg+xml or
	// text/html: give such a type in full to allow it.
	//
	// Default: [config.DefaultAllowedTypes], image/* and application/pdf.
	AllowedTypes []string

	// MaxSize is the size of the largest file, in bytes: 1 to [config.MaxObjectSize], 48.8 TiB. The
	// bucket aborts a multipart upload one day after it began, so a file must also upload within a
	// day: about 1 TiB at 100 Mbit/s.
	//
	// Default: [config.DefaultMaxSize], 5 GiB.
	MaxSize int64

	// URLLifetime is how long a signed URL is valid, in whole seconds: 1 to 15 minutes. The bucket
	// policy refuses older URLs, whoever signed them.
	//
	// Default: [config.DefaultURLLifetime], 10 minutes.
	URLLifetime time.Duration

	// AllowLongURLs raises the limit of URLLifetime to 60 minutes, for users with slow connections:
	// S3 checks a URL's age when a transfer begins, and a retry begins a new transfer.
	//
	// Default: false.
	AllowLongURLs bool

	// KeyPrefix is the beginning of the key of every upload, and the functions can reach no other
	// keys: letters, digits, '-', '_' and '.', with a slash after each part, at most
	// [config.MaxKeyPrefix] characters ("Naming Amazon S3 objects", Amazon S3 User Guide). After a
	// change, the functions can't reach what is stored under the old prefix.
	//
	// Default: [config.DefaultKeyPrefix], "uploads/".
	KeyPrefix string

	// Kinds are kinds of upload with limits of their own, such as avatars. AllowedTypes, MaxSize and
	// the other limits here are for files of which a page names no kind, and for what a kind leaves
	// out. The functions read all limits from their environment, which has room for about 30 kinds:
	// Validate reports what is too much.
	//
	// Default: nil. All files have the limits of Props.
	Kinds []Kind

	// NoUnnamedKind refuses files of which a page names no kind. Without it, a file can have the
	// limits of Props instead of those of the kind that it is meant for: a page that forgets the
	// kind, or a user who leaves it out on purpose, gets around a kind's limits. It needs Kinds.
	//
	// Default: false. A file needs no kind.
	NoUnnamedKind bool

	// Callers are the users who may call the API: of a user pool, or of other OpenID Connect
	// issuers.
	//
	// Default: the users of a new user pool.
	Callers Callers

	// Multipart configures uploads in parts.
	//
	// Default: files above 16 MiB are sent in parts, and the role can't list or abort them.
	Multipart Multipart

	// Downloads adds POST /downloads, which gives users links to their own files, and a function
	// behind it. Only that function's role has s3:GetObject.
	//
	// Default: nil. No URL that the stack signs can read a file.
	Downloads *Downloads

	// Listings adds POST /listings, which gives users links to lists of their own files, and a
	// function behind it. Only that function's role has s3:ListBucket, for the folder of one user at
	// a time.
	//
	// Default: nil. No URL that the stack signs can list files.
	Listings *Listings

	// Deletions adds POST /deletions, which lets users delete their own files, and a function behind
	// it. Only that function's role has s3:DeleteObject, and none has s3:DeleteObjectVersion.
	//
	// The bucket keeps versions, so S3 only hides a deleted file behind a delete marker, and an
	// operator can bring it back. S3 erases it after Expiry.VersionsAfterDays, and without Expiry it
	// is kept forever. A URL for the upload that hasn't expired can also store the same file again:
	// for S3 there is no object under the key. The section "Deleted files" in docs/operations.md has
	// the commands to bring a file back, and to erase one at once.
	//
	// Default: nil. No URL that the stack signs can delete a file.
	Deletions *Deletions

	// Scans adds POST /scans, which gives users links to the result of the malware scan of their own
	// files, and a function behind it. Only that function's role has s3:GetObjectTagging. It needs
	// MalwareScan.
	//
	// Default: nil. Users learn from a download whether their file is clean.
	Scans *Scans

	// Expiry deletes uploads and their older versions after some days.
	//
	// Default: nil. Uploads and their older versions are kept.
	Expiry *Expiry

	// Encryption encrypts uploads under a KMS key.
	//
	// Default: nil. Uploads are encrypted under S3's own keys (SSE-S3).
	Encryption *Encryption

	// MalwareScan has GuardDuty scan every upload and write the result into a tag. No object can be
	// read unless its tag is NO_THREATS_FOUND, and only GuardDuty can set that tag. Nothing is
	// replicated from the bucket, since S3 does that before there is a result: copy clean objects
	// instead. The region must have GuardDuty Malware Protection for S3 ("GuardDuty Malware
	// Protection for S3", Amazon GuardDuty User Guide).
	//
	// Default: false.
	MalwareScan bool

	// EventBridge has S3 send an event to EventBridge, on the account's default bus, for every
	// object that is stored ("Using EventBridge", Amazon S3 User Guide). MalwareScan and Webhook
	// include it.
	//
	// Default: false.
	EventBridge bool

	// Webhook has EventBridge tell an HTTPS endpoint of every file that has arrived.
	//
	// Default: nil.
	Webhook *Webhook

	// TransferAcceleration gives the bucket S3 Transfer Acceleration, and every signed URL its
	// host:
	// https://<bucket>.s3-accelerate.amazonaws.com. Files then travel through the edge location that
	// is nearest to the user, uploads and downloads alike. That pays for large files over long
	// distances. AWS bills each accelerated GB, in both directions, and nothing for an upload that it
	// expects not to be faster ("Amazon S3 pricing"; "S3 Transfer Acceleration", Amazon S3 FAQs). The
	// functions can't choose for each user: with this prop, all URLs have that host.
	//
	// The endpoint can be used at once, but it can take 20 minutes until transfers are faster
	// ("Getting started with Amazon S3 Transfer Acceleration", Amazon S3 User Guide). A page's
	// Content-Security-Policy must list the new host before the deployment. The section "Transfer
	// acceleration" in docs/operations.md has the costs, and how to turn it on and off.
	//
	// Only regions of the partition aws have it, and not all of them ("Configuring fast, secure
	// file transfers using Amazon S3 Transfer Acceleration", Amazon S3 User Guide). If the stack
	// has a region of another partition, New panics with a [*PropsError]. The bucket's name must
	// have no dots, and that of this bucket never has any, since CloudFormation generates it.
	//
	// Default: false. URLs have the bucket's regional host.
	TransferAcceleration bool

	// Domain gives the API its own domain name.
	//
	// Default: nil. The API has API Gateway's default endpoint.
	Domain *Domain

	// WebACL puts a web ACL of AWS WAF in front of the API.
	//
	// Default: nil.
	WebACL *WebACL

	// SourceRanges are the only networks that uploads may come from, and with Deletions also
	// deletions, by their public addresses in CIDR notation ("203.0.113.0/24"), at most
	// [MaxSourceRanges]. The bucket policy refuses all other addresses, whoever signs the request: an
	// administrator too. The API, reads and listings are not restricted, and neither is Expiry.
	//
	// Default: nil. Uploads and deletions may come from everywhere.
	SourceRanges []string

	// Throttle limits the requests to the whole API.
	//
	// Default: 50 requests a second, and 100 at once.
	Throttle Throttle

	// Functions configures the resources of each function.
	//
	// Default: 128 MB of memory, and no reserved concurrency.
	Functions Functions

	// LogRetentionDays is how many days the functions' logs, the API's access log and the bucket's
	// access log are kept: one of the numbers that CloudWatch Logs accepts ("PutRetentionPolicy",
	// Amazon CloudWatch Logs API Reference).
	//
	// Default: [DefaultLogRetentionDays], 90.
	LogRetentionDays int

	// MetricsNamespace is the CloudWatch namespace of the functions' own metrics: 1 to 255 letters,
	// digits and .-_/#, and not "AWS/…". Deployments in one account and region that share a
	// namespace are counted together.
	//
	// Default: [config.DefaultMetricsNamespace], "Signpost".
	MetricsNamespace string

	// Tracing sends a trace of each request from API Gateway and the functions to AWS X-Ray. Traces
	// contain no URL and no token.
	//
	// Default: false.
	Tracing bool

	// Dashboard adds a CloudWatch dashboard of the API, the functions and their own metrics.
	//
	// Default: false.
	Dashboard bool

	// LogQueries adds queries to CloudWatch Logs Insights, in a folder with the stack's name:
	// refusals by code, the busiest callers, the slowest requests, and 403s by address.
	//
	// Default: false.
	LogQueries bool

	// Alarms adds CloudWatch alarms: for the API's 5XX rate and p99 latency, errors and throttles
	// of the functions, many 403s, many bytes that URLs were signed to store, and what Webhook
	// couldn't deliver. Of the function that verifies tokens for Callers.Issuers, what it logs as an
	// error counts, and not each token that it refuses.
	//
	// Default: nil.
	Alarms *Alarms

	// AccessLogBucket is an existing bucket, in the same account and region, for S3's access log of
	// the uploads. The log's prefix is the construct's path. Uploads doesn't change the bucket's
	// policy, which must let logging.s3.amazonaws.com write to it ("Enabling Amazon S3 server
	// access logging", Amazon S3 User Guide).
	//
	// Default: nil. Uploads makes a bucket, unless AccessLogBucketName is given.
	AccessLogBucket awss3.IBucket

	// AccessLogBucketName is AccessLogBucket by its name.
	//
	// Default: "".
	AccessLogBucketName string

	// PermissionsBoundary is the managed policy that bounds every role of the construct
	// ("Permissions boundaries for IAM entities", IAM User Guide).
	//
	// Default: nil. There is no boundary, unless PermissionsBoundaryARN is given.
	PermissionsBoundary awsiam.IManagedPolicy

	// PermissionsBoundaryARN is PermissionsBoundary by its ARN.
	//
	// Default: "".
	PermissionsBoundaryARN string

	// RoleTags are tags of the functions' roles, which policies of an organization can check. AWS's
	// guidance on presigned URLs has "non-header-auth-allowed" and "long-presigned-allowed"
	// ("Additional guardrails", AWS Prescriptive Guidance). With Tags they are at most [MaxTags].
	//
	// Default: nil.
	RoleTags map[string]string

	// Tags are tags of every resource of the construct.
	//
	// Default: nil.
	Tags map[string]string

	// Disposable deletes the data together with the stack: the bucket, a new KMS key, a new user
	// pool, the log groups, and the bucket that Uploads makes for access logs. CloudFormation
	// deletes a bucket only when it is empty, and KMS deletes a key 30 days later.
	//
	// Default: false. All of them remain when the stack is deleted.
	Disposable bool

	// FirstDeployment leaves out the deletion protection of the new user pool. While the pool has
	// deletion protection, CloudFormation can't undo a creation that fails: the stack can neither
	// be rolled back nor deleted, and the next deployment fails as well. Deploy a new stack once
	// with FirstDeployment and then without it. Never leave it set once there are users or files.
	//
	// Default: false.
	FirstDeployment bool

	// NoSimpleRoute leaves out the route GET /api/documents/signed.
	//
	// Default: false. The route is there.
	NoSimpleRoute bool
}

// withDefaults returns the props with every zero field replaced by its default. Pointers that are
// nil stay nil.
func (p Props) withDefaults() Props {
	if p.AllowedTypes == nil {
		p.AllowedTypes = config.DefaultAllowedTypes()
	}
	p.MaxSize = cmp.Or(p.MaxSize, config.DefaultMaxSize)
	p.URLLifetime = cmp.Or(p.URLLifetime, config.DefaultURLLifetime)
	p.KeyPrefix = cmp.Or(p.KeyPrefix, config.DefaultKeyPrefix)
	p.Callers = p.Callers.withDefaults()
	p.Multipart = p.Multipart.withDefaults()
	p.Throttle = p.Throttle.withDefaults()
	p.Functions = p.Functions.withDefaults()
	p.LogRetentionDays = cmp.Or(p.LogRetentionDays, DefaultLogRetentionDays)
	p.MetricsNamespace = cmp.Or(p.MetricsNamespace, config.DefaultMetricsNamespace)
	p.Alarms = p.Alarms.withDefaults(p.largestFile())
	p.Webhook = p.Webhook.withDefaults()
	return p
}

// Validate reports everything that is wrong with the props, as a [*PropsError], or nil. It makes no
// construct and needs no CDK app. The checks are in the order of the fields.
func (p Props) Validate() error {
	return collect(func(found problems) {
		checkCode(found, p.Code, "upload")
		checkOrigins(found, p.AllowedOrigins)
		checkTypes(found, p.AllowedTypes)
		checkMaxSize(found, p.MaxSize)
		checkURLLifetime(found, p.URLLifetime, p.AllowLongURLs)
		checkKeyPrefix(found, p.KeyPrefix)
		p.checkEnvironmentSize(found)
		p.checkKinds(found)
		p.Callers.check(found.in("Callers"), p)
		p.Multipart.check(found.in("Multipart"), p)
		p.Downloads.check(found.in("Downloads"))
		p.checkListings(found)
		p.Deletions.check(found.in("Deletions"))
		p.checkScans(found)
		p.Expiry.check(found.in("Expiry"))
		p.Encryption.check(found.in("Encryption"))
		p.Webhook.check(found.in("Webhook"), p)
		p.Domain.check(found.in("Domain"))
		p.WebACL.check(found.in("WebACL"))
		checkSourceRanges(found, p.SourceRanges)
		p.Throttle.check(found.in("Throttle"))
		p.Functions.check(found.in("Functions"), p.FunctionCount())
		checkLogRetention(found, p.LogRetentionDays)
		checkMetricsNamespace(found, p.MetricsNamespace)
		p.Alarms.check(found.in("Alarms"))
		p.checkAccessLogBucket(found)
		p.checkPermissionsBoundary(found)
		p.checkTags(found)
	})
}
