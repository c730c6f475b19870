// Command app is Signpost's CDK app: it picks the stage, builds its functions and synthesizes its
// stack. The CDK CLI runs it as cdk.json says, from the project's root:
//
//	npx cdk synth -c stage=production
//	npx cdk deploy -c stage=production -c firstDeployment=true	# once, for a stack that isn't there yet
//
// It also runs without the CLI, which passes the same two variables that it would: CDK_OUTDIR, and
// CDK_CONTEXT_JSON holding cdk.json's context and the stage. Only this file reads the context.
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

// closeRuntime ends jsii's Node process and removes its temporary folder. Two goroutines of jsii's
// wait for that process, and the one that comes second would complain on stderr ("waitid: no child
// processes"), so stderr is shut first: all that was to be said has been.
func closeRuntime() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
}

// run synthesizes the stage that the context names. CDK and jsii report what they find wrong by
// panicking; that comes back as an error, while a fault of this program's own keeps its trace.
func run() (err error) {
	if _, err := exec.LookPath("node"); err != nil {
		return errors.New("the CDK needs Node.js, and there is no node in PATH: run `npm ci` and put node_modules/.bin first in PATH")
	}
	defer func() {
		switch said := recover().(type) {
		case nil:
		case runtime.Error:
			panic(said)
		default:
			err = fmt.Errorf("%v", said)
		}
	}()
	app := awscdk.NewApp(nil)
	stage, err := stageOf(func(name string) any { return app.Node().TryGetContext(jsii.String(name)) })
	if err != nil {
		return err
	}
	if stage.Uploads.Code, err = function("upload"); err != nil {
		return err
	}
	if downloads := stage.Uploads.Downloads; downloads != nil {
		if downloads.Code, err = function("download"); err != nil {
			return err
		}
	}
	infra.NewUploadStack(app, stage)
	app.Synth(nil)
	return nil
}

// stageOf is the stage that the CDK context asks for: by default "dev"; with "firstDeployment" without the
// protections that its first deployment leaves out, and with "pagePort" the local run's page on that port.
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
	if port := context("pagePort"); port != nil {
		return stage.WithPagePort(fmt.Sprint(port))
	}
	return stage, nil
}

// function builds the function of that folder in lambda/.
func function(name string) (awslambda.Code, error) {
	folder, err := build.Function("signpost/lambda/"+name, ".build/"+name)
	if err != nil {
		return nil, err
	}
	return awslambda.Code_FromAsset(jsii.String(folder), nil), nil
}
