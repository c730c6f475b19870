// Package uploads is the AWS side of Signpost as a CDK construct: a private bucket, a user pool,
// the function that signs uploads, and the API in front of it. A team adds it to its own stack:
//
//	folder, err := build.Function("signpost/lambda/upload", ".build/upload") // package signpost/infra/build
//	if err != nil {
//		return err
//	}
//	props := uploads.Props{
//		Code:           awslambda.Code_FromAsset(jsii.String(folder), nil),
//		AllowedOrigins: []string{"https://app.example.com"},
//		AllowedTypes:   []string{"image/*", "application/pdf"},
//		MaxSize:        100 << 20, // bytes
//		URLLifetime:    5 * time.Minute,
//	}
//	if err := props.Validate(); err != nil {
//		return err
//	}
//	files := uploads.New(stack, "Uploads", props)
//
// These are the props that most deployments set; only the first two are required. The fields of
// [Uploads], such as files.Bucket, are ordinary CDK constructs that you can build on. test/consumer
// is a complete example.
//
// All other features are off until one of [Props] turns them on:
//
//	Downloads: &uploads.Downloads{Code: downloadCode},
//	Callers:   uploads.Callers{ExistingPool: &uploads.ExistingPool{PoolARN: poolARN, ClientIDs: clientIDs}},
//	Callers:   uploads.Callers{Issuers: &uploads.Issuers{Code: authorizeCode, List: issuers}}, // Auth0, Okta, Keycloak …
//	Alarms:    &uploads.Alarms{Topic: topic},
//
// Deploy a new stack once with FirstDeployment, and then without it. Don't rename the construct
// later, or move it in the construct tree: its path is part of the identity of the bucket and the
// user pool.
//
// The rules of this package are:
//
//   - Props are plain Go values. Zero is the safe default. All of them are checked before any
//     construct is made.
//   - Each feature has one file: its type with the props, their checks, and the factory, which
//     returns CDK's own type. The checks of the fields of [Props] itself are in file_limits.go and
//     origins.go.
//   - IAM statements are written by hand, in statements.go, except for the few that it names.
//   - Nothing here reads the environment or the CDK context, and nothing depends on the feature
//     flags of an app.
//   - What the functions must agree with is in package lambda/config: limits, rules, and their
//     environment variables.
//
// CDK's runtime is one process beside this one and isn't safe for use by several goroutines.
package uploads
