package config

import (
	"errors"
	"slices"
	"time"
)

// Shared holds the settings of every function.
type Shared struct {
	Bucket    string // name of the bucket that stores the uploads
	KeyPrefix string // prefix of every key: "uploads/"

	TransferAcceleration bool // whether URLs have the bucket's accelerate endpoint; the name then has no dots

	URLLifetime    time.Duration // lifetime of a signed URL, in whole seconds
	AllowedOrigins []string      // origins whose pages may read the API's answers: "https://app.example.com"

	// LambdaAuthorizer is whether a function of this deployment verifies the tokens, and not API
	// Gateway itself. The next three are empty then.
	LambdaAuthorizer bool

	ClientIDs     []string // app clients of the user pool whose tokens are accepted
	TokenUse      string   // kind of token that is accepted: IDToken or AccessToken
	RequiredGroup string   // Cognito group that callers must be in; empty admits every user

	MetricsNamespace string // CloudWatch namespace of the functions' metrics: "Signpost"

	Kinds []Kind // kinds of upload that have a name
}

// Upload holds the settings of the function that signs uploads.
type Upload struct {
	Shared
	MaxSize            int64    // largest file, in bytes: 1 to MaxObjectSize
	MultipartThreshold int64    // larger files, in bytes, are sent in parts: MinMultipartThreshold to MaxMultipartThreshold
	ResumableUploads   bool     // whether the function's role may list and abort uploads in parts
	AllowedTypes       []string // media types that may be stored: "image/png", or "image/*" for a family
	NoUnnamedKind      bool     // whether every upload must name its kind

	// Which other functions the deployment has, for pages to know.
	Downloads, Listings, Deletions, Scans bool
}

// Files holds the settings of a function that signs for stored files: of the one that signs
// downloads, listings, deletions or scans.
type Files struct {
	Shared
}

// Validate reports every invalid setting, one on each line, as "VARIABLE: problem".
func (u Upload) Validate() error { return errors.Join(u.variables().problems()...) }

// Validate reports every invalid setting, one on each line, as "VARIABLE: problem".
func (f Files) Validate() error { return errors.Join(f.variables().problems()...) }

// Multipart reports whether any file is large enough to be sent in parts.
func (u Upload) Multipart() bool {
	return slices.ContainsFunc(u.KindsForUpload(), func(k Kind) bool { return k.MaxSize > u.MultipartThreshold })
}
