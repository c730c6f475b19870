// Package infra is this repository's own deployment of Signpost: its stages, and the stack that
// each of them is.
//
//	stage, err := infra.StageNamed("dev")
//	stage.Uploads.Code = …
//	infra.NewUploadStack(app, stage)
//
// Edit [Stages] to change what a stage allows. [UploadStack] is one Uploads, the construct of
// package infra/uploads, with outputs and tags. Command infra/app is the CDK app, package
// infra/build builds the functions, and command infra/preflight checks an AWS account before a
// deployment.
//
// A team that has its own stack uses package infra/uploads instead.
package infra
