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
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"signpost/internal/cfn"
	"signpost/local/apigateway"
	"signpost/local/cognito"
	"signpost/local/issuer"
	"signpost/local/loopback"
	"signpost/local/s3"
	"signpost/local/scanner"
	"signpost/local/webhook"
)

// region is the region that the stack pretends to be in. Signatures name it.
const region = "us-east-1"

// grace is how long open requests may take to finish after Ctrl-C.
const grace = 1500 * time.Millisecond

// stack is everything that runs.
type stack struct {
	name     string
	dir      string // the data folder
	state    *state
	template *cfn.Template
	names    names           // of the template's resources
	cognito  *cognito.Server // nil if the template has no user pool
	pool     cognito.Pool
	issuer   *issuer.Server // nil if the template's callers are not signed in by it
	s3       *s3.Server
	scanner  atomic.Pointer[scanner.Scanner] // nil if the template has no malware protection plan
	gateway  *apigateway.API
	events   *webhook.Sender
	etags    sync.Map // of stored versions that wait for their scan, by version
	outputs  outputs
	servers  map[net.Listener]*http.Server
	console  *console

	webhookURL string // "" if events are only printed
}

// run starts the stack and serves it until ctx ends.
func run(ctx context.Context, o options) error {
	root, err := projectRoot()
	if err != nil {
		return err
	}
	// The S3 server changes the working directory, so paths are absolute from here on.
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	if o.outputs, err = checkOutputs(o.outputs); err != nil {
		return fmt.Errorf("-outputs: %w", err)
	}
	state, err := takeDataFolder(dir)
	if err != nil {
		return err
	}
	page, err := net.Listen("tcp", o.addr)
	if err != nil {
		return fmt.Errorf("the page can't be served on %s (if another run uses it, choose another port with -addr): %w", o.addr, err)
	}
	defer page.Close()
	api, err := loopback.Listen(state.Ports.API)
	if err != nil {
		return err
	}
	defer api.Close()

	s, err := start(ctx, root, dir, o, state, page, api)
	defer s.close()
	if ctx.Err() != nil {
		return nil // interrupted during the start, which is not an error
	}
	if err != nil {
		return err
	}
	return s.serve(ctx, page, api, o.outputs)
}

// checkOutputs returns the absolute path of the outputs file, if it can be written; "" stays "".
func checkOutputs(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if err := checkWritable(filepath.Dir(path)); err != nil {
		return "", err
	}
	return path, checkReplaceable(path)
}

// start starts everything that the template describes. The stack it returns has to be closed even
// if there is an error.
func start(ctx context.Context, root, dir string, o options, state *state, page, api net.Listener) (*stack, error) {
	s := &stack{dir: dir, webhookURL: o.webhook, state: state, console: newConsole(os.Stdout)}
	node, err := findNode(root)
	if err != nil {
		return s, err
	}
	issuer, err := s.reserveIssuer(o.stage)
	if err != nil {
		return s, err
	}
	settings := cdkContext{stage: o.stage, pagePort: pagePort(page)}
	if issuer != nil {
		defer func() {
			if s.issuer == nil {
				issuer.Close()
			}
		}()
		settings.issuerURL = issuer.URL
	}
	var template string
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		s.name, template, err = synthesize(groupCtx, root, filepath.Join(dir, "cdk.out"), settings)
		return err
	})
	group.Go(func() error { return buildPage(groupCtx, root, node, s.pageDir()) })
	group.Go(func() (err error) {
		s.cognito, err = cognito.Start(groupCtx, cognito.Config{
			Node: node, Script: filepath.Join(root, cognitoScript), Dir: filepath.Join(dir, "cognito"), Port: state.Ports.Cognito,
			IssuerDomain: issuerDomain,
		})
		return err
	})
	const doing = "Synthesizing the template, building the page and starting the sign-in service (a minute or two the first time)"
	if err := s.console.during(doing, progressInterval, group.Wait); err != nil {
		return s, err
	}
	if s.template, s.names, err = loadTemplate(template, s.name); err != nil {
		return s, err
	}
	if err := s.startIssuer(ctx, issuer, node, root, page); err != nil {
		return s, err
	}
	if err := s.assemble(ctx, page, api); err != nil {
		return s, err
	}
	state.Ports.API, state.Ports.S3 = api.Addr().(*net.TCPAddr).Port, s.s3.Port
	if s.cognito != nil {
		state.Ports.Cognito = s.cognito.Port
	}
	return s, state.write()
}

// close stops everything at once: after Ctrl-C, all of it has two seconds.
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
	if s.issuer != nil {
		closing.Go(s.issuer.Close)
	}
	if s.s3 != nil {
		closing.Go(func() { s.s3.Close(ctx) })
	}
	if scanner := s.scanner.Load(); scanner != nil {
		closing.Go(scanner.Close)
	}
	if s.events != nil {
		closing.Go(s.events.Close)
	}
	closing.Wait()
}

// serve serves until ctx ends or a part of the stack ends by itself.
func (s *stack) serve(ctx context.Context, page, api net.Listener, outputsFile string) error {
	failed := make(chan error, 2)
	pages := newPage(os.DirFS(s.pageDir()), s.name, s.outputs)
	s.servers = map[net.Listener]*http.Server{api: newHTTPServer(api, s.gateway), page: newHTTPServer(page, pages)}
	for listener, server := range s.servers {
		go func() { failed <- server.Serve(listener) }()
	}
	s.console.ready(s)
	if outputsFile != "" {
		// Scripts wait for this file, so it comes last: everything runs and is printed by then.
		if err := s.outputs.write(s.name, outputsFile); err != nil {
			return err
		}
	}

	var cognitoEnded, issuerEnded <-chan struct{} // never, without a user pool or an issuer
	if s.cognito != nil {
		cognitoEnded = s.cognito.Ended()
	}
	if s.issuer != nil {
		issuerEnded = s.issuer.Ended()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-s.s3.Failed():
	case <-cognitoEnded:
		err = errors.New("cognito-local ended by itself")
	case <-issuerEnded:
		err = errors.New("oidc-provider ended by itself")
	}
	return err
}

// newHTTPServer answers requests for the listener's own address only, and limits how long a slow
// client can keep a connection.
func newHTTPServer(listener net.Listener, h http.Handler) *http.Server {
	return &http.Server{Handler: loopback.Host(listener.Addr(), h), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second}
}

// The data folder's contents.

func (s *stack) pageDir() string     { return filepath.Join(s.dir, "page") }
func (s *stack) s3Dir() string       { return filepath.Join(s.dir, "s3") }
func (s *stack) functionLog() string { return filepath.Join(s.dir, "function.log") }
func (s *stack) secretFile() string  { return filepath.Join(s.dir, "webhook-secret") }
func (s *stack) undelivered() string { return filepath.Join(s.dir, "undelivered.jsonl") }

// filesDir has the bucket's objects as files that are named by their keys.
func (s *stack) filesDir() string {
	return filepath.Join(s.s3Dir(), "data", s.outputs.UploadBucketName)
}
