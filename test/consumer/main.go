// Command consumer is the CDK app of a team that uses Signpost in a stack of its own, together with
// a queue and a rule. Copy it.
//
// A team needs a Go module that requires signpost (here with a replace directive instead of a
// release), this file, a stack like the one in stack.go, and a cdk.json with "app": "go run .":
//
//	npx cdk diff
//	npx cdk deploy
//
// Deploy a new stack once with the prop FirstDeployment and then without it: then CloudFormation
// can undo a creation that fails, and protects the user pool afterwards.
//
// The steps are: build the function from the module that go.mod requires, with the same bytes that
// Signpost's own tests run; fill in the props, plain Go values whose zero is safe; call Validate,
// which reports every problem at once; then call uploads.New. The fields of what it returns
// (Bucket, API, UserPool, …) are ordinary CDK constructs to go on with.
//
// Keep the versions of awscdk, constructs and jsii the same as in Signpost's go.mod: other
// combinations of the CDK's Go modules may not compile.
//
// Don't add a policy to the bucket that allows requests: its Deny statements are there to restrict
// them. Don't use the functions' roles for other functions. And don't rename the construct later:
// its name is part of the identity of the bucket and the user pool.
package main

import (
	"fmt"
	"os"
	"time"

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
		AllowedTypes:   []string{"application/pdf"},
		MaxSize:        100 << 20, // bytes
		URLLifetime:    5 * time.Minute,
		EventBridge:    true,
		Kinds: []uploads.Kind{
			{Name: "avatar", AllowedTypes: []string{"image/png", "image/jpeg"}, MaxSize: 5 << 20},
		},
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
