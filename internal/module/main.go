// Command module gives a fork of this repository a module path of its own:
//
//	make module MODULE=github.com/acme/signpost
//
// It changes the module line of go.mod, the imports and all other mentions of a package's path in
// Go files and Markdown, and the go.mod of other modules in the repository that use this one. It
// can be run again with another path. Nothing is written unless everything can be changed.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

const usage = "usage: make module MODULE=github.com/acme/signpost"

func main() {
	if len(os.Args) != 2 {
		exit(errors.New(usage))
	}
	was, changed, err := rename(".", os.Args[1])
	if err != nil {
		exit(err)
	}
	if len(changed) == 0 {
		fmt.Printf("the module is %s already\n", was)
		return
	}
	fmt.Printf("%s is now %s: %d files changed. Run make check before you commit.\n", was, os.Args[1], len(changed))
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, "module:", err)
	os.Exit(1)
}

// rename gives the module in root a new path. It returns the old path and the files that it
// changed.
func rename(root, to string) (was string, changed []string, err error) {
	if err := checkPath(to); err != nil {
		return "", nil, err
	}
	was, err = modulePath(root)
	if err != nil || was == to {
		return was, nil, err
	}
	edits, err := plan(root, was, to)
	if err != nil {
		return was, nil, err
	}
	for path, text := range edits {
		if err := os.WriteFile(path, text, 0o644); err != nil { // an existing file keeps its mode
			return was, nil, err
		}
		changed = append(changed, path)
	}
	return was, changed, nil
}

// checkPath refuses what the go command couldn't fetch.
func checkPath(path string) error {
	if path == "" {
		return errors.New("no module path was given\n" + usage)
	}
	if err := module.CheckPath(path); err != nil {
		return fmt.Errorf("%w\nA module path begins with a host name, as in github.com/acme/signpost", err)
	}
	return nil
}

func modulePath(root string) (string, error) {
	file := filepath.Join(root, "go.mod")
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath(text)
	if path == "" {
		return "", fmt.Errorf("%s has no module line", file)
	}
	return path, nil
}

// plan returns the new text of each file that changes.
func plan(root, from, to string) (map[string][]byte, error) {
	mentions, err := mentionsOf(root, from)
	if err != nil {
		return nil, err
	}
	edits := map[string][]byte{}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && isForeign(entry.Name()) {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		edit := editOf(entry.Name())
		if edit == nil {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		edited, err := edit(text, mentions, from, to)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !bytes.Equal(text, edited) {
			edits[path] = edited
		}
		return nil
	})
	return edits, err
}

// isForeign reports a folder of dependencies, of build output, or of tools.
func isForeign(name string) bool {
	return name == "node_modules" || name == "cdk.out" || strings.HasPrefix(name, ".")
}

type editor func(text []byte, mentions *regexp.Regexp, from, to string) ([]byte, error)

func editOf(name string) editor {
	switch {
	case name == "go.mod":
		return editModule
	case strings.HasSuffix(name, ".go"):
		return editGo
	case strings.HasSuffix(name, ".md"):
		return editText
	}
	return nil
}

// mentionsOf matches the module's path where the path of a package or the end of a string follows
// ("signpost/lambda/key", "signpost/"), or a word of go.mod comes before it. A package is in one of
// the module's top folders, so "signpost/upload", which is an OAuth scope, isn't one. The groups
// are what comes before and after the module's path.
func mentionsOf(root, modulePath string) (*regexp.Regexp, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, entry := range entries {
		if entry.IsDir() && !isForeign(entry.Name()) {
			folders = append(folders, regexp.QuoteMeta(entry.Name()))
		}
	}
	if len(folders) == 0 {
		return nil, fmt.Errorf("%s has no folders", root)
	}
	path, folder := regexp.QuoteMeta(modulePath), strings.Join(folders, "|")
	return regexp.Compile(`(^|[^\w./~-])` + path + `(/(?:` + folder + `)\b|/")|((?:module|require|replace) )` + path + `([ \\"])`)
}

func editText(text []byte, mentions *regexp.Regexp, _, to string) ([]byte, error) {
	return mentions.ReplaceAll(text, []byte("${1}${3}"+to+"${2}${4}")), nil // a module path has no $
}

// editGo also formats: gofmt sorts imports by their paths.
func editGo(text []byte, mentions *regexp.Regexp, from, to string) ([]byte, error) {
	edited, err := editText(text, mentions, from, to)
	if err != nil || bytes.Equal(text, edited) {
		return text, err
	}
	return format.Source(edited)
}

// editModule changes the module's own line, or another module's requirement and replacement.
func editModule(text []byte, _ *regexp.Regexp, from, to string) ([]byte, error) {
	file, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		return nil, err
	}
	if file.Module != nil && file.Module.Mod.Path == from {
		if err := file.AddModuleStmt(to); err != nil {
			return nil, err
		}
		return file.Format()
	}
	for _, required := range file.Require {
		if renameIn(required.Syntax, from, to) {
			renameIn(required.Syntax, required.Mod.Version, firstVersion(to))
		}
	}
	for _, replaced := range file.Replace {
		renameIn(replaced.Syntax, from, to)
	}
	file.SortBlocks()
	return modfile.Format(file.Syntax), nil
}

// renameIn replaces a word of a line in go.mod, and reports whether the line has it.
func renameIn(line *modfile.Line, from, to string) bool {
	i := slices.Index(line.Token, from)
	if i >= 0 {
		line.Token[i] = to
	}
	return i >= 0
}

// firstVersion is v0.0.0, or v2.0.0 for a path that ends in /v2. A module that is replaced by a
// folder needs some version, of the right major.
func firstVersion(path string) string {
	_, suffix, _ := module.SplitPathVersion(path)
	return cmp.Or(module.PathMajorPrefix(suffix), "v0") + ".0.0"
}
