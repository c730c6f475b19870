// Package issuer runs an OpenID Connect issuer on this machine, for stages whose callers another
// issuer than Cognito signs in: oidc-provider, as a child process, with two users, a client for the
// page and one for programs.
//
//	reserved, err := issuer.Reserve(port)
//	template := synthesize(reserved.URL)
//	server, err := reserved.Start(ctx, issuer.Config{Node: node, Script: script, Dir: dir, …})
//	server.Close()
//
// It stands in for Auth0, Okta, Entra ID or Keycloak: its access tokens are JWTs that it signs with
// a key of its own. It has no second factor, and doesn't limit attempts.
package issuer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"signpost/local/loopback"
	"signpost/local/process"
)

// User is a user who can sign in.
type User struct {
	Subject  string   `json:"subject"` // the claim sub
	Username string   `json:"username"`
	Password string   `json:"password"`
	Name     string   `json:"name"`
	Groups   []string `json:"groups"` // the claim groups of access tokens
}

// Config says how to start the issuer.
type Config struct {
	Node     string   // the node binary
	Script   string   // provider/main.mjs
	Dir      string   // where it keeps its keys, sessions and the secret; created if it is missing
	Audience string   // the API that access tokens are for
	Pages    []string // the page's URLs: the redirect URIs
	Users    []User
}

// PageClientID is the page's client. It has no secret.
const PageClientID = "signpost-page"

// MachineClientID is the client of programs, which get a token without a user.
const MachineClientID = "signpost-machine"

// Reservation is a port for an issuer. The template has to name the issuer's URL before it is known
// whether the template needs the issuer at all.
type Reservation struct {
	URL  string // the claim iss
	Port int

	listener net.Listener
}

// Reserve reserves the port, or a free one if it is 0. Files belong to a user of an issuer, by the
// issuer's URL, so it is an error if another program has the port of an earlier run.
func Reserve(port int) (*Reservation, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return nil, fmt.Errorf("issuer: port %d, which is in the URL that the users' files belong to, can't be used (end the program that has it, or choose another data folder with -dir): %w", port, err)
	}
	port = listener.Addr().(*net.TCPAddr).Port
	return &Reservation{URL: "http://127.0.0.1:" + strconv.Itoa(port), Port: port, listener: listener}, nil
}

// Close gives the port up. After Start, the server has it.
func (r *Reservation) Close() { r.listener.Close() }

// Server is a running issuer.
type Server struct {
	URL               string
	MachineSecretFile string // has the secret of MachineClientID

	process *process.Process
	socket  string
	web     *http.Server
}

// Start starts oidc-provider and waits until it answers. It listens on a socket in the folder; the
// port forwards to it.
func (r *Reservation) Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := r.start(ctx, cfg)
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("issuer: %w", err)
	}
	return s, nil
}

func (r *Reservation) start(ctx context.Context, cfg Config) (*Server, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(dir); err != nil {
		return nil, err
	}
	s := &Server{URL: r.URL, MachineSecretFile: filepath.Join(dir, "machine-secret")}
	if s.socket, err = newSocket(dir); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "settings.json")
	if err := s.writeSettings(settings, cfg); err != nil {
		return nil, err
	}
	s.web = s.proxy(r.listener.Addr())
	s.process, err = process.Command{Path: cfg.Node, Args: []string{cfg.Script, settings}, Dir: dir}.Start()
	if err != nil {
		return nil, err
	}
	if err := s.waitUntilReady(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("oidc-provider didn't start: %w: %s", err, process.NodeError(s.process.Output()))
	}
	go s.web.Serve(r.listener)
	return s, nil
}

// makePrivate creates the folder, if it is missing, and takes away others' access to it and to the
// files of an earlier run, which have keys in them.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.Chmod(path, 0o700)
		case entry.Type().IsRegular():
			return os.Chmod(path, 0o600)
		}
		return nil
	})
}

// maxSocketPath is the longest path of a socket that every system accepts (sun_path in <sys/un.h>,
// with its zero byte, has 108 bytes on Linux and 104 on macOS).
const maxSocketPath = 103

// newSocket returns the path of a socket that doesn't exist yet.
func newSocket(dir string) (string, error) {
	socket := filepath.Join(dir, "socket")
	if len(socket) > maxSocketPath {
		short, err := os.MkdirTemp("", "signpost-") // which is private
		return filepath.Join(short, "socket"), err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return socket, nil
}

// writeSettings writes what main.mjs reads: configuration.mjs has its type.
func (s *Server) writeSettings(path string, cfg Config) error {
	text, err := json.Marshal(map[string]any{
		"issuer": s.URL, "socket": s.socket, "audience": cfg.Audience, "users": cfg.Users,
		"pageClient": PageClientID, "pages": cfg.Pages,
		"machineClient": MachineClientID, "machineSecretFile": s.MachineSecretFile,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func (s *Server) transport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", s.socket)
	}}
}

// proxy is a web server that forwards to the socket what is meant for this machine, and limits how
// long a slow client can keep a connection.
func (s *Server) proxy(address net.Addr) *http.Server {
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address.String()})
			r.Out.Host = r.In.Host
		},
		Transport: s.transport(),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			http.Error(w, "the local issuer doesn't answer", http.StatusBadGateway)
		},
	}
	limited := http.MaxBytesHandler(forward, 64<<10)
	return &http.Server{
		Handler:           loopback.Host(address, limited),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second,
	}
}

func (s *Server) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	client := &http.Client{Transport: s.transport(), Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for {
		if response, err := client.Get("http://issuer/.well-known/openid-configuration"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
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

// Close ends the process, waits for it, and gives the port up.
func (s *Server) Close() {
	s.web.Close()
	s.process.Stop(time.Second)
	os.Remove(s.socket)
	os.Remove(filepath.Dir(s.socket)) // fails for the data folder, which is not empty
}
