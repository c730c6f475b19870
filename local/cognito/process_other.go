//go:build !unix

package cognito

import "os/exec"

// ownProcessGroup does nothing here: the child ends when its standard input closes.
func ownProcessGroup(*exec.Cmd) {}
