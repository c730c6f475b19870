package conformance_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The local run serves the template. These tests edit the target's template, run it, and see the
// stack behave differently: what the local run enforces comes from the template that would be
// deployed, not from constants of its own.

// project makes a folder in which `local` runs this template without synthesizing: the app that its
// cdk.json names copies it.
func project(t *testing.T, template []byte) (dir string) {
	t.Helper()
	localOnly(t, "it edits the template and runs it")
	dir = t.TempDir()
	synthesized := filepath.Join(mainRun.dir, "cdk.out")
	manifest, err := os.ReadFile(filepath.Join(synthesized, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"go.mod":                   "module signpost\n",
		"cdk.json":                 `{"app": "sh synth.sh", "context": {}}`,
		"synth.sh":                 "mkdir -p \"$CDK_OUTDIR\" && cp assembly/* \"$CDK_OUTDIR\"\n",
		"assembly/manifest.json":   string(manifest),
		"assembly/" + templateFile: string(template),
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"node_modules", "page"} {
		if err := os.Symlink(filepath.Join(projectRoot, folder), filepath.Join(dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const templateFile = "Signpost-local.template.json"

// synthesizedTemplate is the target's template.
func synthesizedTemplate(t *testing.T) []byte {
	t.Helper()
	localOnly(t, "it reads the template")
	text, err := os.ReadFile(filepath.Join(mainRun.dir, "cdk.out", templateFile))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// edited replaces every value with this name, anywhere in the template.
func edited(t *testing.T, template []byte, name string, value any) []byte {
	t.Helper()
	var tree any
	if err := json.Unmarshal(template, &tree); err != nil {
		t.Fatal(err)
	}
	found := 0
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for key, child := range n {
				if key == name {
					n[key] = value
					found++
					continue
				}
				walk(child)
			}
		case []any:
			for _, child := range n {
				walk(child)
			}
		}
	}
	walk(tree)
	if found == 0 {
		t.Fatalf("the template has no %s", name)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// runEdited runs a template.
func runEdited(t *testing.T, template []byte) *localRun {
	t.Helper()
	return startRunFor(t, project(t, template), filepath.Join(t.TempDir(), "data"))
}

// runStage runs the template of another stage. It is the golden one of test/template, because to
// synthesize it takes longer than all that these tests then do. Its pages are the target's.
func runStage(t *testing.T, stage string) *localRun {
	t.Helper()
	localOnly(t, "it runs another stage")
	template, err := os.ReadFile(filepath.Join("..", "template", "testdata", stage+".json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, origin := range allowedOrigins() {
		host, _, _ := strings.Cut(strings.TrimPrefix(origin, "http://"), ":")
		template = bytes.ReplaceAll(template, []byte("http://"+host+":8080"), []byte(origin))
	}
	return runEdited(t, template)
}

// onRun sends a request to another run than the target, as its first user.
func onRun(t *testing.T, r *localRun) edit {
	t.Helper()
	u, err := signIn(r.stack, r.UserPoolClientId, r.Local.Users[0].Username, r.Local.Users[0].Password)
	if err != nil {
		t.Fatal(err)
	}
	return func(request *http.Request) {
		moved, err := http.NewRequest("", strings.Replace(request.URL.String(), target.ApiUrl, r.ApiUrl, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL, request.Host = moved.URL, moved.Host
		request.Header.Set("Authorization", u.idToken)
	}
}
