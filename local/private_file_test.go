//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", path, got, want)
	}
}

// A data folder that everybody can read becomes private too.
func TestDataFolderIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	parent := t.TempDir()
	old := filepath.Join(parent, "old")
	if err := os.Mkdir(old, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{old, filepath.Join(parent, "new", "below")} {
		if _, err := takeDataFolder(dir); err != nil {
			t.Fatal(err)
		}
		wantMode(t, dir, 0o700)
	}
}

func TestWritePrivate(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		before := syscall.Umask(umask)
		path := filepath.Join(t.TempDir(), "outputs.json")
		err := writePrivate(path, []byte("first"))
		if err == nil {
			err = writePrivate(path, []byte("second"))
		}
		syscall.Umask(before)
		if err != nil {
			t.Fatal(err)
		}
		wantMode(t, path, 0o600)
		if got, err := os.ReadFile(path); string(got) != "second" {
			t.Errorf("got %q, %v", got, err)
		}
		if left, _ := filepath.Glob(path + "?*"); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
	}
}

// In a shared folder, another user may have put something there before.
func TestWritePrivateRefusesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "outputs.json")
	for name, c := range map[string]struct {
		plant func() error
		want  string
	}{
		"ErrSymlink":  {func() error { return os.Symlink(victim, path) }, "not a regular file"},
		"ErrHardLink": {func() error { return os.Link(victim, path) }, "second name"},
		"ErrPipe":     {func() error { return syscall.Mkfifo(path, 0o666) }, "not a regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(victim, []byte("mine"), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := c.plant(); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(path)
			for _, err := range []error{writePrivate(path, []byte("secret")), run(t.Context(), options{dir: filepath.Join(dir, "data"), outputs: path})} {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want an error with %q", err, c.want)
				}
			}
			if got, _ := os.ReadFile(victim); string(got) != "mine" {
				t.Errorf("it wrote %q to the other file", got)
			}
		})
	}
}

func TestOtherUsersFile(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("NOT RUN: only root can create a file of another user")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "outputs.json")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, of := range []string{path, dir} {
		if err := os.Chown(of, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	if err := writePrivate(path, nil); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("the file: got %v", err)
	}
	if _, err := takeDataFolder(dir); err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("the folder: got %v", err)
	}
}
