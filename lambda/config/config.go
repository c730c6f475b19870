package config

import (
	"errors"
	"strconv"
	"time"

	"signpost/lambda/mediatype"
)

// Shared holds the settings of both functions.
type Shared struct {
	Bucket    string // name of the bucket that stores the uploads
	KeyPrefix string // prefix of every key: "uploads/"

	URLLifetime    time.Duration // lifetime of a signed URL, in whole seconds
	AllowedOrigins []string      // origins whose pages may read the API's answers: "https://app.example.com"

	ClientIDs     []string // app clients of the user pool whose tokens are accepted
	TokenUse      string   // kind of token that is accepted: IDToken or AccessToken
	RequiredGroup string   // Cognito group that callers must be in; empty admits every user

	MetricsNamespace string // CloudWatch namespace of the functions' metrics: "Signpost"
}

// Upload holds the settings of the function that signs uploads.
type Upload struct {
	Shared
	MaxSize            int64    // largest file, in bytes: 1 to MaxObjectSize
	MultipartThreshold int64    // larger files, in bytes, are sent in parts: MinMultipartThreshold to MaxMultipartThreshold
	ResumableUploads   bool     // whether the function's role may list and abort uploads in parts
	AllowedTypes       []string // media types that may be stored: "image/png", or "image/*" for a family
}

// Download holds the settings of the function that signs downloads.
type Download struct {
	Shared
}

// variables returns the variables that carry the settings of both functions.
func (s *Shared) variables() variables {
	return variables{
		{name: "UPLOAD_BUCKET", value: text{&s.Bucket, BucketNameProblem}},
		{name: "KEY_PREFIX", value: text{&s.KeyPrefix, KeyPrefixProblem}},
		{name: "URL_LIFETIME_SECONDS", value: seconds{&s.URLLifetime, time.Second, MaxLongURLLifetime}},
		{name: "ALLOWED_ORIGINS", value: list{&s.AllowedOrigins, OriginProblem}},
		{name: "USER_POOL_CLIENT_IDS", value: list{&s.ClientIDs, ClientIDProblem}},
		{name: "TOKEN_USE", value: text{&s.TokenUse, tokenUseProblem}, unset: DefaultTokenUse},
		{name: "REQUIRED_GROUP", value: text{&s.RequiredGroup, optional(GroupProblem)}},
		{name: "METRICS_NAMESPACE", value: text{&s.MetricsNamespace, NamespaceProblem}, unset: DefaultMetricsNamespace},
	}
}

// variables returns the variables that carry the settings of the upload function.
func (u *Upload) variables() variables {
	return append(u.Shared.variables(), variables{
		{name: "MAX_SIZE_BYTES", value: number{&u.MaxSize, 1, MaxObjectSize}},
		{name: "MULTIPART_THRESHOLD_BYTES", value: number{&u.MultipartThreshold, MinMultipartThreshold, MaxMultipartThreshold}, unset: strconv.FormatInt(DefaultMultipartThreshold, 10)},
		{name: "RESUMABLE_UPLOADS", value: flag{&u.ResumableUploads}, unset: "false"},
		{name: "ALLOWED_TYPES", value: list{&u.AllowedTypes, mediatype.PatternProblem}},
	}...)
}

// Environment returns the function's environment variables. It doesn't validate them.
func (u Upload) Environment() map[string]string { return u.variables().write() }

// Environment returns the function's environment variables. It doesn't validate them.
func (d Download) Environment() map[string]string { return d.variables().write() }

// Validate reports every invalid setting, one on each line, as "VARIABLE: problem".
func (u Upload) Validate() error { return errors.Join(u.variables().problems()...) }

// Validate reports every invalid setting, one on each line, as "VARIABLE: problem".
func (d Download) Validate() error { return errors.Join(d.variables().problems()...) }

// UploadFromEnvironment reads the environment of the upload function. The error lists every problem, one on each line,
// as "VARIABLE: problem".
//
// Variables that aren't set have these values: MULTIPART_THRESHOLD_BYTES 100 MiB, RESUMABLE_UPLOADS false, TOKEN_USE id,
// REQUIRED_GROUP no group, METRICS_NAMESPACE Signpost. All others are required.
func UploadFromEnvironment(getenv func(string) string) (Upload, error) {
	var u Upload
	if err := u.variables().read(getenv); err != nil {
		return Upload{}, err
	}
	return u, nil
}

// DownloadFromEnvironment reads the environment of the download function, as [UploadFromEnvironment] does. It reads
// fewer variables: none about sizes, parts and types.
func DownloadFromEnvironment(getenv func(string) string) (Download, error) {
	var d Download
	if err := d.variables().read(getenv); err != nil {
		return Download{}, err
	}
	return d, nil
}

// Multipart reports whether any file is large enough to be sent in parts.
func (u Upload) Multipart() bool { return u.MaxSize > u.MultipartThreshold }
