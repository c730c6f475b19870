// Package cognito runs the stack's user pool on this machine: it starts cognito-local as a child
// process, creates the pool and app client of the template in it, and verifies the tokens that it
// issues. The tokens name the issuer that they would name on AWS.
//
//	server, err := cognito.Start(ctx, cognito.Config{Node: node, Script: script, Dir: dir, IssuerDomain: domain})
//	server.AllowOrigins(origins)
//	pool, err := server.CreatePool(ctx, name, poolProperties, clientProperties)
//	claims, err := server.Verify(ctx, token, []string{pool.ARN}, nil)
//	verifier := &http.Client{Transport: server.Transport(pool, http.DefaultTransport)}
//	server.Close()
//
// cognito-local signs with a key pair that anyone can download, doesn't protect its admin API, and
// answers every page. So it listens on a socket in a private folder, which no page and no other
// user of the machine can reach. A proxy on a loopback port forwards what a page needs.
package cognito

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/MicahParks/keyfunc/v3"

	"signpost/local/loopback"
	"signpost/local/process"
)

// Config says how to start cognito-local.
type Config struct {
	Node          string        // the node binary
	Script        string        // cognito-local's start.js
	Dir           string        // where it stores users; created if it is missing
	Port          int           // the port of the proxy; a free one if it is 0 or taken
	IssuerDomain  string        // where the tokens say that they are from, as on AWS: "https://cognito-idp.us-east-1.amazonaws.com"
	HeaderTimeout time.Duration // how long a client may take to send the headers of a request; 0 is 10 seconds
}

// Server is a running cognito-local.
type Server struct {
	URL    string
	Port   int
	Socket string // serves the whole API, to the owner of the data folder

	process      *process.Process
	client       *http.Client // calls the socket
	listener     net.Listener
	web          *http.Server
	origins      atomic.Pointer[[]string]
	issuerDomain string

	keysLock sync.Mutex
	keys     map[string]keyfunc.Keyfunc // by the pool's id
}

//go:embed child.cjs
var childScript string

// Start starts cognito-local and waits until it answers.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := launch(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	return s, nil
}

func launch(ctx context.Context, cfg Config) (*Server, error) {
	socket, err := prepare(cfg.Dir, cfg.IssuerDomain)
	if err != nil {
		return nil, err
	}
	listener, err := loopback.Listen(cfg.Port)
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	s := &Server{
		URL: "http://127.0.0.1:" + strconv.Itoa(port), Port: port, Socket: socket,
		client: clientOf(socket), listener: listener, issuerDomain: cfg.IssuerDomain, keys: map[string]keyfunc.Keyfunc{},
	}
	s.web = s.proxy(cmp.Or(cfg.HeaderTimeout, 10*time.Second))
	s.process, err = process.Command{
		Path: cfg.Node, Args: []string{"-e", childScript, cfg.Script}, Dir: cfg.Dir,
	}.Start()
	if err != nil {
		listener.Close()
		return nil, err
	}
	if err := s.waitUntilReady(ctx); err != nil {
		listener.Close()
		s.Close()
		return nil, fmt.Errorf("cognito-local didn't start: %w: %s", err, process.NodeError(s.process.Output()))
	}
	go s.web.Serve(listener)
	return s, nil
}

// socketName is the name of the socket in the folder.
const socketName = "socket"

// maxSocketPath is the longest path of a socket that every system accepts (sun_path in <sys/un.h>,
// with its zero byte, has 108 bytes on Linux and 104 on macOS).
const maxSocketPath = 103

// prepare makes the folder private and writes cognito-local's configuration file into it. It
// returns the path of the socket.
func prepare(dir, issuerDomain string) (socket string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", err
	}
	store := filepath.Join(dir, ".cognito")
	if err := os.MkdirAll(store, 0o700); err != nil {
		return "", err
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.Chmod(path, 0o700)
		case entry.Type().IsRegular():
			return errors.Join(os.Chmod(path, 0o600), checkComplete(path))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	socket = filepath.Join(dir, socketName)
	if len(socket) > maxSocketPath {
		short, err := os.MkdirTemp("", "signpost-") // which is private
		if err != nil {
			return "", err
		}
		socket = filepath.Join(short, socketName)
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	config, err := json.Marshal(map[string]any{
		"ServerConfig": map[string]string{"port": socket},
		"TokenConfig":  map[string]string{"IssuerDomain": issuerDomain},
	})
	if err != nil {
		return "", err
	}
	return socket, os.WriteFile(filepath.Join(store, "config.json"), config, 0o600)
}

// checkComplete refuses a truncated file of the store. cognito-local takes an empty one for a store
// without users, and does not name any other.
func checkComplete(path string) error {
	if filepath.Ext(path) != ".json" {
		return nil
	}
	content, err := os.ReadFile(path)
	if err == nil && !json.Valid(content) {
		err = fmt.Errorf("%s is not complete JSON: restore a copy, or delete the folder %s to start without users", path, filepath.Dir(filepath.Dir(path)))
	}
	return err
}

// clientOf returns a client that connects to the socket, whatever host a URL has.
func clientOf(socket string) *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
}

func (s *Server) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if response, err := s.client.Get("http://cognito-local/health"); err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case <-s.Ended():
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Ended is closed when the process has ended, by Close or by itself.
func (s *Server) Ended() <-chan struct{} { return s.process.Ended() }

// Close ends the process and waits for it.
func (s *Server) Close() {
	s.web.Close()
	s.client.CloseIdleConnections()
	s.process.Stop(time.Second)
	os.Remove(s.Socket)
	os.Remove(filepath.Dir(s.Socket)) // fails for the data folder, which is not empty
}
