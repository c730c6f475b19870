// Package conformance_test checks a running stack from end to end: that the API keeps the HTTP
// contract, that S3 takes what the API signed, and that S3 refuses a forgery of each thing that is
// signed. It speaks HTTP only, as any client would.
//
// What a function decides by itself is in its own tests. Here each kind of refusal is proven once,
// together with what only a whole stack shows: what API Gateway does to a request on the way,
// tokens, CORS, real signatures, restarts.
//
//	go test ./test/conformance                        # starts the local run, and ends it
//	go test ./test/conformance -outputs outputs.json  # the stack that wrote this outputs file; see target_test.go
//
// Every answer of the API, expected or not, must have the shape and the CORS headers that all
// answers share. At the end the bucket must hold exactly the objects that honest uploads put there:
// see answers_test.go and stored_objects_test.go. A test must never loosen those checks for itself.
package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"signpost/test/inputs"
)

// target is the stack under test; ada and grace are two of its users.
var (
	target     stack
	ada, grace user
)

// mainRun is the local run that is the target; nil with -outputs.
var mainRun *localRun

// localBinary is the local run, built once.
var localBinary string

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8") // the tests mostly wait for servers
	os.Exit(testAll(m))
}

func TestInputs(t *testing.T) { inputs.Note(t, projectRoot) }

// testAll starts the stack, runs the tests, ends the stack, and checks what they left behind.
func testAll(m *testing.M) (status int) {
	scratch, err := os.MkdirTemp("", "signpost-conformance-")
	if err != nil {
		return complain(err)
	}
	defer os.RemoveAll(scratch)
	defer endRunsBeforeTimeout()()
	if *outputsFile == "" {
		if localBinary, err = buildLocal(scratch); err != nil {
			return complain(err)
		}
		mainRun, err = startRun(projectRoot, filepath.Join(scratch, "data"))
		if err != nil {
			return complain(err)
		}
		defer mainRun.kill()
		target = mainRun.stack
	} else if target, err = readOutputs(*outputsFile); err != nil {
		return complain(err)
	}
	if ada, grace, err = signInBoth(target); err != nil {
		return complain(err)
	}
	status = m.Run()
	if mainRun == nil {
		return status
	}
	for _, check := range []func() error{
		func() error { return mainRun.stop(syscall.SIGTERM) },
		func() error { return eachArrivalPrintedOnce(mainRun) },
		func() error { return onlyAcceptedObjects(mainRun) },
		func() error { return noSecretsPrinted(mainRun) },
	} {
		if err := check(); err != nil {
			status = max(status, complain(err))
		}
	}
	return status
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, "FAIL: conformance:", err)
	return 1
}
