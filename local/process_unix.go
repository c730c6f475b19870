//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// endWithChildren makes the end of the command's context end the command's own children too: `go run` does not pass
// a signal on to the program that it runs.
func endWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
