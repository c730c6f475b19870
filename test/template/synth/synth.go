// Package synth turns a stage into the template that would be deployed, for tests.
//
//	app := synth.NewApp(t)
//	stack := infra.NewUploadStack(app, synth.WithStub(t, stage))
//	template := synth.Template(t, app, stage)
//
// The functions' code is a stub, so nothing is built and the asset's hash never moves; cdk.json's
// context is loaded, as the CDK CLI does. The CDK runs in a Node process that serves one goroutine
// at a time: no t.Parallel around it.
package synth

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra"
	"signpost/infra/uploads"
)

// Root returns the project's root: the folder, at or above the working directory, with cdk.json.
func Root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "cdk.json")); missing == nil {
			return folder
		}
		if parent := filepath.Dir(folder); parent != folder {
			folder = parent
			continue
		}
		break
	}
	t.Fatal("no cdk.json at or above the working directory")
	return ""
}

// Context returns cdk.json's context.
func Context(t testing.TB) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), "cdk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(text, &config); err != nil {
		t.Fatalf("cdk.json: %v", err)
	}
	return config.Context
}

// NewApp returns an empty CDK app with cdk.json's context, that writes to a temporary folder.
func NewApp(t testing.TB) awscdk.App {
	t.Helper()
	return NewAppWith(t, Context(t))
}

// NewAppWith is NewApp with another context.
func NewAppWith(t testing.TB, context map[string]any) awscdk.App {
	t.Helper()
	RequireNode(t)
	return awscdk.NewApp(&awscdk.AppProps{
		Context:      &context,
		Outdir:       jsii.String(t.TempDir()),
		TreeMetadata: jsii.Bool(false),
	})
}

// RequireNode ends the test where jsii would find no Node.js. PATH must be right from outside: jsii
// copies the environment before any test runs.
func RequireNode(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("the CDK needs Node.js, and there is no node in PATH: run `npm ci` and put node_modules/.bin first in PATH")
	}
}

// WithStub returns the stage with stub code for its functions.
func WithStub(t testing.TB, stage infra.Stage) infra.Stage {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte("a stub\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	code := func() awslambda.Code { return awslambda.Code_FromAsset(jsii.String(folder), nil) }
	p := &stage.Uploads
	p.Code = code()
	if p.Downloads != nil {
		p.Downloads = &uploads.Downloads{Code: code()}
	}
	if p.Listings != nil {
		p.Listings = &uploads.Listings{Code: code()}
	}
	if p.Deletions != nil {
		p.Deletions = &uploads.Deletions{Code: code()}
	}
	if p.Scans != nil {
		p.Scans = &uploads.Scans{Code: code()}
	}
	if p.Callers.Issuers != nil {
		issuers := *p.Callers.Issuers
		issuers.Code = code()
		p.Callers.Issuers = &issuers
	}
	return stage
}

// Template synthesizes the app and returns the template of the stage's stack.
func Template(t testing.TB, app awscdk.App, stage infra.Stage) []byte {
	t.Helper()
	app.Synth(nil)
	text, err := os.ReadFile(filepath.Join(*app.Outdir(), stage.StackName()+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Stage synthesizes the stage's stack, with stub code, in its own app.
func Stage(t testing.TB, stage infra.Stage) []byte {
	t.Helper()
	app := NewApp(t)
	stage = WithStub(t, stage)
	infra.NewUploadStack(app, stage)
	return Template(t, app, stage)
}

// Canonical is JSON with its keys sorted, one value a line, and no HTML escapes to hide behind.
func Canonical(t testing.TB, text []byte) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var deploymentID = regexp.MustCompile(`UploadsApiDeployment7A18979F[0-9a-f]{32}`)

// WithoutDeploymentID leaves out what follows from the rest of a template: the deployment's logical
// id is a hash of the API.
func WithoutDeploymentID(t testing.TB, text []byte) []byte {
	t.Helper()
	if !deploymentID.Match(text) {
		t.Fatal("the template has no deployment")
	}
	return deploymentID.ReplaceAll(text, []byte("UploadsApiDeployment"))
}
