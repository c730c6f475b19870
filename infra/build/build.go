// Package build makes the file that AWS Lambda runs out of a Go package.
//
//	folder, err := build.Function("signpost/lambda/upload", ".build/upload")
//
// The same sources give the same bytes on every machine and under every path, so CloudFormation
// has nothing to deploy until the function changes. Build before synthesis and hand CDK the
// folder: done the other way round, by CDK's bundling, a compiler error is lost.
//
// It runs the go command in the working directory, so the package is found as that module's
// go.mod sees it, and builds it in the module that it belongs to, with the versions that this one
// was tested with: in a module that merely depends on signpost the same call gives the same bytes.
package build

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// flags make the build small and the same everywhere: no paths, no VCS stamp, no build id, and
// without net/rpc, which only the retired go1.x runtime needed.
var flags = []string{"-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags=-s -w -buildid="}

// target is the machine that Lambda's arm64 functions run on. It comes after the caller's own
// environment, and GOFLAGS is emptied, so that nothing of the caller's changes the bytes.
var target = []string{"GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off"}

// Function builds the package with that import path into folder, which then holds just the file
// bootstrap, and returns folder. A folder is made where there is none; bootstrap is replaced in
// one step, so that several builds at once don't disturb each other. The error of a package that
// does not compile is what the compiler said.
func Function(pkg, folder string) (string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	home, err := moduleOf(pkg)
	if err != nil {
		return "", err
	}
	// Beside the folder, not in it: what is in it is shipped.
	scratch, err := os.MkdirTemp(filepath.Dir(folder), "."+filepath.Base(folder)+"-*")
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	defer os.RemoveAll(scratch)
	binary, err := filepath.Abs(filepath.Join(scratch, "bootstrap"))
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	command := exec.Command("go", append(append([]string{"build", "-C", home, "-o", binary}, flags...), pkg)...)
	command.Env = append(os.Environ(), target...)
	if output, err := command.CombinedOutput(); err != nil {
		said := strings.TrimSpace(string(output))
		if said == "" {
			said = err.Error()
		}
		return "", fmt.Errorf("build: %s does not build:\n%s", pkg, said)
	}
	if err := os.Rename(binary, filepath.Join(folder, "bootstrap")); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	return folder, nil
}

// moduleOf is the folder of the module that a package is in: this one's, or where the go command
// keeps a dependency. Built from elsewhere, a binary names the version, and a replace directive's
// path, and so is another one.
func moduleOf(pkg string) (string, error) {
	command := exec.Command("go", "list", "-find", "-f", "{{.Module.Dir}}", pkg)
	command.Env = append(os.Environ(), "GOFLAGS=")
	var said strings.Builder
	command.Stderr = &said
	folder, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("build: %s is not found:\n%s", pkg, cmp.Or(strings.TrimSpace(said.String()), err.Error()))
	}
	return cmp.Or(strings.TrimSpace(string(folder)), "."), nil // none where dependencies are vendored
}
