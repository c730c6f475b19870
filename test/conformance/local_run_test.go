package conformance_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// localRun is a running `local`.
type localRun struct {
	stack
	dir            string // its data folder
	process        *exec.Cmd
	stdout, stderr output
	ended          chan struct{} // closed once it has ended
}

// output collects what a process prints; it may be read meanwhile.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func buildLocal(dir string) (binary string, err error) {
	binary = filepath.Join(dir, "local.exe") // Windows wants the suffix, nobody else minds
	build := exec.Command("go", "build", "-o", binary, "./local")
	build.Dir = projectRoot
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./local: %w\n%s", err, output)
	}
	return binary, nil
}

// launch starts `local` in the project's folder with these arguments, and waits for nothing.
func launch(project string, args ...string) (*localRun, error) {
	r := &localRun{process: exec.Command(localBinary, args...), ended: make(chan struct{})}
	r.process.Dir = project
	r.process.Stdout, r.process.Stderr = &r.stdout, &r.stderr
	r.process.WaitDelay = time.Second // a child that outlives it would hold its output open
	if err := r.process.Start(); err != nil {
		return nil, err
	}
	running.Store(r, true)
	go func() {
		r.process.Wait()
		running.Delete(r)
		close(r.ended)
	}()
	return r, nil
}

// startRun starts `local` on free ports, with its data in dir, and waits until it is ready.
func startRun(project, dir string, args ...string) (*localRun, error) {
	outputs := dir + ".json"
	os.Remove(outputs) // of an earlier run over the same data
	r, err := launch(project, append([]string{"-addr", "127.0.0.1:0", "-dir", dir, "-outputs", outputs}, args...)...)
	if err != nil {
		return nil, err
	}
	r.dir = dir
	deadline := time.After(2 * time.Minute) // the first compilation of the CDK takes most of a minute
	for {
		if _, err := os.Stat(outputs); err == nil {
			r.stack, err = readOutputs(outputs)
			return r, err
		}
		select {
		case <-r.ended:
			return nil, fmt.Errorf("the local run ended while it started: %s: %s", r.process.ProcessState, &r.stderr)
		case <-deadline:
			r.kill()
			return nil, fmt.Errorf("the local run was not ready after two minutes: %s%s", &r.stdout, &r.stderr)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// startRunFor starts a run that ends with the test.
func startRunFor(t *testing.T, project, dir string, args ...string) *localRun {
	t.Helper()
	r, err := startRun(project, dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	return r
}

// complaints are what the run printed on its standard error, except versitygw's line on a client
// that goes away within the first 8 KiB of a body, which tests here do on purpose.
func (r *localRun) complaints() string {
	return strings.ReplaceAll(r.stderr.String(), "\x1b[31m[INTERNAL ERROR]: unexpected EOF\x1b[0m\n", "")
}

// stopLimit is how long stopping may take on a busy machine; a run that takes longer hangs. The run
// itself gives open requests 1.5 s.
const stopLimit = 10 * time.Second

// endLimit is how long a busy machine may take to remove a process that has ended. A process that
// is there after that was left behind.
const endLimit = 2 * time.Second

// stop ends the run by a signal, and returns an error if it took too long, failed, or left a
// process behind.
func (r *localRun) stop(signal syscall.Signal) error {
	children, err := childrenOf(r.process.Process.Pid)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := r.process.Process.Signal(signal); err != nil {
		return fmt.Errorf("the local run: %w", err)
	}
	select {
	case <-r.ended:
	case <-time.After(2 * stopLimit):
		r.kill()
	}
	took := time.Since(start)
	switch {
	case took > stopLimit:
		return fmt.Errorf("the local run took %s to stop on %s; it has %s", took, signal, stopLimit)
	case !r.process.ProcessState.Success():
		return fmt.Errorf("the local run ended on %s with %s: %s", signal, r.process.ProcessState, &r.stderr)
	case r.complaints() != "":
		return fmt.Errorf("the local run complained: %s", r.complaints())
	}
	return allGone(children, endLimit)
}

// kill ends the run at once. It may have ended already.
func (r *localRun) kill() {
	r.process.Process.Kill()
	<-r.ended
}

// killProcess ends a process of a run; it may have ended already.
func killProcess(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
	}
}

// childrenOf finds the processes that have this parent; there is at least Cognito's.
func childrenOf(parent int) ([]int, error) {
	parents, err := processParents()
	if err != nil || parents == nil {
		return nil, err
	}
	var children []int
	for pid, ppid := range parents {
		if ppid == parent {
			children = append(children, pid)
		}
	}
	if len(children) == 0 {
		return nil, errors.New("the local run has no child process; where is Cognito?")
	}
	return children, nil
}

// descendantsOf finds the children, their children, and so on.
func descendantsOf(ancestor int) ([]int, error) {
	parents, err := processParents()
	if err != nil {
		return nil, err
	}
	var found []int
	for pid := range parents {
		for up := parents[pid]; up > 1; up = parents[up] {
			if up == ancestor {
				found = append(found, pid)
				break
			}
		}
	}
	return found, nil
}

// processParents maps each process to its parent; it returns nil where there is no /proc.
func processParents() (map[int]int, error) {
	if runtime.GOOS != "linux" {
		fmt.Fprintln(os.Stderr, "NOT CHECKED: whether the local run leaves processes behind; that is read from /proc, on Linux alone")
		return nil, nil
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parents := map[int]int{}
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		// "pid (name) state ppid …", where the name may hold anything.
		rest := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parents[pid], _ = strconv.Atoi(rest[1])
	}
	return parents, nil
}

// allGone waits up to this long for processes to end.
func allGone(pids []int, grace time.Duration) error {
	deadline := time.Now().Add(grace)
	for {
		var left []int
		for _, pid := range pids {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err == nil && !bytes.Contains(stat, []byte(") Z ")) { // a zombie has ended
				left = append(left, pid)
			}
		}
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the local run left processes behind: %v", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// running holds the runs that have not ended.
var running sync.Map

// endRunsBeforeTimeout kills every run shortly before `go test -timeout` ends this process, which
// would leave them orphaned. It returns a function that cancels that.
func endRunsBeforeTimeout() (cancel func()) {
	limit, err := time.ParseDuration(flag.Lookup("test.timeout").Value.String())
	if err != nil || limit <= 0 {
		return func() {}
	}
	timer := time.AfterFunc(max(limit-time.Second, limit/2), func() {
		running.Range(func(r, _ any) bool {
			r.(*localRun).process.Process.Kill()
			return true
		})
	})
	return func() { timer.Stop() }
}
