package s3

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"signpost/local/loopback"
)

// serveVariable makes this test program run only a server, because a process can have only one.
const serveVariable = "SIGNPOST_S3_TEST_SERVE"

type served struct {
	Dir          string
	Port         int
	Uploader     aws.Credentials
	NoAttributes bool // as on a file system without extended attributes
	Unversioned  bool
	Operator     aws.Credentials // filled in
	Timeout      time.Duration
}

// serveForParent prints the server's URL and serves until its standard input closes.
func serveForParent(config string) {
	var c served
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		panic(err)
	}
	operator = c.Operator
	cfg := testConfig(c.Dir, c.Port, c.Uploader)
	cfg.Versioned = !c.Unversioned
	cfg.noAttributes, cfg.HeaderTimeout, cfg.IdleTimeout = c.NoAttributes, c.Timeout, c.Timeout
	s, err := Start(context.Background(), cfg)
	if err != nil {
		panic(err)
	}
	fmt.Println(urlMark + s.URL)
	io.Copy(io.Discard, os.Stdin)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.Close(ctx)
}

// urlMark precedes the URL on its line: versitygw prints other lines.
const urlMark = "listening at "

// serve starts a server in its own process; stop ends it.
func serve(t *testing.T, c served) (base string, stop func()) {
	t.Helper()
	p := serveProcess(t, c)
	return p.base, p.stop
}

type process struct {
	base       string
	stop, kill func()
}

func serveProcess(t *testing.T, c served) process {
	t.Helper()
	c.Operator = operator
	config, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveVariable+"="+string(config))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := process{
		stop: func() { stdin.Close(); cmd.Wait() },
		kill: func() { cmd.Process.Kill(); cmd.Wait() },
	}
	t.Cleanup(p.stop)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), urlMark); ok {
			p.base = base
			return p
		}
	}
	t.Fatal("the server didn't start")
	return p
}

// freePort returns a port that is free now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := loopback.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// An upload in parts continues after a restart, with URLs that were signed before it.
func TestUnfinishedUploadSurvivesRestart(t *testing.T) {
	c := served{Dir: t.TempDir(), Port: freePort(t), Uploader: uploader}
	base, stop := serve(t, c)
	if want := fmt.Sprintf("http://127.0.0.1:%d", c.Port); base != want {
		t.Errorf("it listens at %s, want %s", base, want)
	}
	const key = "uploads/restart"
	id := createUpload(t, base, key)
	part := func(number string) signed {
		return signed{base: base, key: key, length: 5 << 20, query: url.Values{"uploadId": {id}, "partNumber": {number}}}
	}
	first, second := bytes.Repeat([]byte("1"), 5<<20), bytes.Repeat([]byte("2"), 5<<20)
	var etags []string
	etags = append(etags, put(t, part("1"), first))
	signedBefore, header := part("2").sign(t)

	stop()
	if again, _ := serve(t, c); again != base {
		t.Fatalf("it listened at %s and now listens at %s", base, again)
	}
	etags = append(etags, putTo(t, signedBefore, header, second))
	complete := signed{base: base, method: http.MethodPost, key: key, header: once, query: url.Values{"uploadId": {id}}}
	status, code := complete.send(t, completion(etags))
	wantAnswer(t, status, code, 200, "")
	got, err := os.ReadFile(filepath.Join(c.Dir, "data", testBucket, key))
	if err != nil || !bytes.Equal(got, append(first, second...)) {
		t.Errorf("the object has %d bytes and is not what was sent: %v", len(got), err)
	}
}

// If another program has taken the port, the server starts on another one.
func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	base, _ := serve(t, served{Dir: t.TempDir(), Port: port, Uploader: uploader})
	if strings.HasSuffix(base, fmt.Sprint(":", port)) {
		t.Errorf("it listens at %s, which is taken", base)
	}
	status, code := signed{base: base, key: "uploads/beside", header: once}.send(t, []byte("x"))
	wantAnswer(t, status, code, 200, "")
}

func completion(etags []string) []byte {
	var parts strings.Builder
	for i, etag := range etags {
		fmt.Fprintf(&parts, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, etag)
	}
	return []byte("<CompleteMultipartUpload>" + parts.String() + "</CompleteMultipartUpload>")
}

func createUpload(t *testing.T, base, key string) (id string) {
	t.Helper()
	target, header := signed{base: base, method: http.MethodPost, key: key, query: url.Values{"uploads": {""}}}.sign(t)
	var answer struct{ UploadId string }
	if raw := answerTo(t, http.MethodPost, target, header, nil); xml.Unmarshal(raw.body, &answer) != nil || answer.UploadId == "" {
		t.Fatalf("answered %s", raw.body)
	}
	return answer.UploadId
}

func put(t *testing.T, s signed, body []byte) (etag string) {
	t.Helper()
	target, header := s.sign(t)
	return putTo(t, target, header, body)
}

func putTo(t *testing.T, target string, header http.Header, body []byte) (etag string) {
	t.Helper()
	answer := answerTo(t, http.MethodPut, target, header, body)
	if answer.status != http.StatusOK || answer.etag == "" {
		t.Fatalf("answered %d %s", answer.status, answer.body)
	}
	return answer.etag
}
