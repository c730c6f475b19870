package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/local/s3"
)

// kept is what the next run over the same data folder takes over from this one, so that open pages, tokens and signed
// URLs outlive a restart, as they outlive one of a service on AWS.
//
// The credentials are those of the functions' roles at the S3 of this machine. On AWS they live for hours and know
// nothing of S3's restarts. What they may do is not kept: it is the template's at every start.
type kept struct {
	file string

	Ports       ports
	Credentials map[string]aws.Credentials // by the function's logical id
	Passwords   map[string]string          // by the user's name
}

// ports on 127.0.0.1; 0 is none yet.
type ports struct{ API, S3, Cognito int }

// readKept reads what an earlier run left in the folder; nothing is no error.
func readKept(dir string) (*kept, error) {
	k := &kept{file: filepath.Join(dir, "kept.json"), Credentials: map[string]aws.Credentials{}, Passwords: map[string]string{}}
	raw, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, k)
	}
	if err != nil {
		return nil, fmt.Errorf("what an earlier run kept in %s cannot be read (delete the file to start without): %w", k.file, err)
	}
	return k, nil
}

// write puts it into the folder.
func (k *kept) write() error { return writeSecrets(k.file, k) }

// credentials are the function's of the run before, or else new ones.
func (k *kept) credentials(function string) aws.Credentials {
	if _, ok := k.Credentials[function]; !ok {
		k.Credentials[function] = s3.NewCredentials()
	}
	return k.Credentials[function]
}

// password is the user's of the run before, or else a new one.
func (k *kept) password(username string) string {
	if k.Passwords[username] == "" {
		k.Passwords[username] = rand.Text()[:12] + "-a1"
	}
	return k.Passwords[username]
}

// writeSecrets writes the value as JSON, for its owner alone.
func writeSecrets(path string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(path, append(raw, '\n'))
}
