// Package config holds the rules that a deployment and its functions share: the limits, what a
// valid key prefix, origin or group is, and the environment variables that carry a deployment's
// settings to its functions.
//
// The infrastructure fills a struct and writes it into the template. The function reads the same
// struct back:
//
//	upload := config.Upload{Shared: config.Shared{Bucket: bucketName, …}, MaxSize: config.DefaultMaxSize, …}
//	variables := upload.Environment()
//
//	upload, err := config.UploadFromEnvironment(os.Getenv)
//
// A setting is a field of [Upload] or [Shared]. Its variable is in environment.go, its bounds in
// limits.go, and its rule in a function such as [OriginProblem]. To add a setting, add a field and
// its line in the method variables.
//
// Writing validates nothing, because a value may be a CDK token that only CloudFormation resolves.
// Reading validates everything and reports all problems at once.
//
// Don't add what Lambda itself sets, such as credentials and the region: they are not the
// deployment's to choose. Don't import the CDK or an AWS SDK here: every package slows the
// functions' start. Take getenv as a parameter, so that tests can replace the environment.
package config
