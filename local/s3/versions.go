package s3

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/versity/versitygw/backend/meta"
)

// Versions on disk. The current version of an object is a file in the bucket's folder, as in a
// bucket without versions. The others are in the versions folder, where versitygw looks for them: a
// folder for each key, named by the key's hash, with a file for each version, named by its id.
//
// versitygw 1.8.0 copies a deleted object to the versions folder, and turns the file in the bucket's
// folder, with all its bytes, into a delete marker. That takes long for a large file, a kill can
// leave half of it, and If-None-Match: * is then refused. So here a deletion moves the file, and the
// delete marker is a small file in the versions folder. It contains the key, because the hash
// doesn't tell it. A key without a current version always has a delete marker as its newest version.
const (
	markerEnd  = ".deleted"  // of a delete marker, "<version id>.deleted"
	pendingEnd = ".deleting" // of a delete marker, until the object has been moved
	nullID     = "null"      // the id of a version that was stored before the bucket had versions
)

// version is a version of an object that isn't the current one, or a delete marker.
type version struct {
	id       string
	isMarker bool
	stored   time.Time
}

// order sorts versions by time. Ids are ULIDs, which begin with the time.
func (v version) order() string {
	if v.id != nullID {
		return v.id
	}
	var id ulid.ULID
	id.SetTime(ulid.Timestamp(v.stored))
	return id.String()
}

func (s *store) isVersioned() bool { return s.versions != "" }

// versionsBucket is the folder that versitygw takes for the bucket of versions that aren't current.
func (s *store) versionsBucket() string { return filepath.Join(s.versions, s.bucket) }

// versionsOf is the folder in it that has the versions of a key.
func versionsOf(key string) string {
	sum := hashOf(key)
	return filepath.Join(sum[:2], sum[2:4], sum[4:6], sum)
}

// read waits for requests that change the object. It needs to be held only until a file is open.
func (s *store) read(key string) (done func()) { return s.keys.lock(key) }

// change waits for other requests that change the object, and for those that read its metadata.
func (s *store) change(key string) (done func()) {
	unlock := s.keys.lock(key)
	s.folders.RLock()
	return func() {
		s.folders.RUnlock()
		unlock()
	}
}

// exists reports whether the key has a current version.
func (s *store) exists(key string) bool {
	info, err := os.Stat(filepath.Join(s.bucketDir(), key))
	return err == nil && info.Mode().IsRegular()
}

// currentVersion returns the id of the key's current version, or "".
func (s *store) currentVersion(key string) string {
	if !s.isVersioned() || !s.exists(key) {
		return ""
	}
	if id, err := s.metadata.RetrieveAttribute(nil, s.bucket, key, versionAttribute); err == nil {
		return string(id)
	}
	return nullID
}

// otherVersions returns the versions of the key that aren't current, the newest first.
func (s *store) otherVersions(key string) ([]version, error) {
	return s.versionsIn(versionsOf(key))
}

