// Package inputs tells Go's test cache what a test uses by way of other programs. The cache knows the code that a test is
// built from and the files that it opens itself; of a program that it builds or runs it knows nothing, and would show an
// old result for new code. A test of its own notes them: what TestMain does before the tests isn't remembered.
//
//	func TestInputs(t *testing.T) { inputs.Note(t, "../..") }
package inputs

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// parts are what the CDK app, the local run and the page are made from. What lies in node_modules follows
// package-lock.json.
var parts = []string{
	"cdk.json", "go.mod", "go.sum", "package.json", "package-lock.json", "openapi.yaml", "tsconfig.base.json",
	"infra", "lambda", "local", "docs", "page", "client/src", "client/package.json",
}

// Note looks at every file of the project, whose root is given, that those are made from. The cache remembers what a
// test looks at, and runs all tests of a package again when one of those has changed, come or gone ("go help test"). A
// part that isn't there fails the test: it was renamed, and would no longer be looked at.
func Note(t *testing.T, root string) {
	t.Helper()
	for _, part := range parts {
		if err := filepath.WalkDir(filepath.Join(root, part), look); err != nil {
			t.Errorf("the project isn't made from %s any more: %v", part, err)
		}
	}
}

// look asks by name for what WalkDir already knows: only that is remembered.
func look(path string, _ fs.DirEntry, err error) error {
	if err == nil {
		_, err = os.Stat(path)
	}
	return err
}
