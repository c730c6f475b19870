package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRefusedStart starts runs that cannot work: each says what is wrong, and ends with status 1.
func TestRefusedStart(t *testing.T) {
	t.Parallel()
	template := synthesizedTemplate(t)
	good := project(t, template)
	without := func(name string) (folder string) {
		folder = project(t, template)
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	with := func(old, new string) (folder string) {
		changed := bytes.Replace(template, []byte(old), []byte(new), 1)
		if bytes.Equal(changed, template) {
			t.Fatalf("the template has no %s", old)
		}
		return project(t, changed)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	taken := strings.TrimSuffix(strings.TrimPrefix(target.Local.PageUrl, "http://"), "/")
	for name, c := range map[string]struct {
		project string
		args    []string
		says    string
	}{
		"ErrPortInUse":        {good, []string{"-addr", taken}, taken},
		"ErrPortTooHigh":      {good, []string{"-addr", "127.0.0.1:99999"}, "99999"},
		"ErrAllInterfaces":    {good, []string{"-addr", ":0"}, "loopback"},
		"ErrAllInterfacesIP4": {good, []string{"-addr", "0.0.0.0:0"}, "loopback"},
		"ErrOtherName":        {good, []string{"-addr", "example.com:0"}, "loopback"},
		"ErrDirIsAFile":       {good, []string{"-dir", file}, file},
		"ErrDirBelowAFile":    {good, []string{"-dir", filepath.Join(file, "data")}, file},
		"ErrDirCannotBeMade":  {good, []string{"-dir", "/proc/signpost"}, "/proc/signpost"},
		"ErrOutputsNowhere":   {good, []string{"-outputs", filepath.Join(file, "outputs.json")}, "-outputs"},
		"ErrOutsideProject":   {t.TempDir(), nil, "inside the Signpost project"},
		"ErrNoNodeModules":    {without("node_modules"), nil, "npm ci"},
		"ErrNoCDKJSON":        {without("cdk.json"), nil, "cdk.json"},
		"ErrUnknownStage":     {projectRoot, []string{"-stage", "nope"}, "local, local-scan, issuer, dev, staging, production"},
		"ErrTemplateBroken":   {with("{", "{{"), nil, templateFile},
		"ErrPolicyCondition":  {with(`"s3:signatureAge"`, `"s3:unheardOf"`), nil, "s3:unheardOf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			free := []string{"-addr", "127.0.0.1:0", "-dir", filepath.Join(t.TempDir(), "data")}
			r, err := launch(c.project, append(free, c.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(r.kill)
			select {
			case <-r.ended:
			case <-time.After(30 * time.Second): // a first compilation of the CDK apart, it takes seconds
				t.Fatalf("it started, or hangs: %s", &r.stdout)
			}
			checkComplaint(t, r, c.says)
		})
	}
}

// checkComplaint checks how a run ended that could not start.
func checkComplaint(t *testing.T, r *localRun, says string) {
	t.Helper()
	printed := r.stderr.String()
	if code := r.process.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit status %d", code)
	}
	if !strings.Contains(printed, says) {
		t.Errorf("it does not name %s: %q", says, printed)
	}
	// A failed synthesis has a line of introduction before the CDK app's own message.
	lines := strings.Split(strings.TrimSuffix(printed, "\n"), "\n")
	if introduced := strings.Contains(lines[0], "can't be synthesized"); len(lines) != 1 && !(introduced && len(lines) == 2) {
		t.Errorf("it says %d lines: %q", len(lines), printed)
	}
	for _, line := range lines {
		if words, ok := strings.CutPrefix(line, "local: "); !ok || strings.TrimSpace(words) == "" {
			t.Errorf("a line says nothing: %q", line)
		}
	}
	for _, mark := range []string{"goroutine", "panic", ".go:", "\x1b", "exit status"} {
		if strings.Contains(printed, mark) {
			t.Errorf("it says %q: %q", mark, printed)
		}
	}
	if strings.Contains(r.stdout.String(), "is running") {
		t.Errorf("it claims to run: %q", &r.stdout)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	localOnly(t, "it starts the local run")
	r, err := launch(projectRoot, "-help")
	if err != nil {
		t.Fatal(err)
	}
	<-r.ended
	if printed := r.stdout.String(); !r.process.ProcessState.Success() || !strings.HasPrefix(printed, "Usage: ") || !strings.Contains(printed, "Example: ") {
		t.Errorf("%s: %s%s", r.process.ProcessState, printed, &r.stderr)
	}
}
