// Command consumer is the CDK app of a team that adopts Signpost: a stack of its own, with a queue
// and a rule of its own beside the uploads. Copy it.
//
// What a team needs is a Go module that requires signpost (here with a replace in place of a
// release), this file, a stack like the one in stack.go, and a cdk.json that says "app": "go run .":
//
//	npx cdk diff
//	npx cdk deploy
//
// A new stack is deployed once with the prop FirstDeployment and then without it: so CloudFormation can undo a creation
// that fails, and protects the user pool once there is one.
//
// The order is that of run: build the function out of the module that go.mod names, wherever it
// lies, to the very bytes that Signpost's own tests ran; fill in the props, plain Go values whose
// zero is safe; ask Validate, which names every problem at once; then uploads.New, whose fields
// (Bucket, API, UserPool, …) are ordinary CDK constructs to go on with.
//
// Keep the versions of awscdk, constructs and jsii in step with Signpost's go.mod: the CDK's Go
// modules don't promise to compile in other combinations.
//
// Don't give the bucket a policy that allows (its Deny statements are the point), don't put
// functions of your own into the uploads' roles, and don't rename the construct later: its name is
// part of the identity of the bucket and the user pool.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/build"
	"signpost/infra/uploads"
)

func main() {
	app := awscdk.NewApp(nil)
	if err := run(app, ".build"); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		jsii.Close()
		os.Exit(1)
	}
	app.Synth(nil)
	jsii.Close()
}

// run adds the stack to the app, with the functions built into folder.
func run(app awscdk.App, folder string) error {
	upload, err := function("upload", folder)
	if err != nil {
		return err
	}
	return newStack(app, uploads.Props{
		Code:           upload,
		AllowedOrigins: []string{"https://app.example.com"},
		EventBridge:    true,
	})
}

// function builds one of Signpost's functions.
func function(name, folder string) (awslambda.Code, error) {
	built, err := build.Function("signpost/lambda/"+name, folder+"/"+name)
	if err != nil {
		return nil, err
	}
	return awslambda.Code_FromAsset(jsii.String(built), nil), nil
}
