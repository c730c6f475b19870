package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writePrivate writes a file that only its owner can read, whatever the umask is. The file appears
// complete or not at all, so that a script can wait for it and a kill leaves no partial file. It is
// always a new file, which nobody else can have open.
func writePrivate(path string, content []byte) error {
	if err := checkReplaceable(path); err != nil {
		return err
	}
	partial, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name()) // fails after the rename
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

// checkReplaceable refuses to replace what another user may have put there: in a shared folder,
// they may have guessed the name.
func checkReplaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s exists and is not a regular file (%s): delete it or choose another name", path, info.Mode().Type())
	case !isOwn(info):
		return fmt.Errorf("%s exists and belongs to another user: choose a file in a folder of your own", path)
	case hasOtherNames(info):
		return fmt.Errorf("%s exists and has a second name (a hard link): delete it or choose another name", path)
	}
	return nil
}
