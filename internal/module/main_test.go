package main

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

// TestRenameTheRepository gives a copy of the repository a path of its own and builds it, and then
// another path.
func TestRenameTheRepository(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN with -short: it builds the whole repository")
	}
	dir := copyRepository(t)
	original, err := modulePath(dir)
	if err != nil {
		t.Fatal(err)
	}
	const first, second = "github.com/acme/signpost", "git.example.com/team/uploads/v2"
	renameTo(t, dir, first)
	run(t, dir, "go", "vet", "./...")                                                                                                   // compiles every package and test
	run(t, dir, "go", "test", "-run", "Function|Package|Private|Rename|Path", "./lambda/...", "./local", "./internal/module", "-short") // these look at the module's path
	run(t, filepath.Join(dir, "test/consumer"), "go", "vet", "./...")
	checkNoImports(t, dir, original)

	renameTo(t, dir, second)
	run(t, dir, "go", "vet", "./lambda/...")
	checkNoImports(t, dir, first)
	checkNoImports(t, dir, original)
}

// renameTo changes the path, and checks that a second run has nothing left to do and that gofmt is
// content.
func renameTo(t *testing.T, dir, path string) {
	t.Helper()
	if _, changed, err := rename(dir, path); err != nil || len(changed) < 50 {
		t.Fatalf("%d files changed, %v", len(changed), err)
	}
	if _, changed, err := rename(dir, path); err != nil || len(changed) > 0 {
		t.Errorf("the second run changes %v, %v", changed, err)
	}
	if unformatted := run(t, dir, "gofmt", "-l", "."); unformatted != "" {
		t.Errorf("gofmt would change: %s", unformatted)
	}
}

// copyRepository copies the files that git tracks or would track.
func copyRepository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := run(t, root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	for name := range strings.SplitSeq(strings.TrimRight(files, "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(text))
	}
	modules, err := filepath.Abs(filepath.Join(root, "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkNoImports looks for imports of the path in every Go file, and for other mentions of its
// packages.
func checkNoImports(t *testing.T, dir, path string) {
	t.Helper()
	mentions, err := mentionsOf(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(run(t, dir, "find", ".", "-name", "*.go")) {
		file := filepath.Join(dir, name)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := mentions.Find(text); found != nil {
			t.Errorf("%s still has %q", name, found)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			if imported, _ := strconv.Unquote(spec.Path.Value); imported == path || strings.HasPrefix(imported, path+"/") {
				t.Errorf("%s still imports %s", name, imported)
			}
		}
	}
}

// TestRename covers each kind of mention, and what only looks like one. The module's name isn't
// this one's, so that renaming this one leaves the test alone.
func TestRename(t *testing.T) {
	dir := t.TempDir()
	files := map[string][2]string{
		"go.mod":              {"module before\n\ngo 1.26.0\n", "module example.com/a\n\ngo 1.26.0\n"},
		"test/user/go.mod":    {"module user\n\nrequire (\n\tb.example v1.0.0\n\tbefore v0.0.0\n)\n\nreplace before => ../..\n", "module user\n\nrequire (\n\tb.example v1.0.0\n\texample.com/a v0.0.0\n)\n\nreplace example.com/a => ../..\n"},
		"infra/a.go":          {"package a\n\nimport _ \"before/lambda/key\"\n\nvar b = \"before/lambda/\" + name\n", "package a\n\nimport _ \"example.com/a/lambda/key\"\n\nvar b = \"example.com/a/lambda/\" + name\n"},
		"lambda/doc.go":       {"// Package lambda:\n//\n//\timport \"before/lambda/key\"\npackage lambda\n", "// Package lambda:\n//\n//\timport \"example.com/a/lambda/key\"\npackage lambda\n"},
		"README.md":           {"`before/infra`, before/upload, x/before/infra, my-before/infra, before/infrastructure\n", "`example.com/a/infra`, before/upload, x/before/infra, my-before/infra, before/infrastructure\n"},
		"local/mod.go":        {"package a\n\nvar mod = \"module before\\nrequire before v0.0.0\\n\"\n", "package a\n\nvar mod = \"module example.com/a\\nrequire example.com/a v0.0.0\\n\"\n"},
		"infra/prefix.go":     {"package a\n\nvar prefix = \"before/\"\n", "package a\n\nvar prefix = \"example.com/a/\"\n"},
		"infra/scope.go":      {"package a\n\nvar scope, tag = \"before/upload\", \"before\"\n", "package a\n\nvar scope, tag = \"before/upload\", \"before\"\n"},
		"node_modules/a/b.go": {"package b\n\nimport _ \"before/lambda/key\"\n", "package b\n\nimport _ \"before/lambda/key\"\n"},
		"page/app.ts":         {"// before/infra\n", "// before/infra\n"},
	}
	for name, texts := range files {
		write(t, filepath.Join(dir, name), texts[0])
	}
	if _, _, err := rename(dir, "example.com/a"); err != nil {
		t.Fatal(err)
	}
	for name, texts := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(texts[1], string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestBadPathsAreRefused(t *testing.T) {
	for _, path := range []string{"", "signpost", "acme/signpost", "github.com/acme/sign post", "https://github.com/acme/signpost", "github.com/acme/signpost/", "github.com/acme/signpost/v1", "../signpost"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "go.mod"), "module signpost\n")
		_, _, err := rename(dir, path)
		if err == nil {
			t.Errorf("%q is taken", path)
			continue
		}
		if path != "" && !strings.Contains(err.Error(), strconv.Quote(path)) {
			t.Errorf("the error doesn't name %q: %v", path, err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run returns what a command wrote to its standard output.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}
