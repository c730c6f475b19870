// Package build builds a Go package into the file that AWS Lambda runs.
//
//	folder, err := build.Function("signpost/lambda/upload", ".build/upload")
//
// The same sources give the same bytes on every machine and under every path, so CloudFormation
// deploys nothing until the function changes. Build before synthesis and give CDK the folder: CDK's
// bundling would hide a compiler error.
//
// It runs the go command in the working directory, so that module's go.mod decides which version of
// the package it is. It builds the package in the package's own module, with the versions that it
// was tested with: a module that only depends on signpost gets the same bytes.
package build

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// flags make the build small and reproducible: no paths, no VCS stamp, no build id, and no net/rpc,
// which only the retired go1.x runtime needed.
var flags = []string{"-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags=-s -w -buildid="}

// target is the platform of Lambda's arm64 functions. It is appended to the caller's environment
// and empties GOFLAGS, so that nothing in that environment changes the bytes.
var target = []string{"GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off"}

// Function builds the package with that import path into folder, which then has only the file
// bootstrap, and returns folder. It makes the folder if there is none. It replaces bootstrap in one
// step, so that builds at the same time don't disturb each other. If the package doesn't compile,
// the error is the compiler's output.
func Function(pkg, folder string) (string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	home, err := moduleOf(pkg)
	if err != nil {
		return "", err
	}
	// Beside the folder and not in it: all files in it are deployed.
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
		return "", fmt.Errorf("build: %s does not build:\n%s", pkg, cmp.Or(strings.TrimSpace(string(output)), err.Error()))
	}
	if err := os.Rename(binary, filepath.Join(folder, "bootstrap")); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	return folder, nil
}

// moduleOf is the folder of a package's module: the working directory's, or where the go command
// keeps a dependency. Built from another module, a binary has the dependency's version and the path
// of its replace directive in it, so it is not the same.
func moduleOf(pkg string) (string, error) {
	command := exec.Command("go", "list", "-find", "-f", "{{.Module.Dir}}", pkg)
	command.Env = append(os.Environ(), "GOFLAGS=")
	var stderr strings.Builder
	command.Stderr = &stderr
	folder, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("build: %s is not found:\n%s", pkg, cmp.Or(strings.TrimSpace(stderr.String()), err.Error()))
	}
	return cmp.Or(strings.TrimSpace(string(folder)), "."), nil // no folder if dependencies are vendored
}
