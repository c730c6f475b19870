package main

import (
	"fmt"
	"os"
)

// takeDataFolder reserves the data folder for this run and returns the state that an earlier run
// left in it.
func takeDataFolder(dir string) (*state, error) {
	if err := makePrivate(dir); err != nil {
		return nil, fmt.Errorf("the data folder can't be made private (choose another with -dir): %w", err)
	}
	if err := checkWritable(dir); err != nil {
		return nil, fmt.Errorf("the data folder is not writable (choose another with -dir): %w", err)
	}
	if err := lock(dir); err != nil {
		return nil, fmt.Errorf("another run is using the data folder %s (choose another with -dir)", dir)
	}
	return readState(dir)
}

// makePrivate creates the folder if it is missing and removes everybody else's access to it,
// whatever the umask is.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if !isOwn(info) {
		return fmt.Errorf("%s belongs to another user", dir)
	}
	return os.Chmod(dir, 0o700)
}

// checkWritable creates a file in the folder and removes it.
func checkWritable(dir string) error {
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}
