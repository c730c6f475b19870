package conformance_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stopInTheMiddle ends a run while clients are in the middle of requests. It must not wait for
// them, exit with status 0, leave no process behind, and store nothing of the object that one of
// them was sending.
func stopInTheMiddle(t *testing.T, r *localRun, here edit, signal syscall.Signal) {
	t.Helper()
	p := planUpload(t, fields{"size": 100}, here)
	conn := dial(t, p.URL)
	fmt.Fprint(conn, rawRequest(t, p, 100)+"half")
	for _, url := range []string{r.ApiUrl, r.Local.PageUrl, r.Local.CognitoEndpoint} {
		host := strings.Split(url, "/")[2]
		fmt.Fprint(dial(t, url), "POST / HTTP/1.1\r\nHost: "+host+"\r\nX-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\n"+
			"Content-Type: application/x-amz-json-1.1\r\nContent-Length: 100\r\n\r\nhalf")
	}
	if err := r.stop(signal); err != nil {
		t.Error(err)
	}
	checkClosed(t, r)
	if _, err := objectAt(r, p.Key); err == nil {
		t.Error("the upload that was cut left an object")
	}
}

// checkClosed checks that nothing listens any more.
func checkClosed(t *testing.T, r *localRun) {
	t.Helper()
	for _, url := range []string{r.ApiUrl, r.Local.PageUrl, r.Local.S3Endpoint, r.Local.CognitoEndpoint} {
		request, err := http.NewRequest("GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := exchange(request); err == nil {
			t.Errorf("%s still answers: %d", url, a.status)
		}
	}
}

// TestStopWhileStarting interrupts the start during its longest step, the synthesis, which starts
// child processes. They must end too.
func TestStopWhileStarting(t *testing.T) {
	t.Parallel()
	folder := project(t, synthesizedTemplate(t))
	slow := "sleep 30 & wait\n"
	if err := os.WriteFile(filepath.Join(folder, "synth.sh"), []byte(slow), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := launch(folder, "-addr", "127.0.0.1:0", "-dir", filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.kill)
	var tree []int
	const all = 3 // sh, its sleep, and Cognito
	for deadline := time.Now().Add(10 * time.Second); len(tree) < all; time.Sleep(20 * time.Millisecond) {
		if tree, err = descendantsOf(r.process.Process.Pid); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the processes are %v: %s%s", tree, &r.stdout, &r.stderr)
		}
	}
	t.Cleanup(func() {
		for _, pid := range tree {
			killProcess(pid)
		}
	})
	start := time.Now()
	r.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.ended:
	case <-time.After(2 * stopLimit):
		t.Fatalf("it did not stop within %s", 2*stopLimit)
	}
	if took := time.Since(start); took > stopLimit {
		t.Errorf("it took %s to stop; it has %s", took, stopLimit)
	}
	if !r.process.ProcessState.Success() || r.stderr.String() != "" {
		t.Errorf("it ended with %s: %s", r.process.ProcessState, &r.stderr)
	}
	if err := allGone(tree, endLimit); err != nil {
		t.Error(err)
	}
}

// TestReusedFolder starts again over the same data: users keep their sub and with it their uploads,
// objects stay, and pages that are open keep working.
func TestReusedFolder(t *testing.T) {
	t.Parallel()
	folder := project(t, synthesizedTemplate(t))
	data := filepath.Join(t.TempDir(), "data")
	first := startRunFor(t, folder, data)
	p := planUpload(t, nil, onRun(t, first))
	if a := s3(t, p.request(t, "hello")); a.status != 200 {
		t.Fatalf("status %d", a.status)
	}
	stopInTheMiddle(t, first, onRun(t, first), syscall.SIGTERM)
	second := startRunFor(t, folder, data)
	here := onRun(t, second)
	again := planUpload(t, nil, here)
	if a, b := strings.Split(p.Key, "/")[1], strings.Split(again.Key, "/")[1]; a != b {
		t.Errorf("the user was %s, and is %s now", a, b)
	}
	if second.UserPoolId != first.UserPoolId || second.UserPoolClientId != first.UserPoolClientId {
		t.Errorf("the pool was %s, and is %s now", first.UserPoolId, second.UserPoolId)
	}
	if o, err := objectAt(second, p.Key); err != nil || o.size != 5 || o.contentType != "image/png" {
		t.Errorf("the object is %+v: %v", o, err)
	}
	if a := s3(t, again.request(t, "HELLO")); a.status != 200 {
		t.Errorf("the second run's upload got %d %s", a.status, s3Code(a))
	}
	// What the first run gave out works with the second: addresses, passwords and signed URLs.
	was, is := *first.Local, *second.Local
	was.PageUrl, is.PageUrl = "", "" // -addr asks for a free port
	if !reflect.DeepEqual(was, is) || second.ApiUrl != first.ApiUrl {
		t.Errorf("the first run was at %s, %s; the second is at %s, %s, or has other users",
			first.ApiUrl, first.Local.S3Endpoint, second.ApiUrl, second.Local.S3Endpoint)
	}
	checkRefusal(t, s3(t, p.request(t, "HELLO")), forgery{status: 412, code: "PreconditionFailed"})
	if info, err := os.Stat(data + ".json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the outputs file holds passwords, and others may read it: %v %v", info.Mode(), err)
	}
	checkKilled(t, second)
}

// checkKilled kills a run. It can't clean up then, but its Cognito must end too.
func checkKilled(t *testing.T, r *localRun) {
	t.Helper()
	children, err := childrenOf(r.process.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	r.kill()
	if err := allGone(children, stopLimit); err != nil {
		t.Error(err)
	}
}

// TestSideBySide: two runs on one machine are separate: neither takes the other's tokens or
// signatures.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	r := runEdited(t, synthesizedTemplate(t))
	here := onRun(t, r)
	p := planUpload(t, nil, here)
	if a := s3(t, p.request(t, "hello")); a.status != 200 {
		t.Errorf("the other run's upload got %d %s", a.status, s3Code(a))
	}
	if _, err := objectAt(mainRun, p.Key); err == nil {
		t.Error("one run's object is in the other's bucket")
	}
	refused(t, uploads(t, nil, here, asUser(ada)), "Unauthorized", "")
	mine := planUpload(t, nil)
	crossed := mine.request(t, "hello", func(request *http.Request) {
		request.URL.Host, request.Host = strings.TrimPrefix(r.Local.S3Endpoint, "http://"), ""
	})
	checkRefusal(t, s3(t, crossed), forgery{code: "InvalidAccessKeyId"})
	checkNotStored(t, mine, "hello")
	stopInTheMiddle(t, r, here, syscall.SIGINT)
	planned(t, uploads(t, nil), 201) // this one goes on
}

// TestCognitoEnds: a run whose Cognito ends stops, and says why.
func TestCognitoEnds(t *testing.T) {
	t.Parallel()
	r := runEdited(t, synthesizedTemplate(t))
	children, err := childrenOf(r.process.Process.Pid)
	if err != nil || len(children) != 1 {
		t.Fatalf("the children are %v: %v", children, err)
	}
	killProcess(children[0])
	select {
	case <-r.ended:
	case <-time.After(stopLimit):
		t.Fatal("it runs on")
	}
	if printed := r.stderr.String(); r.process.ProcessState.ExitCode() != 1 || !strings.Contains(printed, "cognito-local") {
		t.Errorf("%s: %q", r.process.ProcessState, printed)
	}
}
