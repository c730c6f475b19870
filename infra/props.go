package infra

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
)

// The defaults, each the value a zero prop stands for.
const (
	DefaultURLLifetime      = 10 * time.Minute
	DefaultMaxSize          = MaxPutSize
	DefaultThrottleRate     = 50  // requests a second
	DefaultThrottleBurst    = 100 // requests
	DefaultLogRetentionDays = 90
)

// The bounds that [UploadsProps.Validate] holds the props to.
const (
	MinURLLifetime     = time.Minute
	MaxURLLifetime     = 15 * time.Minute // without AllowLongURLs
	MaxLongURLLifetime = time.Hour        // with AllowLongURLs

	// MaxPutSize is the largest body of one S3 PutObject, 5 GiB
	// ("Uploading objects", Amazon S3 User Guide).
	MaxPutSize int64 = 5 << 30

	// MaxThrottleRate and MaxThrottleBurst are what an account has in a region
	// until it asks for more ("Amazon API Gateway quotas").
	MaxThrottleRate  = 10_000
	MaxThrottleBurst = 5_000
)

// DefaultAllowedTypes returns the media types that are stored when the props name none.
func DefaultAllowedTypes() []string { return []string{"image/*", "application/pdf"} }

// UploadsProps says what a deployment allows. The zero value of each field is its safe default;
// only Code and AllowedOrigins have none and must be given.
type UploadsProps struct {
	// Code is the upload function's built code: a folder holding one file, bootstrap, for
	// linux/arm64, as package build makes it. Required.
	Code awslambda.Code

	// AllowedOrigins are the pages that may call the API and the bucket from a browser, word for
	// word as a browser sends them: "https://app.example.com", no path, no trailing slash, no
	// wildcard. Plain http is for localhost and 127.0.0.1 alone. Required.
	AllowedOrigins []string

	// URLLifetime is how long a signed URL works, in whole seconds: 1 to 15 minutes.
	// Zero is DefaultURLLifetime. The bucket itself refuses older ones.
	URLLifetime time.Duration

	// AllowLongURLs lets URLLifetime be up to 60 minutes: for users on slow lines, since S3 looks
	// at a URL's age when a transfer begins, and retries begin anew.
	AllowLongURLs bool

	// MaxSize is the largest file, in bytes: 1 to MaxPutSize. Zero is DefaultMaxSize.
	MaxSize int64

	// AllowedTypes are the media types that are stored: "image/png", or "image/*" for a family.
	// A family never takes in a type that runs script in a browser, such as image/svg+xml or
	// text/html: name such a type in full to allow it. Nil is DefaultAllowedTypes.
	AllowedTypes []string

	// ThrottleRate (requests a second) and ThrottleBurst (requests) bound the whole API.
	// Zero is DefaultThrottleRate and DefaultThrottleBurst.
	ThrottleRate  float64
	ThrottleBurst int

	// LogRetentionDays is how long the function's log, the API's access log and the bucket's
	// access log are kept; one of the numbers CloudWatch Logs takes. Zero is DefaultLogRetentionDays.
	LogRetentionDays int

	// Disposable deletes the bucket, the user pool and the logs along with the stack. CloudFormation
	// deletes a bucket only once it is empty. By default all of them outlive it.
	Disposable bool

	// OptionalMFA leaves each user to decide on a second factor (TOTP). By default it is required.
	OptionalMFA bool

	// PasswordAuth also lets the client sign in by sending the password itself
	// (ALLOW_USER_PASSWORD_AUTH), for tools that don't speak SRP. By default only SRP works.
	PasswordAuth bool

	// NoSimpleRoute leaves out GET /api/documents/signed. By default it is there.
	NoSimpleRoute bool
}

// withDefaults returns the props with every zero field replaced by what it stands for.
func (p UploadsProps) withDefaults() UploadsProps {
	if p.URLLifetime == 0 {
		p.URLLifetime = DefaultURLLifetime
	}
	if p.MaxSize == 0 {
		p.MaxSize = DefaultMaxSize
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
	return p
}
