package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/build"
	"signpost/infra/uploads"
)

// template is what the tests look at of the synthesized stack.
type template struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
		Metadata   map[string]any
	}
}

// only returns the logical id and the properties of the only resource of a type whose id begins
// with prefix.
func (s template) only(t *testing.T, kind, prefix string) (string, map[string]any) {
	t.Helper()
	var found []string
	for id, resource := range s.Resources {
		if resource.Type == kind && strings.HasPrefix(id, prefix) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		t.Fatalf("want one %s by the name of %s…, found %v", kind, prefix, found)
	}
	return found[0], s.Resources[found[0]].Properties
}

// read reads the stack's template in a cloud assembly.
func read(t *testing.T, assembly string) template {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(assembly, "Documents.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var parsed template
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// binary is the upload function's in a cloud assembly, found by the asset that the function names.
func binary(t *testing.T, assembly string) []byte {
	t.Helper()
	_, function := read(t, assembly).only(t, "AWS::Lambda::Function", "UploadsUploadFunction")
	key, _ := function["Code"].(map[string]any)["S3Key"].(string)
	text, err := os.ReadFile(filepath.Join(assembly, "asset."+strings.TrimSuffix(key, ".zip"), "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ownBuild is the upload function built where it lives, in Signpost's own module.
func ownBuild(t *testing.T) []byte {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "upload")
	t.Chdir(filepath.Join("..", ".."))
	if _, err := build.Function("signpost/lambda/upload", folder); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func newApp(t *testing.T) awscdk.App {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("the CDK needs Node.js, and there is no node in PATH: run `npm ci` in the project and put node_modules/.bin first in PATH")
	}
	return awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
}

// TestStack synthesizes the stack once, and checks what is in it and whether it is the same in
// another folder.
func TestStack(t *testing.T) {
	app := newApp(t)
	if err := run(app, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	t.Run("with own resources", func(t *testing.T) { assertJoined(t, *app.Outdir()) })
	t.Run("in another folder", func(t *testing.T) { assertSameElsewhere(t, *app.Outdir()) })
}

// assertJoined: the stack has the uploads and the team's own resources, connected with each other.
func assertJoined(t *testing.T, assembly string) {
	stack := read(t, assembly)
	bucket, _ := stack.only(t, "AWS::S3::Bucket", "UploadsBucket")
	stack.only(t, "AWS::Cognito::UserPool", "UploadsUserPool")
	stack.only(t, "AWS::ApiGateway::RestApi", "UploadsApi")
	queue, _ := stack.only(t, "AWS::SQS::Queue", "Arrived")
	_, function := stack.only(t, "AWS::Lambda::Function", "UploadsUploadFunction")
	_, rule := stack.only(t, "AWS::Events::Rule", "OnUpload")

	variables := function["Environment"].(map[string]any)["Variables"].(map[string]any)
	same(t, "the function's bucket", variables["UPLOAD_BUCKET"], map[string]any{"Ref": bucket})
	same(t, "the kinds of upload", variables["KINDS"], `[{"name":"avatar","types":["image/png","image/jpeg"],"maxSize":5242880}]`)
	same(t, "the rule's bucket", rule["EventPattern"].(map[string]any)["detail"],
		map[string]any{"bucket": map[string]any{"name": []any{map[string]any{"Ref": bucket}}}})
	same(t, "the rule's target", rule["Targets"].([]any)[0].(map[string]any)["Arn"], map[string]any{"Fn::GetAtt": []any{queue, "Arn"}})
	if !bytes.Equal(binary(t, assembly), ownBuild(t)) {
		t.Error("the function is not byte for byte the one that Signpost's own module builds")
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// assertSameElsewhere copies the module elsewhere and runs it there as the CDK's CLI would.
func assertSameElsewhere(t *testing.T, here string) {
	signpost, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "some", "team's folder")
	if err := os.CopyFS(elsewhere, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	command(t, elsewhere, nil, "go", "mod", "edit", "-replace=signpost="+signpost)
	assembly := filepath.Join(t.TempDir(), "cdk.out")
	command(t, elsewhere, []string{"CDK_OUTDIR=" + assembly}, "go", "run", ".")

	if !bytes.Equal(binary(t, assembly), binary(t, here)) {
		t.Error("the function's bytes depend on the module's folder")
	}
	got, want := read(t, assembly), read(t, here)
	if len(want.Resources) == 0 || !reflect.DeepEqual(got.Resources, want.Resources) {
		t.Errorf("the template depends on the module's folder: there are %d resources, want %d, or they differ", len(got.Resources), len(want.Resources))
	}
}

func command(t *testing.T, folder string, env []string, name string, arguments ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, arguments...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, &stderr)
	}
	return out
}

// TestWrongPropsAreAnError: wrong props are an error with all mistakes, and nothing is made.
func TestWrongPropsAreAnError(t *testing.T) {
	app := newApp(t)
	err := newStack(app, uploads.Props{
		AllowedOrigins: []string{"https://app.example.com/"},
		URLLifetime:    48 * time.Hour,
		KeyPrefix:      "no-slash",
	})
	var wrong *uploads.PropsError
	if !errors.As(err, &wrong) {
		t.Fatalf("the error is %v, want a *uploads.PropsError", err)
	}
	var fields []string
	for _, problem := range wrong.Problems {
		fields = append(fields, problem.Field)
	}
	for _, field := range []string{"Code", "AllowedOrigins", "URLLifetime", "KeyPrefix"} {
		if !slices.Contains(fields, field) || !strings.Contains(err.Error(), field+": ") {
			t.Errorf("the error does not speak of %s: %v", field, err)
		}
	}
	if stack := app.Node().TryFindChild(jsii.String("Documents")); stack != nil {
		t.Error("a stack was made from wrong props")
	}
	good := uploads.Props{Code: awslambda.Code_FromAsset(jsii.String("."), nil), AllowedOrigins: []string{"https://app.example.com"}}
	if err := newStack(app, good); err != nil {
		t.Errorf("good props are refused: %v", err)
	}
}

// TestIssuers: a team whose users are of Keycloak or the like needs no user pool, and builds the
// function that verifies their tokens as it does the others.
func TestIssuers(t *testing.T) {
	app, folder := newApp(t), t.TempDir()
	authorize, err := function("authorize", folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := newStack(app, uploads.Props{
		Code:           awslambda.Code_FromAsset(jsii.String("."), nil),
		AllowedOrigins: []string{"https://app.example.com"},
		Callers: uploads.Callers{Issuers: &uploads.Issuers{
			Code: authorize,
			List: []uploads.Issuer{{URL: "https://keycloak.example.com/realms/acme", Audiences: []string{"documents"}}},
		}},
	}); err != nil {
		t.Fatal(err)
	}
	app.Synth(nil)
	stack := read(t, *app.Outdir())
	_, verifier := stack.only(t, "AWS::Lambda::Function", "UploadsAuthorizeFunction")
	same(t, "the issuers", verifier["Environment"], map[string]any{"Variables": map[string]any{
		"ISSUERS": `[{"url":"https://keycloak.example.com/realms/acme","aud":["documents"],"alg":["RS256"]}]`,
	}})
	for id, resource := range stack.Resources {
		if strings.HasPrefix(resource.Type, "AWS::Cognito::") {
			t.Errorf("there is a user pool: %s", id)
		}
	}
}

// TestSameVersions: what this module and Signpost's share is of one version, so that what is shown
// here is what Signpost's own tests prove.
func TestSameVersions(t *testing.T) {
	ours, theirs := required(t, "go.mod"), required(t, filepath.Join("..", "..", "go.mod"))
	delete(ours, strings.TrimSpace(string(command(t, filepath.Join("..", ".."), nil, "go", "list", "-m")))) // Signpost itself
	for path, version := range ours {
		if want, shared := theirs[path]; !shared || version != want {
			t.Errorf("%s is %s here and %q in Signpost's go.mod: run `go get %s@%s` and `go mod tidy` in test/consumer", path, version, want, path, want)
		}
	}
	for _, path := range []string{"github.com/aws/aws-cdk-go/awscdk/v2", "github.com/aws/constructs-go/constructs/v10", "github.com/aws/jsii-runtime-go"} {
		if ours[path] == "" {
			t.Errorf("%s is not in go.mod", path)
		}
	}
}

// required returns the versions that a go.mod asks for, by module.
func required(t *testing.T, path string) map[string]string {
	t.Helper()
	var file struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(command(t, ".", nil, "go", "mod", "edit", "-json", path), &file); err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for _, one := range file.Require {
		versions[one.Path] = one.Version
	}
	return versions
}
