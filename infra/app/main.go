// Command app is this repository's CDK app: it builds the functions of a stage and synthesizes its
// stack. The CDK CLI runs it from the project's root, as in cdk.json:
//
//	npx cdk synth -c stage=production
//	npx cdk deploy -c stage=production -c firstDeployment=true	# once, for a stack that doesn't exist yet
//
// It also runs without the CLI, with the two variables that the CLI sets: CDK_OUTDIR, and
// CDK_CONTEXT_JSON with cdk.json's context and the stage. Only this file reads the context.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra"
	"signpost/infra/build"
	"signpost/infra/uploads"
)

func main() {
	err := run()
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(os.Stderr, "signpost:", line)
		}
	}
	closeRuntime()
	if err != nil {
		os.Exit(1)
	}
}

// closeRuntime ends jsii's Node process and removes its temporary folder. Two goroutines of jsii
// wait for that process, and the second one writes an error to stderr ("waitid: no child
// processes"), so stderr is replaced first. Nothing is written to it afterwards.
func closeRuntime() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
}

// run synthesizes the stage of the context. CDK and jsii panic with what is wrong, which run
// returns as an error. A runtime error of this program still panics, with its stack trace.
func run() (err error) {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("the CDK needs Node.js, and there is no node in PATH: run `npm ci` and put node_modules/.bin first in PATH")
	}
	defer func() {
		switch recovered := recover().(type) {
		case nil:
		case runtime.Error:
			panic(recovered)
		default:
			err = fmt.Errorf("%v", recovered)
		}
	}()
	app := awscdk.NewApp(nil)
	stage, err := stageOf(func(name string) any { return app.Node().TryGetContext(jsii.String(name)) })
	if err != nil {
		return err
	}
	if err := buildFunctions(&stage.Uploads); err != nil {
		return err
	}
	infra.NewUploadStack(app, stage)
	app.Synth(nil)
	return nil
}

// stageOf returns the stage of the CDK context, by default "dev". With "firstDeployment", it is the
// stage's first deployment; with "pagePort", the local run's page is on that port; with
// "localWebhook", the local run has a webhook to stand in for; with "localIssuer", that is the URL of
// the local run's issuer.
func stageOf(context func(name string) any) (infra.Stage, error) {
	name := context("stage")
	if name == nil {
		name = "dev"
	}
	stage, err := infra.StageNamed(fmt.Sprint(name))
	if err != nil {
		return infra.Stage{}, err
	}
	switch first := context("firstDeployment"); first {
	case nil, "false", false:
	case "true", true:
		stage.Uploads.FirstDeployment = true
	default:
		return infra.Stage{}, fmt.Errorf("firstDeployment is %q: give true for a stack that isn't there yet, or false", fmt.Sprint(first))
	}
	switch webhook := context("localWebhook"); webhook {
	case nil, "false", false:
	case "true", true:
		if stage, err = stage.WithLocalWebhook(); err != nil {
			return infra.Stage{}, err
		}
	default:
		return infra.Stage{}, fmt.Errorf("localWebhook is %q: give true for the local run, or false", fmt.Sprint(webhook))
	}
	if url := context("localIssuer"); url != nil {
		if stage, err = stage.WithLocalIssuer(fmt.Sprint(url)); err != nil {
			return infra.Stage{}, err
		}
	}
	if port := context("pagePort"); port != nil {
		return stage.WithPagePort(fmt.Sprint(port))
	}
	return stage, nil
}

// buildFunctions builds the functions that the props ask for, and adds their code to the props.
func buildFunctions(props *uploads.Props) error {
	codes := map[string]*awslambda.Code{"upload": &props.Code}
	if props.Downloads != nil {
		codes["download"] = &props.Downloads.Code
	}
	if props.Listings != nil {
		codes["list"] = &props.Listings.Code
	}
	if props.Deletions != nil {
		codes["delete"] = &props.Deletions.Code
	}
	if props.Scans != nil {
		codes["scan"] = &props.Scans.Code
	}
	if props.Callers.Issuers != nil {
		codes["authorize"] = &props.Callers.Issuers.Code
	}
	for name, code := range codes {
		var err error
		if *code, err = function(name); err != nil {
			return err
		}
	}
	return nil
}

// function builds a function, by the name of its folder in lambda/.
func function(name string) (awslambda.Code, error) {
	folder, err := build.Function("signpost/lambda/"+name, ".build/"+name)
	if err != nil {
		return nil, err
	}
	return awslambda.Code_FromAsset(jsii.String(folder), nil), nil
}
