package template_test

import (
	"bytes"
	"debug/elf"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"signpost/infra/build"
	"signpost/test/template/synth"
)

const uploadPackage = "signpost/lambda/upload"

// clone copies what a build needs of the project into a folder of that name.
func clone(t *testing.T, name string) string {
	t.Helper()
	root, to := synth.Root(t), filepath.Join(t.TempDir(), name)
	for _, part := range []string{"go.mod", "go.sum", "lambda", "infra"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return write(filepath.Join(to, relative), text)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// add appends text to a file of a clone, or makes it.
func add(t *testing.T, path, text string) {
	t.Helper()
	before, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := write(path, append(before, text...)); err != nil {
		t.Fatal(err)
	}
}

// built builds the upload function in a clone and returns its folder.
func built(t *testing.T, clone string) string {
	t.Helper()
	t.Chdir(clone)
	folder, err := build.Function(uploadPackage, filepath.Join(".build", "upload"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(clone, folder)
}

func bootstrap(t *testing.T, folder string) []byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != "bootstrap" {
		t.Fatalf("%s holds %v, want bootstrap alone (%v)", folder, entries, err)
	}
	binary, err := os.ReadFile(filepath.Join(folder, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// TestBuildIsReproducible builds in two clones and checks that the bytes are the same, and so the
// asset hash, until the function itself changes.
func TestBuildIsReproducible(t *testing.T) {
	skipInShort(t)
	synth.RequireNode(t)
	here, there := clone(t, "here"), clone(t, filepath.Join("over", "there", "and further"))
	t.Setenv("GOFLAGS", "-tags=other -race") // nothing of the caller's may change the bytes
	t.Setenv("GOARCH", "amd64")
	folder, other := built(t, here), built(t, there)
	first := bootstrap(t, folder)
	if !bytes.Equal(first, bootstrap(t, other)) {
		t.Fatal("two clones built different bytes")
	}
	for _, clone := range []string{here, there} {
		if bytes.Contains(first, []byte(clone)) {
			t.Errorf("the binary names %s", clone)
		}
	}
	hash := func() string { return *awscdk.FileSystem_Fingerprint(jsii.String(folder), nil) }
	before := hash()

	add(t, filepath.Join(here, "infra", "stages.go"), "\n// An edit.\n")
	add(t, filepath.Join(here, "README.md"), "An edit.\n")
	add(t, filepath.Join(here, "extra", "extra.go"), "package extra\n")
	built(t, here)
	if after := hash(); after != before {
		t.Errorf("the asset hash moved from %s to %s without an edit in lambda/", before, after)
	}

	add(t, filepath.Join(here, "lambda", "upload", "main.go"), "\nfunc init() { println(\"an edit\") }\n")
	built(t, here)
	if after := hash(); after == before {
		t.Error("the asset hash stayed after an edit in lambda/upload")
	}
}

// TestBuildIsForLambda: what Lambda's arm64 functions can run, and nothing that says where it was
// built.
func TestBuildIsForLambda(t *testing.T) {
	t.Chdir(synth.Root(t))
	folder, err := build.Function(uploadPackage, filepath.Join(t.TempDir(), "upload"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(folder, "bootstrap"))
	if err != nil || info.Mode().Perm()&0o555 != 0o555 {
		t.Errorf("bootstrap has mode %v (%v), want it executable by all", info.Mode(), err)
	}
	binary, err := elf.NewFile(bytes.NewReader(bootstrap(t, folder)))
	if err != nil {
		t.Fatal(err)
	}
	if binary.Machine != elf.EM_AARCH64 {
		t.Errorf("the machine is %v, want arm64", binary.Machine)
	}
	if libraries, _ := binary.ImportedLibraries(); len(libraries) != 0 {
		t.Errorf("it needs %v, and Lambda's image may not have them", libraries)
	}
	if neighbours, _ := filepath.Glob(filepath.Join(filepath.Dir(folder), ".*")); len(neighbours) != 0 {
		t.Errorf("the build left %v behind", neighbours)
	}
}

// TestBuildFromAnotherModule builds the function where signpost is a dependency.
func TestBuildFromAnotherModule(t *testing.T) {
	root, team := synth.Root(t), t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(filepath.Join(team, name), bytes.Replace(text, []byte("module signpost\n"), []byte("module example.com/team\n"), 1)); err != nil {
			t.Fatal(err)
		}
	}
	add(t, filepath.Join(team, "go.mod"), "\nrequire signpost v0.0.0\n\nreplace signpost => "+root+"\n")
	add(t, filepath.Join(team, "team.go"), "package team\n\nimport _ \"signpost/infra/build\"\n")
	bootstrap(t, built(t, team))
}

// TestBuildFails: the error is the compiler's own words, and what was built before stays.
func TestBuildFails(t *testing.T) {
	here := clone(t, "here")
	before := bootstrap(t, built(t, here))
	add(t, filepath.Join(here, "lambda", "upload", "main.go"), "\nvar broken int = \"text\"\n")
	_, err := build.Function(uploadPackage, filepath.Join(".build", "upload"))
	if err == nil || !strings.Contains(err.Error(), uploadPackage) || !strings.Contains(err.Error(), `cannot use "text"`) {
		t.Errorf("the error is %v, want the compiler's", err)
	}
	if !bytes.Equal(before, bootstrap(t, filepath.Join(here, ".build", "upload"))) {
		t.Error("the failed build replaced the binary")
	}
	if _, err := build.Function("signpost/lambda/none", filepath.Join(".build", "none")); err == nil || !strings.Contains(err.Error(), "signpost/lambda/none") {
		t.Errorf("the error for a package that isn't there is %v", err)
	}
}
