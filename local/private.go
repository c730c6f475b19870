package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Objects, passwords and keys are their owner's alone, whatever the umask is and whoever else uses the machine.

// makePrivate makes the folder, or takes the one there is, and keeps everybody else out of it.
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

// writePrivate writes the file for its owner alone. It is there whole or not at all, so that a script can wait for it
// and a kill does not leave half of it; and it is a new file, which nobody else can have opened before.
func writePrivate(path string, content []byte) error {
	if err := checkReplaceable(path); err != nil {
		return err
	}
	partial, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name()) // of no effect once it has its name
	defer partial.Close()
	if err := partial.Chmod(0o600); err != nil {
		return err
	}
	if _, err := partial.Write(content); err != nil {
		return err
	}
	if err := partial.Sync(); err != nil {
		return err
	}
	return os.Rename(partial.Name(), path)
}

// checkReplaceable refuses to write where somebody else has put something: in a folder that others share, they may have
// foreseen the name.
func checkReplaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is there, and is no regular file (%s): delete it or name another", path, info.Mode().Type())
	case !isOwn(info):
		return fmt.Errorf("%s is there, and belongs to another user: name a file in a folder of your own", path)
	case hasOtherNames(info):
		return fmt.Errorf("%s is there, and has a second name (a hard link): delete it or name another", path)
	}
	return nil
}
