package s3

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
)

// store is versitygw's, with what is needed to look into it.
type store struct {
	backend.Backend
	metadata meta.MetadataStorer
	data     string // the folder with the bucket's
	beside   string // the folder with the metadata, where the file system has no extended attributes
	bucket   string
}

func (s *store) bucketDir() string { return filepath.Join(s.data, s.bucket) }

// openStore opens the folder. Where the file system has no extended attributes (some tmpfs, some macOS volumes),
// metadata goes to a folder beside the data. All of it is for its owner alone, whatever the umask.
func openStore(cfg Config) (*store, error) {
	// versitygw changes to the data folder and uses relative paths from then on.
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
		s.beside = filepath.Join(root, "metadata")
		opts.SideCarDir = s.beside
		if err := os.MkdirAll(s.beside, 0o700); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
		if s.metadata, err = meta.NewSideCar(s.beside); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
	}
	if s.Backend, err = posix.New(s.data, s.metadata, opts); err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return s, nil
}

// createBucket makes the bucket, or keeps the one there is, and gives it the template's CORS rules.
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
	// A run that was killed while it made the bucket may have left it without these.
	if err := s.PutBucketAcl(ctx, s.bucket, acl); err != nil {
		return err
	}
	if err := s.PutBucketOwnershipControls(ctx, s.bucket, ownership); err != nil {
		return err
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
