package template_test

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
	"signpost/test/template/synth"
)

// run runs a command at the project's root, with more environment, and returns what it said and
// its exit status.
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
	t.Parallel() // the CDK runs in another process
	folder := t.TempDir()
	stdout, stderr, status := run(t, nil, "cdk", "synth", "--output", folder)
	if status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if stderr != "" {
		t.Errorf("beside the template, it says: %s", stderr)
	}
	if !strings.HasPrefix(stdout, "Description: ") {
		t.Errorf("it begins with something else than the template: %.200s", stdout)
	}
	t.Run("dev is the default, and its template the golden one", func(t *testing.T) {
		assertGolden(t, filepath.Join(folder, "Signpost-dev.template.json"), "dev")
	})
	t.Run("the function is in it", func(t *testing.T) {
		functions, _ := filepath.Glob(filepath.Join(folder, "asset.*", "bootstrap"))
		if len(functions) != 1 {
			t.Errorf("there are %d functions, want 1", len(functions))
		}
	})
}

func assertGolden(t *testing.T, path, stage string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden(infra.Stage{Name: stage}))
	if err != nil {
		t.Fatal(err)
	}
	without := func(text []byte) string {
		return string(assetHash.ReplaceAll(canonical(t, text), []byte("hash.zip")))
	}
	if diff := cmp.Diff(without(want), without(got)); diff != "" {
		t.Errorf("the template differs from the golden one (-want +got):\n%s", diff)
	}
}

func TestCLIList(t *testing.T) {
	t.Parallel() // the CDK runs in another process
	stdout, stderr, status := run(t, nil, "cdk", "ls", "-c", "stage=production", "--output", t.TempDir())
	if stdout != "Signpost-production\n" || stderr != "" || status != 0 {
		t.Errorf("it says %q and %q, with exit status %d", stdout, stderr, status)
	}
}

// TestCLIRefuses: the lines that say what is wrong, and one more that the go command and the CLI
// each close with.
func TestCLIRefuses(t *testing.T) {
	t.Parallel() // the CDK runs in another process
	wrong := overlay(t, "infra/stages.go", `AllowedOrigins:   []string{"http://localhost:8080"},`, `AllowedOrigins: []string{"*", "https://a.example/"}, MaxSize: -1,`)
	stdout, stderr, status := run(t, wrong, "cdk", "synth", "--output", t.TempDir())
	if status != 1 || stdout != "" {
		t.Errorf("it says %q, with exit status %d", stdout, status)
	}
	want := `signpost: AllowedOrigins: "*" holds a wildcard, which would let in pages of others: name each origin
signpost: AllowedOrigins: "https://a.example/" ends in a slash, which no browser sends: write "https://a.example"
signpost: MaxSize: -1 is out of range: give 1 to 53687091200000 bytes (48.8 TiB, the largest S3 object: 10,000 parts of 5 GiB)
exit status 1
go run ./infra/app: Subprocess exited with error 1
`
	if diff := cmp.Diff(want, stderr); diff != "" {
		t.Errorf("what it says (-want +got):\n%s", diff)
	}
}

// overlay returns the environment in which the go command reads a file of the project with one
// text replaced by another.
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
	if err := errors.Join(write(replacement, bytes.Replace(text, []byte(from), []byte(to), 1)), write(list, content)); err != nil {
		t.Fatal(err)
	}
	return []string{"GOFLAGS=" + os.Getenv("GOFLAGS") + " -overlay=" + list}
}

// TestAppWithoutCLI runs the app as the local run does, with the CLI's two variables.
func TestAppWithoutCLI(t *testing.T) {
	t.Parallel() // the CDK runs in another process
	app := filepath.Join(t.TempDir(), "app")
	if _, stderr, status := run(t, nil, "go", "build", "-o", app, "./infra/app"); status != 0 {
		t.Fatal(stderr)
	}

	t.Run("OK", func(t *testing.T) {
		folder := t.TempDir()
		stdout, stderr, status := run(t, []string{"CDK_OUTDIR=" + folder, contextOf(t, map[string]any{"stage": "local"})}, app)
		if stdout != "" || stderr != "" || status != 0 {
			t.Fatalf("it says %q and %q, with exit status %d", stdout, stderr, status)
		}
		assertGolden(t, filepath.Join(folder, "Signpost-local.template.json"), "local")
	})

	t.Run("another port for the page", func(t *testing.T) {
		folder := t.TempDir()
		if _, stderr, status := run(t, []string{"CDK_OUTDIR=" + folder, contextOf(t, map[string]any{"stage": "local", "pagePort": "9000"})}, app); status != 0 {
			t.Fatal(stderr)
		}
		path := filepath.Join(folder, "Signpost-local.template.json")
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(got, []byte(":8080")) || !bytes.Contains(got, []byte("http://127.0.0.1:9000")) {
			t.Error("the origins did not follow")
		}
		// With the port put back, all else is as it was, but for the deployment, whose id is a hash.
		if err := write(path, bytes.ReplaceAll(got, []byte(":9000"), []byte(":8080"))); err != nil {
			t.Fatal(err)
		}
		assertGoldenButDeployment(t, path, "local")
	})

	appRefuses(t, app)
}

// appRefuses wants one line and exit status 1 of what the app can't do.
func appRefuses(t *testing.T, app string) {
	for _, refused := range []struct {
		name, want, path string
		context          map[string]any
	}{
		{name: "ErrStage", context: map[string]any{"stage": "nope"}, want: `there is no stage "nope": choose one of local, dev, staging, production`},
		{name: "ErrPagePort", context: map[string]any{"pagePort": "9000"}, want: `pagePort is for stage local alone, not for "dev"`},
		{name: "ErrNoNode", path: t.TempDir(), want: "the CDK needs Node.js, and there is no node in PATH: run `npm ci` and put node_modules/.bin first in PATH"},
	} {
		t.Run(refused.name, func(t *testing.T) {
			env := []string{"CDK_OUTDIR=" + t.TempDir(), contextOf(t, refused.context)}
			if refused.path != "" {
				env = append(env, "PATH="+refused.path)
			}
			stdout, stderr, status := run(t, env, app)
			if want := "signpost: " + refused.want + "\n"; status != 1 || stdout != "" || stderr != want {
				t.Errorf("it says %q and %q, with exit status %d; want %q", stdout, stderr, status, want)
			}
		})
	}
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

var deploymentID = regexp.MustCompile(`UploadsApiDeployment7A18979F[0-9a-f]{32}`)

func assertGoldenButDeployment(t *testing.T, path, stage string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden(infra.Stage{Name: stage}))
	if err != nil {
		t.Fatal(err)
	}
	id := deploymentID.Find(want)
	if id == nil {
		t.Fatal("the golden template has no deployment")
	}
	if err := write(path, deploymentID.ReplaceAll(got, id)); err != nil {
		t.Fatal(err)
	}
	assertGolden(t, path, stage)
}
