//go:build !unix

package process

import (
	"os"
	"os/exec"
)

// The local run refuses to start on these systems. This file only keeps the module building there.

func setProcessGroup(*exec.Cmd) {}

func killProcessGroup(p *os.Process) error { return p.Kill() }