func (s *store) versionsIn(folder string) ([]version, error) {
	entries, err := os.ReadDir(filepath.Join(s.versionsBucket(), folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []version
	for _, entry := range entries {
		info, infoErr := entry.Info()
		if infoErr != nil || strings.HasSuffix(entry.Name(), pendingEnd) {
			continue
		}
		id, isMarker := strings.CutSuffix(entry.Name(), markerEnd)
		all = append(all, version{id, isMarker, info.ModTime()})
	}
	slices.SortFunc(all, func(a, b version) int { return cmp.Compare(b.order(), a.order()) })
	return all, err
}

// hidingMarker returns the id of the delete marker because of which the key has no current version,
// or "".
func (s *store) hidingMarker(key string) string {
	if !s.isVersioned() || s.exists(key) {
		return ""
	}
	others, err := s.otherVersions(key)
	if err != nil || len(others) == 0 || !others[0].isMarker {
		return ""
	}
	return others[0].id
}

// mark adds a delete marker, and moves the current version away if there is one.
func (s *store) mark(key string) (id string, err error) {
	id = ulid.Make().String()
	folder := filepath.Join(s.versionsBucket(), versionsOf(key))
	marker := filepath.Join(folder, id)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(marker+pendingEnd, []byte(key), 0o600); err != nil {
		return "", err
	}
	if s.exists(key) {
		if err := s.move(s.current(key), s.other(key, s.currentVersion(key))); err != nil {
			os.Remove(marker + pendingEnd)
			return "", err
		}
	}
	return id, os.Rename(marker+pendingEnd, marker+markerEnd)
}

// remove deletes one version, or a delete marker, for good. If there is no current version then, the
// newest one becomes current. A version that doesn't exist is no error.
func (s *store) remove(key, id string) (wasMarker bool, err error) {
	others, err := s.otherVersions(key)
	if err != nil {
		return false, err
	}
	isThis := func(v version) bool { return v.id == id }
	i := slices.IndexFunc(others, isThis)
	wasMarker = i >= 0 && others[i].isMarker
	wasCurrent := s.currentVersion(key) == id
	others = slices.DeleteFunc(others, isThis)
	// The version that becomes current replaces the other one in one step, or before its delete
	// marker is removed. After a kill in between there is an old delete marker too many.
	becomesCurrent := (wasCurrent || !s.exists(key)) && len(others) > 0 && !others[0].isMarker
	if becomesCurrent {
		if err := s.move(s.other(key, others[0].id), s.current(key)); err != nil {
			return wasMarker, err
		}
	}
	switch {
	case wasMarker:
		err = os.Remove(filepath.Join(s.versionsBucket(), versionsOf(key), id+markerEnd))
	case i >= 0:
		err = s.unlink(s.other(key, id))
	case wasCurrent && !becomesCurrent:
		err = s.unlink(s.current(key))
	}
	os.Remove(filepath.Join(s.versionsBucket(), versionsOf(key))) // if it is empty now
	return wasMarker, err
}

// place is where a version is, as versitygw names it: a bucket and the path of an object in it.
type place struct{ bucket, object string }

func (s *store) current(key string) place { return place{s.bucket, key} }

func (s *store) other(key, id string) place {
	return place{s.versionsBucket(), filepath.Join(versionsOf(key), id)}
}

func (s *store) path(p place) string {
	if p.bucket == s.bucket {
		return filepath.Join(s.bucketDir(), p.object)
	}
	return filepath.Join(p.bucket, p.object)
}

// move moves a version with its metadata, and replaces what is there. Metadata in a separate folder
// is copied before and deleted after, so that a file always has its metadata.
func (s *store) move(from, to place) error {
	if err := os.MkdirAll(filepath.Dir(s.path(to)), 0o700); err != nil {
		return err
	}
	if s.sidecar == "" {
		return os.Rename(s.path(from), s.path(to))
	}
	if err := s.metadata.DeleteAttributes(to.bucket, to.object); err != nil {
		return err
	}
	names, err := s.metadata.ListAttributes(from.bucket, from.object)
	if err != nil {
		return err
	}
	for _, name := range names {
		value, err := s.metadata.RetrieveAttribute(nil, from.bucket, from.object, name)
		if err == nil {
			err = s.metadata.StoreAttribute(nil, to.bucket, to.object, name, value)
		}
		if err != nil {
			return err
		}
	}
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		return err
	}
	return s.metadata.DeleteAttributes(from.bucket, from.object)
}

func (s *store) unlink(p place) error {
	if err := os.Remove(s.path(p)); err != nil {
		return err
	}
	return s.metadata.DeleteAttributes(p.bucket, p.object)
}

// removeEmptyFolders removes the folders that only the key was in. If another request may be adding
// a file to one of them, they remain: no listing shows them.
func (s *store) removeEmptyFolders(key string) {
	if !s.folders.TryLock() {
		return
	}
	defer s.folders.Unlock()
	for folder := filepath.Dir(key); folder != "."; folder = filepath.Dir(folder) {
		// A folder with an ETag is an object itself, whose key ends with a slash.
		_, err := s.metadata.RetrieveAttribute(nil, s.bucket, folder, etagAttribute)
		if !errors.Is(err, meta.ErrNoSuchKey) || os.Remove(filepath.Join(s.bucketDir(), folder)) != nil {
			return
		}
	}
}

// recoverDeletions finishes the deletions that a kill has interrupted, or undoes those that had not
// begun to move the file. None of them has been answered.
func (s *store) recoverDeletions() error {
	return s.eachKeysVersions(func(folder string) error {
		pending, err := os.ReadDir(filepath.Join(s.versionsBucket(), folder))
		for _, entry := range pending {
			marker := filepath.Join(s.versionsBucket(), folder, entry.Name())
			id, isPending := strings.CutSuffix(marker, pendingEnd)
			if !isPending {
				continue
			}
			key, readErr := os.ReadFile(marker)
			switch {
			case readErr != nil:
				err = errors.Join(err, readErr)
			case len(key) == 0 || s.exists(string(key)):
				err = errors.Join(err, os.Remove(marker))
			default:
				err = errors.Join(err, os.Rename(marker, id+markerEnd))
			}
		}
		return err
	})
}

// eachKeysVersions calls do with each folder that has the versions of a key.
func (s *store) eachKeysVersions(do func(folder string) error) error {
	root := s.versionsBucket()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == tempDir {
			return fs.SkipDir
		}
		folder, err := filepath.Rel(root, path)
		if err != nil || strings.Count(folder, string(filepath.Separator)) < 3 {
			return err
		}
		if err := do(folder); err != nil {
			return err
		}
		return fs.SkipDir
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing has been deleted or overwritten yet
	}
	return err
}
