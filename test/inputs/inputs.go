// Package inputs tells Go's test cache which files a test uses through other programs. The cache
// knows the code that a test is built from and the files that the test opens. It doesn't know what
// a program reads that the test builds or runs, and would show an old result for new code. Call
// Note in a test: the cache doesn't record what TestMain does before the tests.
//
//	func TestInputs(t *testing.T) { inputs.Note(t, "../..") }
package inputs

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// parts are the sources of the CDK app, the local run and the page. package-lock.json stands for
// node_modules.
var parts = []string{
	"cdk.json", "go.mod", "go.sum", "package.json", "package-lock.json", "openapi.yaml", "tsconfig.base.json",
	"infra", "internal", "lambda", "local", "docs", "page", "client/src", "client/package.json",
}

// Note looks at every source file of the project in root. The cache records the files that a test
// looks at, and runs the package's tests again when one is changed, added or removed ("go help
// test"). A part that doesn't exist fails the test, since it was renamed and its changes would go
// unnoticed.
func Note(t *testing.T, root string) {
	t.Helper()
	for _, part := range parts {
		if err := filepath.WalkDir(filepath.Join(root, part), look); err != nil {
			t.Errorf("%s can't be read; if it was renamed, change the list of parts: %v", part, err)
		}
	}
}

// look calls os.Stat, which the cache records. It doesn't record what WalkDir reads.
func look(path string, _ fs.DirEntry, err error) error {
	if err == nil {
		_, err = os.Stat(path)
	}
	return err
}
