package config

import (
	"strconv"
	"time"

	"signpost/lambda/mediatype"
)

// variables returns the variables that carry the settings of every function.
func (s *Shared) variables() variables {
	return variables{
		{name: "UPLOAD_BUCKET", value: text{&s.Bucket, BucketNameProblem}},
		{name: "TRANSFER_ACCELERATION", value: acceleration{flag{&s.TransferAcceleration}, &s.Bucket}, unset: "false", omitUnset: true},
		{name: "KEY_PREFIX", value: text{&s.KeyPrefix, KeyPrefixProblem}},
		{name: "URL_LIFETIME_SECONDS", value: seconds{&s.URLLifetime, time.Second, MaxLongURLLifetime}},
		{name: "ALLOWED_ORIGINS", value: list{&s.AllowedOrigins, OriginProblem}},
		{name: "LAMBDA_AUTHORIZER", value: flag{&s.LambdaAuthorizer}, unset: "false", omitUnset: true},
		{name: "USER_POOL_CLIENT_IDS", value: list{&s.ClientIDs, ClientIDProblem}, unless: &s.LambdaAuthorizer},
		{name: "TOKEN_USE", value: text{&s.TokenUse, tokenUseProblem}, unset: DefaultTokenUse, unless: &s.LambdaAuthorizer},
		{name: "REQUIRED_GROUP", value: text{&s.RequiredGroup, optional(GroupProblem)}, unless: &s.LambdaAuthorizer},
		{name: "METRICS_NAMESPACE", value: text{&s.MetricsNamespace, NamespaceProblem}, unset: DefaultMetricsNamespace},
		{name: "KINDS", value: kinds{&s.Kinds, &s.URLLifetime, &s.LambdaAuthorizer}, omitUnset: true},
	}
}

// variables returns the variables that carry the settings of the upload function.
func (u *Upload) variables() variables {
	return append(u.Shared.variables(), variables{
		{name: "MAX_SIZE_BYTES", value: number{&u.MaxSize, 1, MaxObjectSize}},
		{name: "MULTIPART_THRESHOLD_BYTES", value: number{&u.MultipartThreshold, MinMultipartThreshold, MaxMultipartThreshold}, unset: strconv.FormatInt(DefaultMultipartThreshold, 10)},
		{name: "RESUMABLE_UPLOADS", value: flag{&u.ResumableUploads}, unset: "false"},
		{name: "ALLOWED_TYPES", value: list{&u.AllowedTypes, mediatype.PatternProblem}},
		{name: "DOWNLOADS", value: flag{&u.Downloads}, unset: "false"},
		{name: "LISTINGS", value: flag{&u.Listings}, unset: "false", omitUnset: true},
		{name: "DELETIONS", value: flag{&u.Deletions}, unset: "false", omitUnset: true},
		{name: "SCANS", value: flag{&u.Scans}, unset: "false", omitUnset: true},
		{name: "NO_UNNAMED_KIND", value: closing{flag{&u.NoUnnamedKind}, &u.Kinds}, unset: "false", omitUnset: true},
	}...)
}

// Environment returns the function's environment variables. It doesn't validate them.
func (u Upload) Environment() map[string]string { return u.variables().write() }

// Environment returns the function's environment variables. It doesn't validate them.
func (f Files) Environment() map[string]string { return f.variables().write() }

// UploadFromEnvironment reads the environment of the upload function. The error lists every
// problem, one on each line, as "VARIABLE: problem". TRANSFER_ACCELERATION, LAMBDA_AUTHORIZER,
// LISTINGS, DELETIONS, SCANS and NO_UNNAMED_KIND are set only to turn them on.
//
// Variables that aren't set have these values: MULTIPART_THRESHOLD_BYTES 16 MiB, RESUMABLE_UPLOADS
// false, DOWNLOADS false, TOKEN_USE id, REQUIRED_GROUP no group, METRICS_NAMESPACE Signpost, KINDS no
// kinds. All others are required, but with LAMBDA_AUTHORIZER there is none about a user pool.
func UploadFromEnvironment(getenv func(string) string) (Upload, error) {
	var u Upload
	if err := u.variables().read(getenv); err != nil {
		return Upload{}, err
	}
	return u, nil
}

// FilesFromEnvironment reads the environment of a function that signs for stored files, as
// [UploadFromEnvironment] does. It reads fewer variables: none about sizes, parts and types.
func FilesFromEnvironment(getenv func(string) string) (Files, error) {
	var f Files
	if err := f.variables().read(getenv); err != nil {
		return Files{}, err
	}
	return f, nil
}
