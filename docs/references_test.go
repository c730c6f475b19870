package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reference matches, in a line of a document, a path in the repository, the name of a Go test, or a
// text in quotes.
var reference = regexp.MustCompile("`((?:infra|internal|lambda|local|client|page|test|docs)(?:/[\\w./*-]*)?)`" + "|`((?:Test|Fuzz)[A-Z]\\w*)(?:/[\\w-]+)?`" + `|"([^"]{12,})"`)

// TestReferences wants each path that a document names to exist. The name of a test must be in the
// package that its line names before it. In a table, so must the quoted name of a check.
func TestReferences(t *testing.T) {
	paths, tests := 0, 0
	for name, text := range documents(t) {
		for line := range strings.Lines(text) {
			folder := ""
			for _, found := range reference.FindAllStringSubmatch(line, -1) {
				path, test, check := found[1], found[2], found[3]
				switch {
				case path != "":
					paths++
					folder = strings.TrimSuffix(path, "/")
					if folder == "page/dist" { // built
						continue
					}
					if matches, err := filepath.Glob(filepath.Join(root, folder)); err != nil || len(matches) == 0 {
						t.Errorf("%s names %s, which doesn't exist", name, path)
					}
				case test != "":
					tests++
					if !contains(t, folder, "func "+test+"(") {
						t.Errorf("%s names the test %s, which isn't in %s", name, test, folder)
					}
				case strings.HasPrefix(line, "|") && strings.HasPrefix(folder, "test/") && !contains(t, folder, check):
					t.Errorf("%s names the check %q, which isn't in %s", name, check, folder)
				}
			}
		}
	}
	if paths < 50 || tests < 50 {
		t.Errorf("only %d paths and %d tests were found", paths, tests)
	}
}

// contains reports whether a Go or TypeScript file in a folder contains a text.
func contains(t *testing.T, folder, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if found || entry.IsDir() || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".ts" {
			return nil
		}
		code, err := os.ReadFile(path)
		found = strings.Contains(string(code), text)
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", folder, err)
	}
	return found
}
