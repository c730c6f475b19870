//go:build !unix

package main

import "os/exec"

// endWithChildren leaves the children to end by themselves here: a synthesis takes seconds.
func endWithChildren(*exec.Cmd) {}

// lock does not keep a second run out of the data folder here.
func lock(string) error { return nil }
