// Package cli_test runs the app as users do, with the CDK CLI and without: its files, its output
// and its exit status. Each run has its own processes, so these tests run in parallel, and in
// parallel with those of package template_test, where one jsii process serves all.
package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/test/inputs"
	"signpost/test/template/synth"
)

func TestInputs(t *testing.T) { inputs.Note(t, "../../..") }

// run runs a command at the project's root, with more environment variables, and returns its output
// and exit status.
func run(t *testing.T, env []string, name string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, complaint bytes.Buffer
	command := exec.Command(name, args...)
	command.Dir = synth.Root(t)
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = &out, &complaint
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v (run `npm ci` and put node_modules/.bin first in PATH)", name, err)
	}
	return out.String(), complaint.String(), command.ProcessState.ExitCode()
}

// assetHash is the one thing in which a real template differs from a golden one.
var assetHash = regexp.MustCompile(`[0-9a-f]{64}\.zip`)

func TestCLISynth(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	stdout, stderr, status := run(t, nil, "cdk", "synth", "--output", folder)
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if stderr != "" {
		t.Errorf("it writes more than the template: %s", stderr)
	}
	if !strings.HasPrefix(stdout, "Description: ") {
		t.Errorf("it begins with something else than the template: %.200s", stdout)
	}
	t.Run("dev is the default, and its template the golden one", func(t *testing.T) {
		assertGolden(t, filepath.Join(folder, "Signpost-dev.template.json"), "dev")
	})
	t.Run("preflight asks for the bootstrap version that it needs", func(t *testing.T) {
		var manifest struct {
			Artifacts map[string]struct {
				Properties struct{ RequiresBootstrapStackVersion int }
			}
		}
		text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
		if err != nil || json.Unmarshal(text, &manifest) != nil {
			t.Fatalf("the manifest can't be read: %v", err)
		}
		if needs := manifest.Artifacts["Signpost-dev"].Properties.RequiresBootstrapStackVersion; needs != infra.BootstrapVersion {
			t.Errorf("it needs version %d, and infra.BootstrapVersion is %d", needs, infra.BootstrapVersion)
		}
	})
	t.Run("the function is in it", func(t *testing.T) {
		functions, _ := filepath.Glob(filepath.Join(folder, "asset.*", "bootstrap"))
		if len(functions) != 1 {
			t.Errorf("there are %d functions, want 1", len(functions))
		}
	})
	t.Run("the stack is listed by its name alone", func(t *testing.T) {
		stdout, stderr, status := run(t, nil, "cdk", "ls", "--app", folder)
		if stdout != "Signpost-dev\n" || stderr != "" || status != 0 {
			t.Errorf("it says %q and %q, with exit status %d", stdout, stderr, status)
		}
	})
}

func assertGolden(t *testing.T, path, stage string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	assertSame(t, got, golden(t, stage))
}

