package uploads

import (
	"math"
	"time"
)

// The defaults, each the value a zero prop stands for.
const (
	DefaultURLLifetime        = 10 * time.Minute
	DefaultTokenLifetime      = time.Hour
	DefaultSessionLifetime    = 24 * time.Hour
	DefaultMaxSize            = MaxPutSize
	DefaultMultipartThreshold = 100 << 20 // bytes
	DefaultThrottleRate       = 50        // requests a second
	DefaultThrottleBurst      = 100       // requests
	DefaultLogRetentionDays   = 90
	DefaultAlarmBytesSigned   = 100 << 30 // bytes in 5 minutes: a line of 2.9 Gbit/s, filled
	DefaultKeyPrefix          = "uploads/"
	DefaultMemoryMB           = MinMemoryMB
	DefaultMetricsNamespace   = "Signpost"
	DefaultWebACLRateLimit    = 2000 // requests of one address in 5 minutes
)

// The bounds that [Props.Validate] holds the props to.
const (
	MinURLLifetime     = time.Minute
	MaxURLLifetime     = 15 * time.Minute // without AllowLongURLs
	MaxLongURLLifetime = time.Hour        // with AllowLongURLs

	// MaxPutSize is the largest body of one S3 PutObject, 5 GiB
	// ("Uploading objects", Amazon S3 User Guide).
	MaxPutSize int64 = 5 << 30

	// MaxObjectSize is the largest object: 10,000 parts of 5 GiB, 48.8 TiB
	// ("Amazon S3 multipart upload limits", Amazon S3 User Guide).
	MaxObjectSize = 10_000 * MaxPutSize

	// MinMultipartThreshold is the least size of a part that isn't the last, 5 MiB (the same page):
	// there is nothing to cut in a smaller file.
	MinMultipartThreshold int64 = 5 << 20

	// MinTokenLifetime, MaxTokenLifetime and MaxSessionLifetime are Cognito's for ID and access
	// tokens, and for refresh tokens, which can't be shorter than an hour
	// ("CreateUserPoolClient", Amazon Cognito user pools API Reference).
	MinTokenLifetime   = 5 * time.Minute
	MaxTokenLifetime   = 24 * time.Hour
	MinSessionLifetime = time.Hour
	MaxSessionLifetime = 10 * 365 * 24 * time.Hour

	// MinMemoryMB and MaxMemoryMB are what a function may have ("Lambda quotas").
	MinMemoryMB = 128
	MaxMemoryMB = 10_240

	// MaxReservedConcurrency is what an account can set aside in a region: its default quota of
	// 1,000, less the 100 that Lambda keeps for all other functions ("Configuring reserved
	// concurrency for a function", AWS Lambda Developer Guide).
	MaxReservedConcurrency = 900

	// MinWebACLRateLimit and MaxWebACLRateLimit bound what a rate-based rule counts to
	// ("Rate-based rule high-level settings in AWS WAF", AWS WAF Developer Guide).
	MinWebACLRateLimit = 10
	MaxWebACLRateLimit = 2_000_000_000

	// MaxSourceRanges keeps the bucket's policy well under its 20 KB
	// ("Bucket policies for Amazon S3", Amazon S3 User Guide).
	MaxSourceRanges = 200

	// MaxTags is how many tags a role may have ("IAM and AWS STS quotas") and most other resources.
	MaxTags = 50

	// MaxLifecycleDays is the largest number that S3 takes in a lifecycle rule, which counts in
	// 32 bits ("LifecycleExpiration", Amazon S3 API Reference).
	MaxLifecycleDays = math.MaxInt32

	// MaxThrottleRate and MaxThrottleBurst are what an account has in a region
	// until it asks for more ("Amazon API Gateway quotas").
	MaxThrottleRate  = 10_000
	MaxThrottleBurst = 5_000
)

// DefaultAllowedTypes returns the media types that are stored when the props name none.
func DefaultAllowedTypes() []string { return []string{"image/*", "application/pdf"} }
