package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// build compiles a function as it is deployed, but for this machine.
func build(s *subject) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags=-s -w -buildid=", "-o", s.binary, s.source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", s.source, err, out)
	}
	info, err := os.Stat(s.binary)
	if err != nil {
		return err
	}
	s.size = info.Size()
	return nil
}

// runtimeAPI is as much of the Lambda Runtime API as one invocation needs ("Using the Lambda
// runtime API for custom runtimes", AWS Lambda Developer Guide).
type runtimeAPI struct {
	server    *http.Server
	address   string
	responses chan response

	// waiting is the run whose function hasn't received its event yet, or 0. Each run has its own
	// address, because the last request of a function that was ended may arrive after the next one
	// has started.
	waiting atomic.Int64
	event   string // of that run
	runs    int64
}

type response struct {
	arrived time.Time
	path    string
	body    []byte
}

func newRuntimeAPI() (*runtimeAPI, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{address: ln.Addr().String(), responses: make(chan response, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{run}/2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /{run}/2018-06-01/runtime/invocation/{id}/{outcome}", a.outcome)
	a.server = &http.Server{Handler: mux}
	go a.server.Serve(ln)
	return a, nil
}

// next sends a run's one event. A function that has answered and asks for another one waits until
// it is ended.
func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	run, _ := strconv.ParseInt(r.PathValue("run"), 10, 64)
	if run == 0 || !a.waiting.CompareAndSwap(run, 0) {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
	w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
	io.WriteString(w, a.event)
}

func (a *runtimeAPI) outcome(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusAccepted)
	a.responses <- response{arrived: arrived, path: r.URL.Path, body: body}
}

func (a *runtimeAPI) close() { a.server.Close() }

// run starts the function, waits for its first answer and ends it.
func (a *runtimeAPI) run(s *subject) (start, error) {
	var output bytes.Buffer
	cmd := exec.Command(s.binary)
	cmd.Dir = filepath.Dir(s.binary)
	a.runs++
	a.event = s.event
	a.waiting.Store(a.runs)
	cmd.Env = append(runtimeEnvironment(s.environment), fmt.Sprintf("AWS_LAMBDA_RUNTIME_API=%s/%d", a.address, a.runs))
	cmd.Stdout, cmd.Stderr = &output, &output
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return start{}, err
	}
	var answer response
	select {
	case answer = <-a.responses:
	case <-time.After(10 * time.Second):
	}
	cmd.Process.Kill()
	cmd.Wait()
	if answer.body == nil {
		return start{}, fmt.Errorf("no answer within 10 s; it printed:\n%s", output.String())
	}
	if !strings.HasSuffix(answer.path, "/response") {
		return start{}, fmt.Errorf("the function failed: %s", answer.body)
	}
	if err := s.check(answer.body); err != nil {
		return start{}, err
	}
	return start{
		wall: answer.arrived.Sub(began),
		cpu:  cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
	}, nil
}

// runtimeEnvironment adds what Lambda sets to a function's own variables. The keys are AWS's own
// documented examples.
func runtimeEnvironment(own map[string]string) []string {
	variables := []string{
		"AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
		"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	}
	for name, value := range own {
		variables = append(variables, name+"="+value)
	}
	return variables
}

// hasStatus returns a check for an answer to API Gateway with this status.
func hasStatus(status int) func([]byte) error {
	return func(response []byte) error {
		var answer struct {
			StatusCode int    `json:"statusCode"`
			Body       string `json:"body"`
		}
		if err := json.Unmarshal(response, &answer); err != nil {
			return fmt.Errorf("the response is not JSON: %w", err)
		}
		if answer.StatusCode != status {
			return fmt.Errorf("answered %d, not %d: %s", answer.StatusCode, status, answer.Body)
		}
		return nil
	}
}
