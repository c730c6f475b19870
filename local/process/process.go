// Package process starts the child processes of the local run, and ends each of them together with
// everything that it has started.
//
//	output, err := process.Command{Path: "go", Args: []string{"run", "./infra/app"}, Dir: root}.Run(ctx)
//	child, err := process.Command{Path: node, Args: args}.Start()
//	child.Stop(time.Second)
//
// Each child has its own process group. Ctrl-C in the terminal therefore reaches only the local
// run, which then stops its children in order, and a kill reaches the child's own children: `go
// run`, for one, doesn't pass signals on.
package process

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command is a program to start.
type Command struct {
	Path string
	Args []string
	Dir  string
	Env  []string // in addition to this process's environment
}

func (c Command) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), c.Env...)
	setProcessGroup(cmd)
	cmd.Cancel = func() error { return killProcessGroup(cmd.Process) }
	return cmd
}

// Run runs the program to its end and returns what it prints. The end of ctx kills the program; the
// error is then that of ctx.
func (c Command) Run(ctx context.Context) (output string, err error) {
	printed, err := c.command(ctx).CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(printed), err
}

// Process is a running child.
type Process struct {
	// Stdin is the pipe to the child's standard input. The system closes it when this process ends,
	// however it ends.
	Stdin io.Closer

	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{}
}

// Start starts the program and doesn't wait for it.
func (c Command) Start() (*Process, error) {
	p := &Process{cmd: c.command(context.Background()), ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	var err error
	if p.Stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Ended is closed when the process has ended, by Stop or by itself.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Stop closes the standard input, which asks the process to end, kills it if it hasn't ended after
// grace, and waits for its end.
func (p *Process) Stop(grace time.Duration) {
	p.Stdin.Close()
	select {
	case <-p.ended:
	case <-time.After(grace):
		killProcessGroup(p.cmd.Process)
		<-p.ended
	}
}

// Output returns what the process has printed. It must have ended.
func (p *Process) Output() string {
	<-p.ended
	return p.output.String()
}

// NodeError returns the line of Node's output with the error, or else the last line.
func NodeError(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for _, line := range lines {
		if strings.Contains(line, "Error: ") {
			return strings.TrimSpace(line)
		}
	}
	return lines[len(lines)-1]
}