// golden is the stage's golden file of package template_test.
func golden(t *testing.T, stage string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", stage+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// assertSame compares two templates but for the functions' code, which in the golden one is a stub.
func assertSame(t *testing.T, got, want []byte) {
	t.Helper()
	without := func(text []byte) string {
		return string(assetHash.ReplaceAll(synth.Canonical(t, text), []byte("hash.zip")))
	}
	if diff := cmp.Diff(without(want), without(got)); diff != "" {
		t.Errorf("the template differs from the golden one (-want +got):\n%s", diff)
	}
}

// TestCLIRefuses: the lines about what is wrong with the stage that -c names, and one more that the
// go command and the CLI each close with.
func TestCLIRefuses(t *testing.T) {
	t.Parallel()
	wrong := overlay(t, "infra/stages.go", `AllowedOrigins:   []string{"https://example.com", "https://www.example.com"},`,
		`AllowedOrigins: []string{"*", "https://a.example/"}, MaxSize: -1,`)
	stdout, stderr, status := run(t, wrong, "cdk", "synth", "-c", "stage=production", "--output", t.TempDir())
	if status != 1 || stdout != "" {
		t.Errorf("it says %q, with exit status %d", stdout, status)
	}
	want := `signpost: AllowedOrigins: "*" contains a wildcard, which would admit other people's pages: name each origin
signpost: AllowedOrigins: "https://a.example/" ends in a slash, which no browser sends: write "https://a.example"
signpost: MaxSize: -1 is out of range: give 1 to 53687091200000 bytes (48.8 TiB, the largest S3 object: 10,000 parts of 5 GiB)
exit status 1
go run ./infra/app: Subprocess exited with error 1
`
	if diff := cmp.Diff(want, stderr); diff != "" {
		t.Errorf("what it says (-want +got):\n%s", diff)
	}
}

// overlay returns the environment in which the go command reads a file of the project with one text
// replaced by another.
func overlay(t *testing.T, name, from, to string) []string {
	t.Helper()
	path := filepath.Join(synth.Root(t), name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(text, []byte(from)) != 1 {
		t.Fatalf("%s does not hold %s just once", name, from)
	}
	folder := t.TempDir()
	replacement, list := filepath.Join(folder, "replacement.go"), filepath.Join(folder, "overlay.json")
	content, err := json.Marshal(map[string]map[string]string{"Replace": {path: replacement}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(replacement, bytes.Replace(text, []byte(from), []byte(to), 1), 0o600), os.WriteFile(list, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	return []string{"GOFLAGS=" + os.Getenv("GOFLAGS") + " -overlay=" + list}
}

// TestAppWithoutCLI runs the app as the local run does: by cdk.json's command, with the CLI's two
// variables. What else the context can ask for is the app's own test.
func TestAppWithoutCLI(t *testing.T) {
	t.Parallel()
	t.Run("OK, with the page on another port", func(t *testing.T) {
		folder := t.TempDir()
		env := []string{"CDK_OUTDIR=" + folder, contextOf(t, map[string]any{"stage": "local", "pagePort": "9000"})}
		if stdout, stderr, status := run(t, env, "go", "run", "./infra/app"); stdout != "" || stderr != "" || status != 0 {
			t.Fatalf("it says %q and %q, with exit status %d", stdout, stderr, status)
		}
		got, err := os.ReadFile(filepath.Join(folder, "Signpost-local.template.json"))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(got, []byte(":8080")) || !bytes.Contains(got, []byte("http://127.0.0.1:9000")) {
			t.Error("the origins did not follow")
		}
		// With the port put back, all else is as it was, but for the deployment, whose id is a
		// hash.
		got = bytes.ReplaceAll(got, []byte(":9000"), []byte(":8080"))
		assertSame(t, synth.WithoutDeploymentID(t, got), synth.WithoutDeploymentID(t, golden(t, "local")))
	})
	t.Run("ErrNoNode", func(t *testing.T) {
		env := []string{"CDK_OUTDIR=" + t.TempDir(), contextOf(t, nil), "PATH=" + onlyGo(t)}
		stdout, stderr, status := run(t, env, "go", "run", "./infra/app")
		want := "signpost: the CDK needs Node.js, and there is no node in PATH: run `npm ci` and put node_modules/.bin first in PATH\nexit status 1\n"
		if status != 1 || stdout != "" || stderr != want {
			t.Errorf("it says %q and %q, with exit status %d; want %q", stdout, stderr, status, want)
		}
	})
}

// onlyGo is a folder with the go command and nothing else.
func onlyGo(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(path, filepath.Join(folder, filepath.Base(path))); err != nil {
		t.Fatal(err)
	}
	return folder
}

// contextOf is the variable that the CLI hands cdk.json's context over in, with more of it.
func contextOf(t *testing.T, more map[string]any) string {
	t.Helper()
	values := synth.Context(t)
	maps.Copy(values, more)
	text, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return "CDK_CONTEXT_JSON=" + string(text)
}
