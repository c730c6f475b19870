package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocs: what docs/operations.md quotes of preflight is what it says, "…" standing for what differs.
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
	var source strings.Builder
	files, _ := filepath.Glob("check/*.go")
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(code)
	}
	quotes := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) < 2 {
			continue
		}
		for _, quote := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			quotes++
			said := strings.Replace(quote[1], ": ", "…", 1) // the subject is a text of its own
			for part := range strings.SplitSeq(said, "…") {
				if !strings.Contains(source.String(), strings.TrimSpace(part)) {
					t.Errorf("%q is quoted, and nothing says %q", quote[1], part)
				}
			}
		}
	}
	if quotes < 15 {
		t.Errorf("there are only %d quotes", quotes)
	}
}
