package config

import "time"

// Limits of S3 ("Uploading objects" and "Amazon S3 multipart upload limits", Amazon S3 User Guide).
const (
	// MaxPutSize is the largest body of one PutObject, and of one part: 5 GiB.
	MaxPutSize int64 = 5 << 30

	// MinPartSize is the smallest size of every part but the last: 5 MiB.
	MinPartSize int64 = 5 << 20

	// MaxParts is the largest number of parts of one upload.
	MaxParts = 10_000

	// MaxObjectSize is the size of the largest object: 10,000 parts of 5 GiB, which is 48.8 TiB.
	MaxObjectSize = MaxParts * MaxPutSize
)

// Limits of [Upload.MultipartThreshold]. A smaller file can't be split, and a larger one doesn't
// fit into one PutObject.
const (
	MinMultipartThreshold = MinPartSize
	MaxMultipartThreshold = MaxPutSize
)

// Limits of a signed URL's lifetime.
//
// A deployment can choose one minute or more. A function accepts any whole number of seconds, from
// 1 to MaxLongURLLifetime, so that tests and local runs needn't wait a minute for a URL to expire.
const (
	MinURLLifetime     = time.Minute
	MaxURLLifetime     = 15 * time.Minute
	MaxLongURLLifetime = time.Hour // for a deployment that explicitly allows long URLs; SigV4 itself allows 7 days
)

// MaxKeyPrefix is the longest key prefix, in bytes. It leaves room in the 1,024 bytes of a key for
// the caller, the id and the name ("Naming Amazon S3 objects", Amazon S3 User Guide).
const MaxKeyPrefix = 200

// Defaults of a deployment. A function applies the defaults of the threshold, the token use and the
// namespace as well, if their variables aren't set.
const (
	DefaultURLLifetime              = 10 * time.Minute
	DefaultMaxSize                  = MaxPutSize
	DefaultMultipartThreshold int64 = 16 << 20 // 16 MiB
	DefaultKeyPrefix                = "uploads/"
	DefaultMetricsNamespace         = "Signpost"
	DefaultTokenUse                 = IDToken
)

// DefaultAllowedTypes returns the media types that are allowed if a deployment names none.
func DefaultAllowedTypes() []string { return []string{"image/*", "application/pdf"} }
