package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"signpost/internal/cfn"
	"signpost/local/apigateway"
	"signpost/local/cognito"
	"signpost/local/loopback"
	"signpost/local/s3"
)

// region is where the stack pretends to be; signatures name it.
const region = "us-east-1"

// grace is how long requests under way may take after Ctrl-C.
const grace = 1500 * time.Millisecond

// stack is everything that runs.
type stack struct {
	name     string
	dir      string
	kept     *kept
	template *cfn.Template
	names    names // of the template's resources
	cognito  *cognito.Server
	s3       *s3.Server
	gateway  *apigateway.API
	outputs  outputs
	servers  map[net.Listener]*http.Server
	console  *console
}

// run starts the stack, says so, and serves until ctx ends.
func run(ctx context.Context, o options) error {
	root, err := projectRoot()
	if err != nil {
		return err
	}
	// The S3 server changes the working directory: paths are absolute from here on.
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	if o.outputs != "" {
		if o.outputs, err = filepath.Abs(o.outputs); err != nil {
			return err
		}
		if err := writable(filepath.Dir(o.outputs)); err != nil {
			return fmt.Errorf("-outputs: %w", err)
		}
		if err := checkReplaceable(o.outputs); err != nil {
			return fmt.Errorf("-outputs: %w", err)
		}
	}
	kept, err := takeFolder(dir)
	if err != nil {
		return err
	}
	page, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("the page cannot be served on %s (is another run using it? -addr takes another port): %w", o.addr, err)
	}
	defer page.Close()
	api, err := loopback.Listen(kept.Ports.API)
	if err != nil {
		return err
	}
	defer api.Close()

	s, err := start(ctx, root, dir, o.stage, kept, page, api)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil // interrupted while starting: not a failure
		}
		return err
	}
	return s.serve(ctx, page, api, o.outputs)
}

// takeFolder makes the data folder this run's alone, and gives what an earlier one kept in it.
func takeFolder(dir string) (*kept, error) {
	if err := makePrivate(dir); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made and kept from others (-dir takes another): %w", err)
	}
	if err := writable(dir); err != nil {
		return nil, fmt.Errorf("the data folder cannot be written (-dir takes another): %w", err)
	}
	if err := lock(dir); err != nil {
		return nil, fmt.Errorf("another run is using the data folder %s (-dir takes another)", dir)
	}
	return readKept(dir)
}

// start brings up everything that the template describes. What has started is in the stack even on an error.
func start(ctx context.Context, root, dir, stage string, kept *kept, page, api net.Listener) (*stack, error) {
	s := &stack{dir: dir, kept: kept, console: newConsole(os.Stdout)}
	node, err := findNode(root)
	if err != nil {
		return s, err
	}
	var template string
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		s.name, template, err = synthesize(groupCtx, root, filepath.Join(dir, "cdk.out"), stage, pagePort(page))
		return err
	})
	group.Go(func() error { return buildPage(groupCtx, root, node, s.pageFolder()) })
	group.Go(func() (err error) {
		s.cognito, err = cognito.Start(groupCtx, cognito.Config{
			Node: node, Script: filepath.Join(root, cognitoScript), Dir: filepath.Join(dir, "cognito"), Port: kept.Ports.Cognito,
		})
		return err
	})
	const doing = "Synthesizing the template, building the page, starting Cognito (a minute or two the first time)"
	if err := s.console.during(doing, sayEvery, group.Wait); err != nil {
		return s, err
	}
	if s.template, s.names, err = loadTemplate(template, s.name); err != nil {
		return s, err
	}
	if err := s.assemble(ctx, page, api); err != nil {
		return s, err
	}
	kept.Ports = ports{API: api.Addr().(*net.TCPAddr).Port, S3: s.s3.Port, Cognito: s.cognito.Port}
	return s, kept.write()
}

// pageFolder is where the demo page's files are built.
func (s *stack) pageFolder() string {
	return filepath.Join(s.dir, "page")
}

// close ends what start started, all at once: Ctrl-C has two seconds for everything.
func (s *stack) close() {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	var closing sync.WaitGroup
	for _, server := range s.servers {
		closing.Go(func() {
			if server.Shutdown(ctx) != nil {
				server.Close()
			}
		})
	}
	if s.cognito != nil {
		closing.Go(s.cognito.Close)
	}
	if s.s3 != nil {
		closing.Go(func() { s.s3.Close(ctx) })
	}
	closing.Wait()
}

// serve answers until ctx ends or a part of the stack ends by itself.
func (s *stack) serve(ctx context.Context, page, api net.Listener, outputsFile string) error {
	failed := make(chan error, 2)
	pages := newPage(os.DirFS(s.pageFolder()), s.name, s.outputs)
	s.servers = map[net.Listener]*http.Server{api: newHTTPServer(api, s.gateway), page: newHTTPServer(page, pages)}
	for listener, server := range s.servers {
		go func() { failed <- server.Serve(listener) }()
	}
	s.console.ready(s)
	if outputsFile != "" {
		// Last of all: whoever waits for the file finds everything running, and said.
		if err := s.outputs.write(s.name, outputsFile); err != nil {
			return err
		}
	}

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-s.s3.Failed():
	case <-s.cognito.Ended():
		err = errors.New("cognito-local ended by itself")
	}
	return err
}

// newHTTPServer answers to this machine alone, and bounds how long a slow client can hold a connection.
func newHTTPServer(at net.Listener, h http.Handler) *http.Server {
	return &http.Server{Handler: loopback.Host(at.Addr(), h), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second}
}

// writable proves that files can be made in the folder.
func writable(dir string) error {
	probe, err := os.CreateTemp(dir, ".probe")
	if err != nil {
		return err
	}
	probe.Close()
	return os.Remove(probe.Name())
}
