package config

import (
	"strconv"
	"time"

	"signpost/lambda/mediatype"
)

// variables returns the variables that carry the settings of both functions.
func (s *Shared) variables() variables {
	return variables{
		{name: "UPLOAD_BUCKET", value: text{&s.Bucket, BucketNameProblem}},
		{name: "TRANSFER_ACCELERATION", value: acceleration{flag{&s.TransferAcceleration}, &s.Bucket}, unset: "false", omitUnset: true},
		{name: "KEY_PREFIX", value: text{&s.KeyPrefix, KeyPrefixProblem}},
		{name: "URL_LIFETIME_SECONDS", value: seconds{&s.URLLifetime, time.Second, MaxLongURLLifetime}},
		{name: "ALLOWED_ORIGINS", value: list{&s.AllowedOrigins, OriginProblem}},
		{name: "USER_POOL_CLIENT_IDS", value: list{&s.ClientIDs, ClientIDProblem}},
		{name: "TOKEN_USE", value: text{&s.TokenUse, tokenUseProblem}, unset: DefaultTokenUse},
		{name: "REQUIRED_GROUP", value: text{&s.RequiredGroup, optional(GroupProblem)}},
		{name: "METRICS_NAMESPACE", value: text{&s.MetricsNamespace, NamespaceProblem}, unset: DefaultMetricsNamespace},
		{name: "KINDS", value: kinds{&s.Kinds, &s.URLLifetime}, omitUnset: true},
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
		{name: "NO_UNNAMED_KIND", value: closing{flag{&u.NoUnnamedKind}, &u.Kinds}, unset: "false", omitUnset: true},
	}...)
}

// Environment returns the function's environment variables. It doesn't validate them.
func (u Upload) Environment() map[string]string { return u.variables().write() }

// Environment returns the function's environment variables. It doesn't validate them.
func (d Download) Environment() map[string]string { return d.variables().write() }

// UploadFromEnvironment reads the environment of the upload function. The error lists every
// problem, one on each line, as "VARIABLE: problem". TRANSFER_ACCELERATION and NO_UNNAMED_KIND are
// set only to turn them on.
//
// Variables that aren't set have these values: MULTIPART_THRESHOLD_BYTES 16 MiB, RESUMABLE_UPLOADS
// false, DOWNLOADS false, TOKEN_USE id, REQUIRED_GROUP no group, METRICS_NAMESPACE Signpost, KINDS no
// kinds. All others are required.
func UploadFromEnvironment(getenv func(string) string) (Upload, error) {
	var u Upload
	if err := u.variables().read(getenv); err != nil {
		return Upload{}, err
	}
	return u, nil
}

// DownloadFromEnvironment reads the environment of the download function, as
// [UploadFromEnvironment] does. It reads fewer variables: none about sizes, parts and types.
func DownloadFromEnvironment(getenv func(string) string) (Download, error) {
	var d Download
	if err := d.variables().read(getenv); err != nil {
		return Download{}, err
	}
	return d, nil
}
