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
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"reflect"
	"time"
	"unsafe"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"

	"signpost/internal/iam"
	"signpost/local/loopback"
)

// Config says what the bucket is and who may use it.
type Config struct {
	Dir    string       // data folder, made if it is missing; keeps objects and unfinished uploads between runs
	Port   int          // the port to listen on; 0, or one that is taken: a free one
	Region string       // the region that signatures must name
	Bucket string       // physical name
	CORS   []CORSRule   // the bucket's CORS rules, as in the template
	Policy iam.Document // the bucket's policy, as in the template
	Users  []User       // the roles that sign
	Log    func(Request)

	// HeaderTimeout is how long a client may take for a request's headers, and IdleTimeout how long it may send nothing
	// of a body; 0: 10 and 20 seconds.
	HeaderTimeout, IdleTimeout time.Duration

	noAttributes bool // as on a file system without extended attributes
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
	if err := store.createBucket(ctx, cfg.CORS); err != nil {
		return nil, fmt.Errorf("s3: bucket %s: %w", cfg.Bucket, err)
	}
	if err := store.recover(); err != nil {
		return nil, fmt.Errorf("s3: bucket %s: what an earlier run left half done: %w", cfg.Bucket, err)
	}
	users := newUsers(cfg.Users)
	policy, err := newPolicy(cfg, time.Now)
	if err == nil {
		err = policy.validate(users)
	}
	if err != nil {
		return nil, fmt.Errorf("s3: the policies for bucket %s: %w", cfg.Bucket, err)
	}
	be := &guardedBackend{Backend: store, store: store, policy: policy}
	listener, err := loopback.Listen(cfg.Port)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	gateway, err := s3api.New(be, rootUser(), cfg.Region, users, nil, nil, nil, nil,
		s3api.WithQuiet(),
		s3api.WithConcurrencyLimiter(4096, 1024),
		s3api.WithMpMaxParts(10_000),
		// One connection a request: a kept-alive one would hold up Ctrl-C for as long as the browser idles.
		s3api.WithMiddleware("/", guard(listener.Addr(), cfg.Log)),
	)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("s3: %w", err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), Port: listener.Addr().(*net.TCPAddr).Port, gateway: gateway, failed: make(chan error, 1)}
	timed := &timedListener{
		Listener: listener, header: cmp.Or(cfg.HeaderTimeout, 10*time.Second), idle: cmp.Or(cfg.IdleTimeout, 20*time.Second),
	}
	app := fiberApp(gateway)
	go func() { s.failed <- app.Listener(timed, fiber.ListenConfig{DisableStartupMessage: true}) }()
	return s, nil
}

// fiberApp is the gateway's web server. versitygw 1.8.0 listens by itself, and has no option for a listener or for a
// time limit.
func fiberApp(gateway *s3api.S3ApiServer) *fiber.App {
	field := reflect.ValueOf(gateway).Elem().FieldByName("app")
	return *(**fiber.App)(unsafe.Pointer(field.UnsafeAddr()))
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

const rootAccess = "AKIAROOT000000000000"

// rootUser is versitygw's administrator. Nobody signs as it: its secret is made anew and forgotten.
func rootUser() middlewares.RootUserConfig {
	return middlewares.RootUserConfig{Access: rootAccess, Secret: rand.Text()}
}

// guardedBackend is the store with what AWS does and versitygw does not: see exact_body.go, multipart.go, missing.go and
// policy.go.
type guardedBackend struct {
	backend.Backend
	store   *store
	policy  *policy
	uploads uploadLocks
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
