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

// state is what the next run over the same data folder needs to keep open pages, tokens and signed
// URLs valid, as they stay valid on AWS when a service restarts.
//
// The credentials are those with which the functions sign for the local S3. On AWS they are valid
// for hours, whether or not S3 restarts. What they allow is not stored: it comes from the template
// at every start.
type state struct {
	file string

	Ports       ports
	Credentials map[string]aws.Credentials // by the function's logical id
	Passwords   map[string]string          // by username
}

// ports on 127.0.0.1; 0 is none yet.
type ports struct{ API, S3, Cognito, Issuer int }

// readState reads the state that an earlier run left in the folder, if any.
func readState(dir string) (*state, error) {
	s := &state{file: filepath.Join(dir, "state.json"), Credentials: map[string]aws.Credentials{}, Passwords: map[string]string{}}
	raw, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, s)
	}
	if err != nil {
		return nil, fmt.Errorf("the state of an earlier run in %s can't be read (delete the file to start without it): %w", s.file, err)
	}
	return s, nil
}

// write stores the state in the folder.
func (s *state) write() error { return writeSecrets(s.file, s) }

// credentials returns the function's credentials, and creates them in the first run.
func (s *state) credentials(function string) aws.Credentials {
	if _, ok := s.Credentials[function]; !ok {
		s.Credentials[function] = s3.NewCredentials()
	}
	return s.Credentials[function]
}

// password returns the user's password, and creates it in the first run.
func (s *state) password(username string) string {
	if s.Passwords[username] == "" {
		s.Passwords[username] = rand.Text()[:12] + "-a1"
	}
	return s.Passwords[username]
}

// writeSecrets writes the value as JSON to a file that only its owner can read.
func writeSecrets(path string, value any) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(path, append(raw, '\n'))
}
