package s3

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// recover repairs what a killed run has left unfinished. Objects and parts are complete or missing,
// because versitygw names a file last.
func (s *store) recover() error {
	folders, err := os.ReadDir(filepath.Join(s.bucketDir(), multipartDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, folder := range folders {
		if err := s.recoverUploads(filepath.Join(multipartDir, folder.Name())); err != nil {
			return err
		}
	}
	if err := s.removeTempFiles(filepath.Join(s.bucketDir(), tempDir)); err != nil {
		return err
	}
	if s.isVersioned() {
		if err := s.removeTempFiles(filepath.Join(s.versionsBucket(), tempDir)); err != nil {
			return err
		}
		if err := s.recoverDeletions(); err != nil {
			return err
		}
	}
	return s.forgetMissingObjects()
}

// recoverUploads handles uploads whose parts were being joined. versitygw renames the folder of an
// upload before it joins the parts, doesn't find it under the new name after a restart, and answers
// a repeated CompleteMultipartUpload as if the first were still running. The folder gets its old
// name back, or is removed if the object has been stored.
func (s *store) recoverUploads(folder string) error {
	entries, err := os.ReadDir(filepath.Join(s.bucketDir(), folder))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		id, rest, _ := strings.Cut(entry.Name(), ".")
		if !entry.IsDir() || !strings.HasSuffix(rest, joiningEnd) {
			continue
		}
		if err := s.endJoining(filepath.Join(folder, entry.Name()), filepath.Join(folder, id)); err != nil {
			return fmt.Errorf("upload %s: %w", id, err)
		}
	}
	return s.removeTempFiles(filepath.Join(s.bucketDir(), folder))
}

// endJoining restores or removes the folder of one upload.
func (s *store) endJoining(joining, upload string) error {
	key, err := s.metadata.RetrieveAttribute(nil, s.bucket, filepath.Dir(upload), keyAttribute)
	if err != nil {
		return err
	}
	if s.completedBy(string(key)) == filepath.Base(upload) {
		s.metadata.DeleteAttributes(s.bucket, joining)
		s.metadata.DeleteAttributes(s.bucket, upload)
		return os.RemoveAll(filepath.Join(s.bucketDir(), joining))
	}
	if err := s.metadata.RenameObject(s.bucket, joining, upload); err != nil {
		return err
	}
	return os.Rename(filepath.Join(s.bucketDir(), joining), filepath.Join(s.bucketDir(), upload))
}

// tempFile matches the name of a file that was being written: the key's hash and digits. On Linux,
// versitygw writes files without a name instead.
var tempFile = regexp.MustCompile(`^[0-9a-f]{64}\.[0-9]+$`)

func (s *store) removeTempFiles(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && tempFile.MatchString(entry.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}

// forgetMissingObjects removes the metadata of missing objects. Metadata in a separate folder is
// written before the object, and a request with If-None-Match: * would then be answered with 412,
// as if the object existed.
func (s *store) forgetMissingObjects() error {
	if s.sidecar == "" {
		return nil
	}
	root := filepath.Join(s.sidecar, s.bucket)
	var missing []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.IsDir() {
			return err
		}
		key, err := filepath.Rel(root, path)
		if err != nil || key == "." {
			return err
		}
		if key == tempDir {
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "meta", etagAttribute)); err != nil {
			return nil
		}
		if _, err := os.Stat(filepath.Join(s.bucketDir(), key)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, key)
		}
		return nil
	})
	for _, key := range missing {
		err = errors.Join(err, s.metadata.DeleteAttributes(s.bucket, key))
	}
	return err
}
