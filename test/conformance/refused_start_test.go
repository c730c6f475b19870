package conformance_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRefusedStart starts runs that cannot be: each says in words what is wrong, and ends with status 1.
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
		"ErrAllInterfacesIP6": {good, []string{"-addr", "[::]:0"}, "loopback"},
		"ErrOtherAddress":     {good, []string{"-addr", "192.0.2.1:0"}, "loopback"},
		"ErrOtherName":        {good, []string{"-addr", "example.com:0"}, "loopback"},
		"ErrPortAlone":        {good, []string{"-addr", "8080"}, "HOST:PORT"},
		"ErrDirIsAFile":       {good, []string{"-dir", file}, file},
		"ErrDirBelowAFile":    {good, []string{"-dir", filepath.Join(file, "data")}, file},
		"ErrDirCannotBeMade":  {good, []string{"-dir", "/proc/signpost"}, "/proc/signpost"},
		"ErrOutputsNowhere":   {good, []string{"-outputs", filepath.Join(file, "outputs.json")}, "-outputs"},
		"ErrUnknownFlag":      {good, []string{"-port", "80"}, "-port"},
		"ErrFlagWithoutValue": {good, []string{"-addr"}, "-addr"},
		"ErrArgument":         {good, []string{"now"}, `"now"`},
		"ErrOutsideProject":   {t.TempDir(), nil, "inside the Signpost project"},
		"ErrNoNodeModules":    {without("node_modules"), nil, "npm ci"},
		"ErrNoCDKJSON":        {without("cdk.json"), nil, "cdk.json"},
		"ErrUnknownStage":     {projectRoot, []string{"-stage", "nope"}, "local, dev, staging, production"},
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

// checkComplaint checks how a run ended that could not go on.
func checkComplaint(t *testing.T, r *localRun, says string) {
	t.Helper()
	said := r.stderr.String()
	if code := r.process.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit status %d", code)
	}
	if !strings.Contains(said, says) {
		t.Errorf("it does not name %s: %q", says, said)
	}
	// What goes wrong in the synthesis is told in the CDK app's own words, behind a line of introduction.
	lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	if introduced := strings.Contains(lines[0], "cannot be synthesized"); len(lines) != 1 && !(introduced && len(lines) == 2) {
		t.Errorf("it says %d lines: %q", len(lines), said)
	}
	for _, line := range lines {
		if words, ok := strings.CutPrefix(line, "local: "); !ok || strings.TrimSpace(words) == "" {
			t.Errorf("a line says nothing: %q", line)
		}
	}
	for _, mark := range []string{"goroutine", "panic", ".go:", "\x1b", "exit status"} {
		if strings.Contains(said, mark) {
			t.Errorf("it says %q: %q", mark, said)
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
	if said := r.stdout.String(); !r.process.ProcessState.Success() || !strings.HasPrefix(said, "Usage: ") || !strings.Contains(said, "Example: ") {
		t.Errorf("%s: %s%s", r.process.ProcessState, said, &r.stderr)
	}
}

// TestPartsEnd: a run whose Cognito ends is no run any more, and says so.
func TestPartsEnd(t *testing.T) {
	t.Parallel()
	r := runEdited(t, synthesizedTemplate(t))
	children, err := childrenOf(r.process.Process.Pid)
	if err != nil || len(children) != 1 {
		t.Fatalf("the children are %v: %v", children, err)
	}
	killProcess(children[0])
	select {
	case <-r.ended:
	case <-time.After(stopLimit):
		t.Fatal("it runs on")
	}
	if said := r.stderr.String(); r.process.ProcessState.ExitCode() != 1 || !strings.Contains(said, "cognito-local") {
		t.Errorf("%s: %q", r.process.ProcessState, said)
	}
}

// TestPageIsForThisMachine: a page of the web whose name is made to point here must not read the passwords.
func TestPageIsForThisMachine(t *testing.T) {
	t.Parallel()
	localOnly(t, "only a local run serves the page")
	config := func(host string) answer {
		r, err := http.NewRequest("GET", target.Local.PageUrl+"config.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		a, err := exchange(r)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	_, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(target.Local.PageUrl, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1:" + port, "localhost:" + port} {
		var stacks map[string]stack
		if a := config(host); a.status != 200 || json.Unmarshal(a.body, &stacks) != nil || len(stacks) != 1 {
			t.Errorf("as %s the page gets %d", host, a.status)
		}
	}
	for _, host := range []string{"evil.example", "evil.example:" + port, "127.0.0.1.evil.example:" + port, "localhost.evil.example", "192.0.2.1:" + port} {
		if a := config(host); a.status != 421 || strings.Contains(string(a.body), target.Local.Users[0].Password) {
			t.Errorf("as %s the page gets %d", host, a.status)
		}
	}
}
