// Package s3 runs the stack's bucket on this machine: it embeds versitygw, which stores objects as
// files.
//
//	server, err := s3.Start(ctx, s3.Config{Dir: dir, Bucket: name, CORS: rules, Policy: policy, Users: users})
//	server.URL       // "http://127.0.0.1:PORT", path-style
//	server.Close(ctx)
//
// versitygw checks signatures and implements CORS, checksums, conditional writes and multipart
// uploads. This package adds the template's policies, and changes what versitygw does differently
// from AWS.
//
// A process can have only one server: versitygw changes the working directory to its data and has
// global state. After Start, nothing in the process may call os.Chdir.
package s3

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"reflect"
	"time"
	"unsafe"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"

	"signpost/internal/iam"
	"signpost/local/loopback"
)

// Config says what the bucket is and who may use it.
type Config struct {
	Dir    string       // the data folder, created if it is missing; keeps objects and unfinished uploads between runs
	Port   int          // the port to listen on; a free one if it is 0 or taken
	Region string       // the region in the signatures
	Bucket string       // its physical name
	CORS   []CORSRule   // the bucket's CORS rules, as in the template
	Policy iam.Document // the bucket's policy, as in the template
	Users  []User       // the roles that sign
	Log    func(Request)

	// Versioned is whether the bucket keeps versions, as with the status Enabled on AWS.
	Versioned bool

	// These are called after a request has changed an object, before it is answered. So they must
	// return at once. See events.go.
	OnStored  func(StoredEvent)
	OnDeleted func(DeletedEvent)
	OnTagged  func(TaggedEvent)

	// HeaderTimeout is how long a client may take to send the headers of a request (0 is 10
	// seconds), and IdleTimeout how long it may pause in the body (0 is 20 seconds).
	HeaderTimeout, IdleTimeout time.Duration

	noAttributes bool // for tests: as on a file system without extended attributes
}

// CORSRule is one rule of the CorsConfiguration of AWS::S3::Bucket.
type CORSRule struct {
	AllowedHeaders, AllowedMethods, AllowedOrigins, ExposedHeaders []string
	MaxAge                                                         int32
}

// Request is an answered S3 request, for the log. It has no query, because a signed URL is a
// credential.
type Request struct {
	Method, Path string
	Status       int
	Code         string // S3's error code, or ""
	Duration     time.Duration
}

// Server is a running S3.
type Server struct {
	URL  string
	Port int

	gateway *s3api.S3ApiServer
	failed  chan error
}

// Start creates the bucket, or opens the one of an earlier run, and serves it on loopback.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	store, err := openStore(cfg)
	if err != nil {
		return nil, err
	}
	if err := store.createBucket(ctx, cfg.CORS); err != nil {
		return nil, fmt.Errorf("s3: bucket %s: %w", cfg.Bucket, err)
	}
	if err := store.recover(); err != nil {
		return nil, fmt.Errorf("s3: bucket %s: recovery after a killed run: %w", cfg.Bucket, err)
	}
	users := newUsers(cfg.Users)
	policy, err := newPolicy(cfg, time.Now)
	if err == nil {
		err = policy.validate(users)
	}
	if err != nil {
		return nil, fmt.Errorf("s3: the policies for bucket %s: %w", cfg.Bucket, err)
	}
	policy.tags = store.tags
	be := &awsBackend{Backend: store, store: store, policy: policy, events: events{Config: cfg}}
	listener, err := loopback.Listen(cfg.Port)
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	// Without WithKeepAlive, versitygw uses a connection for one request only. A browser's idle
	// connections would delay Ctrl-C.
	gateway, err := s3api.New(be, rootUser(), cfg.Region, users, nil, nil, nil, nil,
		s3api.WithQuiet(),
		s3api.WithConcurrencyLimiter(4096, 1024),
		s3api.WithMpMaxParts(10_000),
		s3api.WithMiddleware("/", middleware(listener.Addr(), cfg.Log)),
	)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("s3: %w", err)
	}
	app, err := fiberApp(gateway)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("s3: %w", err)
	}
	s := &Server{URL: "http://" + listener.Addr().String(), Port: listener.Addr().(*net.TCPAddr).Port, gateway: gateway, failed: make(chan error, 1)}
	timed := &timedListener{
		Listener: listener, header: cmp.Or(cfg.HeaderTimeout, 10*time.Second), idle: cmp.Or(cfg.IdleTimeout, 20*time.Second),
	}
	go func() { s.failed <- app.Listener(timed, fiber.ListenConfig{DisableStartupMessage: true}) }()
	return s, nil
}

// fiberApp returns the gateway's web server, an unexported field. versitygw 1.8.0, the newest
// version, opens its own listeners and has no option for a listener or a timeout, both of which are
// needed here.
func fiberApp(gateway *s3api.S3ApiServer) (*fiber.App, error) {
	field := reflect.ValueOf(gateway).Elem().FieldByName("app")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*fiber.App]() {
		return nil, errors.New("this version of versitygw has no field app of type *fiber.App in s3api.S3ApiServer: see whether it has an option for the listener now")
	}
	return *(**fiber.App)(unsafe.Pointer(field.UnsafeAddr())), nil
}

// Failed receives an error if the server ends by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Close stops the server. Open requests may finish until ctx ends.
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

// rootUser is versitygw's administrator. Nobody can sign as it: its secret is random and not
// stored.
func rootUser() middlewares.RootUserConfig {
	return middlewares.RootUserConfig{Access: rootAccess, Secret: rand.Text()}
}
