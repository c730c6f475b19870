package main

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDocs compares the messages that docs/operations.md quotes with those in package check. The
// subject before the colon is a string literal there, exactly. The parts of the rest, between any
// "…", are each within one.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "\n| it says | because | do |\n")
	if !ok {
		t.Fatal("docs/operations.md has no table of what preflight says")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	literals := literalsIn(t, "check/*.go")
	all := strings.Join(literals.list, "\n")
	quotes := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) < 2 {
			continue
		}
		for _, quote := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			quotes++
			message := quote[1]
			if subject, rest, found := strings.Cut(message, ": "); found {
				message = rest
				if !literals.has[subject] {
					t.Errorf("%q is quoted, and no finding has the subject %q", quote[1], subject)
				}
			}
			for part := range strings.SplitSeq(message, "…") {
				if !strings.Contains(all, strings.TrimSpace(part)) {
					t.Errorf("%q is quoted, and no finding contains %q", quote[1], part)
				}
			}
		}
	}
	if quotes < 15 {
		t.Errorf("there are only %d quotes", quotes)
	}
}

type stringLiterals struct {
	list []string
	has  map[string]bool
}

// literalsIn returns the string literals in Go files, without those in tests.
func literalsIn(t *testing.T, pattern string) stringLiterals {
	t.Helper()
	literals := stringLiterals{has: map[string]bool{}}
	files, _ := filepath.Glob(pattern)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s scanner.Scanner
		s.Init(token.NewFileSet().AddFile(file, -1, len(code)), code, nil, 0)
		for kind := token.ILLEGAL; kind != token.EOF; {
			var literal string
			if _, kind, literal = s.Scan(); kind != token.STRING {
				continue
			}
			value, err := strconv.Unquote(literal)
			if err != nil {
				t.Fatal(err)
			}
			literals.list = append(literals.list, value)
			literals.has[value] = true
		}
	}
	return literals
}
