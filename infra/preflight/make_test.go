package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// makeIn runs the project's Makefile in a folder where go and npx only note their arguments, each
// in brackets. first is what preflight prints, and "" has it fail; the failing'th run of npx fails.
func makeIn(t *testing.T, first string, failing string, args ...string) (ran []string, ok bool) {
	t.Helper()
	folder := t.TempDir()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	write := func(path, text string, mode os.FileMode) {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	note := "#!/bin/sh\n{ printf %s \"${0##*/}\"; printf ' [%s]' \"$@\"; echo; } >> ran\n"
	write("Makefile", string(makefile), 0o644)
	write("package.json", "{}", 0o644)
	write("package-lock.json", "{}", 0o644)
	write("node_modules/.installed", "", 0o644)
	write("node_modules/.bin/go", note+"[ -n \"$FIRST\" ] && echo \"$FIRST\"\n", 0o755)
	write("node_modules/.bin/npx", note+"[ \"$(grep -c ^npx ran)\" != \"$FAILING\" ]\n", 0o755)
	command := exec.Command("make", append([]string{"--no-print-directory"}, args...)...)
	command.Dir = folder
	for _, variable := range os.Environ() { // what a make around this test has set is not for this one
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "STAGE" && name != "APPROVAL" && name != "YES" {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "FIRST="+first, "FAILING="+failing)
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	text, _ := os.ReadFile(filepath.Join(folder, "ran"))
	for line := range strings.Lines(string(text)) {
		ran = append(ran, strings.TrimSpace(line))
	}
	left, _ := filepath.Glob(filepath.Join(folder, "injected*"))
	if len(left) > 0 {
		t.Errorf("a value was run as a command: %q", left)
	}
	return ran, err == nil
}

// TestMake: what make runs. A protected stage's first deployment deploys twice, all others once.
func TestMake(t *testing.T) {
	look := "go [run] [./infra/preflight] [-stage] [staging] [-fix] [-print] [first-deployment]"
	deploy := "npx [cdk] [deploy] [-c] [stage=staging] [--outputs-file] [cdk-outputs.json] [--require-approval] "
	const nasty = `a b"; touch injected1; $(shell touch injected2) $$(touch injected3) ` + "`touch injected4`"
	for name, test := range map[string]struct {
		first, failing string
		args           []string
		want           []string
		fails          bool
	}{
		"First":       {first: "yes", args: []string{"deploy", "STAGE=staging"}, want: []string{look, deploy + "[any-change] [-c] [firstDeployment=true]", deploy + "[never]"}},
		"Later":       {first: "no", args: []string{"deploy", "STAGE=staging"}, want: []string{look, deploy + "[any-change]"}},
		"FirstFails":  {first: "yes", failing: "1", args: []string{"deploy", "STAGE=staging"}, want: []string{look, deploy + "[any-change] [-c] [firstDeployment=true]"}, fails: true},
		"SecondFails": {first: "yes", failing: "2", args: []string{"deploy", "STAGE=staging"}, want: []string{look, deploy + "[any-change] [-c] [firstDeployment=true]", deploy + "[never]"}, fails: true},
		"LaterFails":  {first: "no", failing: "1", args: []string{"deploy", "STAGE=staging"}, want: []string{look, deploy + "[any-change]"}, fails: true},
		"Refused":     {args: []string{"deploy", "STAGE=staging"}, want: []string{look}, fails: true},
		"Approved":    {first: "no", args: []string{"deploy", "STAGE=staging", "APPROVAL=never"}, want: []string{look, deploy + "[never]"}},
		"Yes": {first: "no", args: []string{"deploy", "STAGE=staging", "APPROVAL=never", "YES=1"},
			want: []string{strings.Replace(look, "[-fix]", "[-fix] [-yes]", 1), deploy + "[never]"}},
		"NotYes":    {first: "no", args: []string{"deploy", "STAGE=staging", "YES=0"}, want: []string{look, deploy + "[any-change]"}},
		"Default":   {first: "no", args: []string{"deploy"}, want: []string{strings.ReplaceAll(look, "staging", "dev"), strings.ReplaceAll(deploy, "staging", "dev") + "[any-change]"}},
		"Preflight": {first: "yes", args: []string{"preflight", "STAGE=staging"}, want: []string{"go [run] [./infra/preflight] [-stage] [staging]"}},
		"Diff":      {args: []string{"diff", "STAGE=staging"}, want: []string{"npx [cdk] [diff] [-c] [stage=staging]"}},
		"Destroy":   {args: []string{"destroy", "STAGE=staging"}, want: []string{"npx [cdk] [destroy] [-c] [stage=staging]"}},
		"Quoted": {first: "no", args: []string{"deploy", "STAGE=" + nasty, "APPROVAL=" + nasty}, want: []string{
			strings.ReplaceAll(look, "[staging]", "["+nasty+"]"), "npx [cdk] [deploy] [-c] [stage=" + nasty + "] [--outputs-file] [cdk-outputs.json] [--require-approval] [" + nasty + "]"}},
	} {
		t.Run(name, func(t *testing.T) {
			ran, ok := makeIn(t, test.first, test.failing, test.args...)
			if diff := cmp.Diff(test.want, ran); diff != "" || ok == test.fails {
				t.Errorf("it ends with %v and runs (-want +got):\n%s", ok, diff)
			}
		})
	}
}
