package s3

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
)

// store is versitygw's store on the file system.
type store struct {
	backend.Backend
	metadata meta.MetadataStorer
	data     string // the folder with the bucket's folder
	sidecar  string // the folder with the metadata, if the file system has no extended attributes
	versions string // the folder with the versions that aren't current, if the bucket has versions
	bucket   string

	keys    locks        // of objects that are being changed, or whose metadata is being read
	folders sync.RWMutex // held to write by whoever removes folders, to read by whoever adds files to them
}

func (s *store) bucketDir() string { return filepath.Join(s.data, s.bucket) }

// openStore opens the data folder. If its file system has no extended attributes (some tmpfs, some
// macOS volumes), metadata is stored in a separate folder. Only the owner can read any of it,
// whatever the umask is.
func openStore(cfg Config) (*store, error) {
	// versitygw changes the working directory to the data folder.
	root, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	s := &store{data: filepath.Join(root, "data"), bucket: cfg.Bucket, metadata: meta.XattrMeta{}}
	opts := posix.PosixOpts{Concurrency: 256, CopyObjectThreshold: 5 << 30}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	if cfg.noAttributes || (meta.XattrMeta{}).Test(s.data) != nil {
		s.sidecar = filepath.Join(root, "metadata")
		opts.SideCarDir = s.sidecar
		if err := os.MkdirAll(s.sidecar, 0o700); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
		if s.metadata, err = meta.NewSideCar(s.sidecar); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
	}
	if cfg.Versioned {
		s.versions = filepath.Join(root, "versions")
		opts.VersioningDir = s.versions
		if err := os.MkdirAll(s.versions, 0o700); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
	}
	if s.Backend, err = newPosix(s.data, s.metadata, opts); err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return s, nil
}

// newPosix creates versitygw's store without the lines that it prints about its folders: the run
// prints its own.
func newPosix(data string, metadata meta.MetadataStorer, opts posix.PosixOpts) (backend.Backend, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	defer func(stdout *os.File) { os.Stdout = stdout }(os.Stdout)
	os.Stdout = null
	return posix.New(data, metadata, opts)
}

// createBucket creates the bucket if it doesn't exist, and sets the template's CORS rules.
func (s *store) createBucket(ctx context.Context, rules []CORSRule) error {
	acl := []byte(`{"Owner":"` + rootAccess + `"}`)
	const ownership = types.ObjectOwnershipBucketOwnerEnforced
	if _, err := s.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket}); err != nil {
		err = s.CreateBucket(ctx, &s3.CreateBucketInput{
			Bucket: &s.bucket, ObjectOwnership: ownership, CreateBucketConfiguration: &types.CreateBucketConfiguration{},
		}, acl)
		if err != nil {
			return err
		}
	}
	// If an earlier run was killed while it created the bucket, these may be missing.
	if err := s.PutBucketAcl(ctx, s.bucket, acl); err != nil {
		return err
	}
	if err := s.PutBucketOwnershipControls(ctx, s.bucket, ownership); err != nil {
		return err
	}
	if s.isVersioned() {
		if err := s.PutBucketVersioning(ctx, s.bucket, types.BucketVersioningStatusEnabled); err != nil {
			return err
		}
	}
	if len(rules) == 0 {
		return s.DeleteBucketCors(ctx, s.bucket)
	}
	raw, err := corsXML(rules)
	if err != nil {
		return err
	}
	return s.PutBucketCors(ctx, s.bucket, raw)
}
