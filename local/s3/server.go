// Package s3 is the stack's bucket on this machine: versitygw, embedded, with files on disk.
//
// Signatures, CORS, checksums, conditional writes and multipart are versitygw's own. What the template says about
// the bucket and its callers is laid on top:
//
//	server, err := s3.Start(ctx, s3.Config{Dir: dir, Bucket: name, CORS: rules, Policy: statements, Users: users})
//	server.URL       // "http://127.0.0.1:PORT", path-style
//	server.Close(ctx)
//
// Only one server fits in a process: versitygw changes the working directory to its data and keeps global state.
// Nothing in the process may call os.Chdir after Start.
package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
)

// Config says what the bucket is and who may use it.
type Config struct {
	Dir    string      // data folder, made if it is missing; keeps objects and unfinished uploads between runs
	Port   int         // the port to listen on; 0, or one that is taken: a free one
	Region string      // the region that signatures must name
	Bucket string      // physical name
	CORS   []CORSRule  // the bucket's CORS rules, as in the template
	Policy []Statement // the bucket's policy, as in the template
	Users  []User      // the roles that sign, each with what its policy allows
	Log    func(Request)
}

// CORSRule is one rule of AWS::S3::Bucket CorsConfiguration.
type CORSRule struct {
	AllowedHeaders, AllowedMethods, AllowedOrigins, ExposedHeaders []string
	MaxAge                                                         int32
}

// Request is one answered S3 request, for the log. It never holds the query: a signed URL is a credential.
type Request struct {
	Method, Path string
	Status       int
	Code         string // S3's error code, or empty
	Duration     time.Duration
}

// Server is a running S3.
type Server struct {
	URL  string
	Port int

	gateway *s3api.S3ApiServer
	failed  chan error
}

// Start makes the bucket as the config says and serves it on loopback.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	store, err := openStore(cfg)
	if err != nil {
		return nil, err
	}
	users := newUsers(cfg.Users)
	be := &guardedBackend{Backend: store, policy: newPolicy(cfg, time.Now)}
	if err := createBucket(ctx, store, cfg); err != nil {
		return nil, fmt.Errorf("s3: bucket %s: %w", cfg.Bucket, err)
	}
	if err := be.policy.validate(cfg.Bucket, users); err != nil {
		return nil, fmt.Errorf("s3: the policy of bucket %s: %w", cfg.Bucket, err)
	}

	// A port found free may be taken by another program before the gateway listens on it: then try another.
	for range 5 {
		port, err := freePort(cfg.Port)
		if err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
		server, err := listen(cfg, port, be, users)
		if err == nil {
			return server, nil
		}
		if !errors.Is(err, errPortTaken) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("s3: no free port on 127.0.0.1")
}

var errPortTaken = errors.New("port taken")

func listen(cfg Config, port int, be backend.Backend, users *users) (*Server, error) {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	listening := make(chan struct{})
	gateway, err := s3api.New(be, rootUser(), cfg.Region, users, nil, nil, nil, nil,
		s3api.WithQuiet(),
		s3api.WithConcurrencyLimiter(4096, 1024),
		s3api.WithMpMaxParts(10_000),
		// One connection a request: a kept-alive one would hold up Ctrl-C for as long as the browser idles.
		s3api.WithMiddleware("/", guard(listersOf(cfg.Users), cfg.Log)),
		s3api.WithOnListen(func() { close(listening) }),
	)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	s := &Server{URL: "http://" + addr, Port: port, gateway: gateway, failed: make(chan error, 1)}
	go func() { s.failed <- gateway.ServeMultiPort([]string{addr}) }()
	select {
	case <-listening:
		return s, nil
	case err := <-s.failed:
		return nil, fmt.Errorf("s3: %w: %w", errPortTaken, err)
	}
}

// Failed receives an error if the server ends by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Close stops the server; requests under way get until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.gateway.ShutDown() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// freePort gives the wanted port if it is free, or else any that is.
func freePort(wanted int) (int, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: wanted})
	if err != nil && wanted != 0 {
		return freePort(0)
	}
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// openStore opens the folder. Where the file system has no extended attributes (some tmpfs, some macOS volumes),
// metadata goes to a folder beside the data.
func openStore(cfg Config) (backend.Backend, error) {
	// versitygw changes to the data folder and uses relative paths from then on.
	root, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	data := filepath.Join(root, "data")
	opts := posix.PosixOpts{Concurrency: 256, CopyObjectThreshold: 5 << 30}
	if err := os.MkdirAll(data, 0o755); err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	var metadata meta.MetadataStorer = meta.XattrMeta{}
	if (meta.XattrMeta{}).Test(data) != nil {
		opts.SideCarDir = filepath.Join(root, "metadata")
		if err := os.MkdirAll(opts.SideCarDir, 0o755); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
		if metadata, err = meta.NewSideCar(opts.SideCarDir); err != nil {
			return nil, fmt.Errorf("s3: %w", err)
		}
	}
	store, err := posix.New(data, metadata, opts)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return store, nil
}

// createBucket makes the bucket, or keeps the one there is, and gives it the template's CORS rules.
func createBucket(ctx context.Context, be backend.Backend, cfg Config) error {
	acl := []byte(`{"Owner":"` + rootAccess + `"}`)
	_, err := be.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &cfg.Bucket})
	if err != nil {
		err = be.CreateBucket(ctx, &s3.CreateBucketInput{
			Bucket:                    &cfg.Bucket,
			ObjectOwnership:           types.ObjectOwnershipBucketOwnerEnforced,
			CreateBucketConfiguration: &types.CreateBucketConfiguration{},
		}, acl)
		if err != nil {
			return err
		}
	}
	if len(cfg.CORS) == 0 {
		return be.DeleteBucketCors(ctx, cfg.Bucket)
	}
	rules, err := corsXML(cfg.CORS)
	if err != nil {
		return err
	}
	return be.PutBucketCors(ctx, cfg.Bucket, rules)
}

const rootAccess = "AKIAROOT000000000000"

// rootUser is versitygw's administrator. Nobody signs as it: its secret is made anew and forgotten.
func rootUser() middlewares.RootUserConfig {
	return middlewares.RootUserConfig{Access: rootAccess, Secret: rand.Text()}
}

// guardedBackend is the store with what AWS does and versitygw does not: see exact_body.go and policy.go.
type guardedBackend struct {
	backend.Backend
	policy *policy
}

func (b *guardedBackend) GetBucketPolicy(ctx context.Context, bucket string) ([]byte, error) {
	if bucket != b.policy.bucket {
		return nil, s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)
	}
	return b.policy.forRequest(ctx)
}

// Policies come from the template alone.
func (b *guardedBackend) PutBucketPolicy(context.Context, string, []byte) error {
	return s3err.GetAPIError(s3err.ErrAccessDenied)
}

var _ auth.IAMService = (*users)(nil)
