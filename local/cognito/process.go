// Package cognito is the stack's user pool on this machine: cognito-local as a child process on a loopback port, its
// pool and client as in the template, and the check of the tokens that it issues.
//
//	server, err := cognito.Start(ctx, cognito.Config{Node: node, Script: script, Dir: dir})
//	pool, err := server.CreatePool(ctx, name, poolProperties, clientProperties)
//	claims, err := server.Verify(ctx, token, []string{pool.ARN})
//	server.Close()
//
// cognito-local signs with a key that is public and guards its admin API with nothing: it must never listen on
// anything but loopback.
package cognito

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/keyfunc/v3"
)

// Config says how to start cognito-local.
type Config struct {
	Node   string // the node binary
	Script string // cognito-local's start.js
	Dir    string // where it keeps its users; made if it is missing
	Port   int    // the port to listen on; 0, or one that is taken: a free one
}

// Server is a running cognito-local.
type Server struct {
	URL  string
	Port int

	process *exec.Cmd
	stdin   io.Closer
	ended   chan struct{}

	running  context.Context // ends with Close
	stop     context.CancelFunc
	keysLock sync.Mutex
	keys     map[string]keyfunc.Keyfunc // by issuer
}

// untilStdinCloses starts the script named in argv and ends with the parent: when the parent dies, however it dies,
// the pipe closes.
const untilStdinCloses = `process.stdin.resume().on("close", () => process.exit(0)); require(process.argv[1])`

// Start runs cognito-local and waits until it answers. Tokens name its URL as their issuer: those of an earlier run
// over the same folder hold only on the same port.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	port, err := freePort(cfg.Port)
	if err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	cmd := exec.Command(cfg.Node, "-e", untilStdinCloses, cfg.Script)
	cmd.Dir = cfg.Dir
	cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+strconv.Itoa(port))
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	ownProcessGroup(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cognito: %w", err)
	}
	s := &Server{URL: "http://127.0.0.1:" + strconv.Itoa(port), Port: port, process: cmd, stdin: stdin, ended: make(chan struct{}), keys: map[string]keyfunc.Keyfunc{}}
	s.running, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		cmd.Wait()
		close(s.ended)
	}()
	if err := s.waitUntilReady(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("cognito: cognito-local did not start: %w: %s", err, reason(output.String()))
	}
	return s, nil
}

func (s *Server) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if response, err := http.Get(s.URL + "/health"); err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case <-s.ended:
			return errors.New("it ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Ended is closed when the process has ended, by Close or by itself.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Close ends the process and waits for it.
func (s *Server) Close() {
	s.stop()
	s.stdin.Close()
	select {
	case <-s.ended:
	case <-time.After(time.Second):
		s.process.Process.Kill()
		<-s.ended
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

// reason finds the line of node's output that says what went wrong, or else the last one.
func reason(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	for _, line := range lines {
		if strings.Contains(line, "Error: ") {
			return strings.TrimSpace(line)
		}
	}
	return lines[len(lines)-1]
}
