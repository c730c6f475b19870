// Package uploads is the AWS side of Signpost, as CDK constructs.
//
// [Uploads] is the construct: a private bucket, a user pool, the function that signs uploads and
// the API before it. A team drops it into a stack of its own:
//
//	folder, err := build.Function("signpost/lambda/upload", ".build/upload")
//	…
//	uploads.New(stack, "Uploads", uploads.Props{
//		Code:           awslambda.Code_FromAsset(jsii.String(folder), nil),
//		AllowedOrigins: []string{"https://app.example.com"},
//	})
//
// What else it can do is off until one of [Props] asks for it. Or the team deploys
// [UploadStack], which is one Uploads with outputs and tags, for one of [Stages].
//
// The rules are: props are plain Go values whose zero is the safe default, checked all at once
// before any construct is made; each factory makes one thing and returns CDK's own type; grants
// are written by hand, one statement each. Nothing in here reads the environment or the CDK
// context. Of the lambda packages it imports mediatype, which holds the rules of media types for both
// sides; what else the two agree on is held by tests.
//
// CDK's runtime is one process beside this one and isn't safe for use by several goroutines.
package uploads
