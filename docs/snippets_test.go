package docs_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// preamble declares what the code in the documents uses.
const preamble = `package infra

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"signpost/infra/uploads"
)

var code awslambda.Code

const _ = time.Second
`

// TestGoSnippets compiles the Go code in the documents: uploads.Props in README.md, and fields of
// them elsewhere.
func TestGoSnippets(t *testing.T) {
	var source strings.Builder
	source.WriteString(preamble)
	found := 0
	for name, text := range documents(t) {
		for _, block := range regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
			found++
			code := block[1]
			if name != "README.md" {
				code = "uploads.Props{\n" + code + "}\n"
			}
			source.WriteString("\nvar _ = " + code)
		}
	}
	if found < 3 {
		t.Fatalf("only %d blocks of Go were found", found)
	}
	if out, err := compile(t, "infra", source.String()); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, source.String())
	}
}

// TestCodeOfFiles: a block of code that names a file is a part of that file, which its own tests
// compile and run.
func TestCodeOfFiles(t *testing.T) {
	found := 0
	for name, text := range documents(t) {
		for _, block := range regexp.MustCompile("(?ms)^```\\w+ (\\S+)\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
			found++
			file, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(block[1])))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !strings.Contains(string(file), block[2]) {
				t.Errorf("%s has code that isn't in %s:\n%s", name, block[1], block[2])
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d blocks name a file", found)
	}
}

// compile builds a package with one file more, which is not written into its folder.
func compile(t *testing.T, folder, source string) ([]byte, error) {
	t.Helper()
	project, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	file, overlay := filepath.Join(t.TempDir(), "snippets.go"), filepath.Join(t.TempDir(), "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(project, folder, "snippets.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{file: []byte(source), overlay: replace} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "./"+folder)
	build.Dir = project
	return build.CombinedOutput()
}
