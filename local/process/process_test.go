package process

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	output, err := Command{Path: "sh", Args: []string{"-c", `echo "$GREETING"; echo oops >&2; exit 3`}, Env: []string{"GREETING=hello"}}.Run(t.Context())
	if err == nil || output != "hello\noops\n" {
		t.Errorf("got %q, %v", output, err)
	}
}

// Run returns only when the output is closed, which the grandchild holds open until it is killed
// too.
func TestRunKillsGrandchildren(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := Command{Path: "sh", Args: []string{"-c", "sleep 60 & wait"}}.Run(ctx)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != context.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the grandchild is still running")
	}
}

func TestStop(t *testing.T) {
	for name, script := range map[string]string{"Obeys": "echo started; cat", "Ignores": "echo started; sleep 60 & wait"} {
		t.Run(name, func(t *testing.T) {
			p, err := Command{Path: "sh", Args: []string{"-c", script}}.Start()
			if err != nil {
				t.Fatal(err)
			}
			p.Stop(200 * time.Millisecond)
			select {
			case <-p.Ended():
			default:
				t.Error("it hasn't ended")
			}
			if output := p.Output(); strings.Trim(output, "\n") != "started" && name == "Obeys" {
				t.Errorf("it printed %q", output)
			}
		})
	}
}

func TestStartFails(t *testing.T) {
	if _, err := (Command{Path: "/nowhere/program"}).Start(); err == nil {
		t.Error("no error")
	}
}
