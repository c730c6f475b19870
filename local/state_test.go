package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Open pages, tokens and signed URLs stay valid only if all of this comes back.
func TestState(t *testing.T) {
	dir := t.TempDir()
	first, err := readState(dir)
	if err != nil {
		t.Fatal(err)
	}
	credentials, password := first.credentials("Upload"), first.password("ada@example.com")
	if credentials.SecretAccessKey == "" || len(password) < 8 {
		t.Fatal("a first run has no credentials or no password")
	}
	first.Ports = ports{API: 1, S3: 2, Cognito: 3}
	if err := first.write(); err != nil {
		t.Fatal(err)
	}
	second, err := readState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if second.Ports != first.Ports {
		t.Errorf("the ports were %v and are now %v", first.Ports, second.Ports)
	}
	if second.credentials("Upload") != credentials || second.password("ada@example.com") != password {
		t.Error("the credentials or the password have changed")
	}
	if second.credentials("Download") == credentials || second.password("grace@example.com") == password {
		t.Error("two functions, or two users, share a secret")
	}
	if other, err := readState(t.TempDir()); err != nil || other.credentials("Upload") == credentials || other.Ports != (ports{}) {
		t.Errorf("the run of another folder has the same state: %v", err)
	}
}

func TestStateIsPrivate(t *testing.T) {
	dir := t.TempDir()
	k, err := readState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.write(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "state.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestReadStateNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "state.json")
	for _, content := range []string{"", "half of {", `{"Ports": {"S3": "x"}}`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readState(dir); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%q: got %v", content, err)
		}
	}
}
