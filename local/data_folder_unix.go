//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// lock reserves the data folder for this run. The system releases the lock when the process ends,
// however it ends.
func lock(dir string) error {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	// The file stays open: closing it would release the lock.
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// isOwn reports whether the file belongs to the user who runs this program.
func isOwn(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == uint32(os.Getuid())
}

// hasOtherNames reports whether the file has a second name, a hard link.
func hasOtherNames(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Nlink > 1
}
