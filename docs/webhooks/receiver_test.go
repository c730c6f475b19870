package main

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// running is a receiver that runs: where, and what it works on.
type running struct {
	url  string
	work func() string // waits for the next event and returns it as "type key scan"
}

// receivers start each of the receivers, with the secrets "new" and "old" and room for that many
// events.
var receivers = map[string]func(t *testing.T, backlog string) running{
	"Go":   startGo,
	"Node": startNode,
}

func startGo(t *testing.T, backlog string) running {
	room := 1000
	if backlog == "0" {
		room = 0
	}
	r, err := newReceiver([]string{"new", "old"}, room)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return running{server.URL, func() string {
		e := <-r.work
		return strings.TrimSpace(e.Type + " " + e.Key + " " + e.Scan)
	}}
}

func startNode(t *testing.T, backlog string) running {
	node, err := filepath.Abs("../../node_modules/.bin/node")
	if err == nil {
		_, err = os.Stat(node)
	}
	if err != nil {
		t.Skip("run npm ci first:", err)
	}
	command := exec.Command(node, "receiver.mjs")
	command.Env = []string{"WEBHOOK_SECRET=new old", "PORT=0", "BACKLOG=" + backlog, "PATH=" + os.Getenv("PATH")}
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatal("the receiver ended")
		}
		return strings.TrimSpace(lines.Text())
	}
	return running{strings.TrimPrefix(next(), "listening on "), next}
}

// post sends a body with a secret, and returns the answer's status and its Retry-After.
func (r running) post(t *testing.T, secret, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, r.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		request.Header.Set("X-Webhook-Secret", secret)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode, response.Header.Get("Retry-After")
}

func storedAt(key, sequencer string) string {
	return `{"type":"upload.stored","time":"2026-01-02T03:04:05Z","bucket":"b","key":"` + key + `","size":5,"etag":"e","versionId":"v","sequencer":"` + sequencer + `"}`
}

func scannedAs(key, version, result string) string {
	return `{"type":"upload.scanned","time":"2026-01-02T03:04:05Z","bucket":"b","key":"` + key + `","etag":"e","versionId":"` + version + `","scan":"` + result + `"}`
}

// TestReceivers: each request, in this order, its answer, and whether it is worked on.
func TestReceivers(t *testing.T) {
	rows := []struct {
		name, secret, body string
		status             int
		work               string // "" for none
	}{
		{"new", "new", storedAt("cat", "0055AED6DCD90281E5"), 204, "upload.stored cat"},
		{"duplicate", "new", storedAt("cat", "0055AED6DCD90281E5"), 204, ""},
		{"another file", "old", storedAt("dog", "0055AED6DCD90281E5"), 204, "upload.stored dog"},
		{"newer", "new", storedAt("cat", "0055AED6DCD90281E6"), 204, "upload.stored cat"},
		{"older after newer", "new", storedAt("cat", "0055AED6DCD90281E5"), 204, ""},
		{"newer and shorter", "new", storedAt("cat", "0055AF"), 204, "upload.stored cat"},
		{"older and longer", "new", storedAt("cat", "0055AEFFFFFFFFFFFFFFFF"), 204, ""},
		{"the same, padded", "new", storedAt("cat", "0055AF00"), 204, ""},
		{"scanned", "new", scannedAs("cat", "v1", "NO_THREATS_FOUND"), 204, "upload.scanned cat NO_THREATS_FOUND"},
		{"scanned twice", "new", scannedAs("cat", "v1", "NO_THREATS_FOUND"), 204, ""},
		{"another version", "new", scannedAs("cat", "v2", "THREATS_FOUND"), 204, "upload.scanned cat THREATS_FOUND"},
		{"a type of later", "new", `{"type":"upload.deleted","key":"cat"}`, 204, ""},
		{"wrong secret", "guess", storedAt("eve", "01"), 401, ""},
		{"no secret", "", storedAt("eve", "01"), 401, ""},
		{"both secrets", "new old", storedAt("eve", "01"), 401, ""},
		{"not JSON", "new", "{", 400, ""},
		{"no object", "new", "null", 400, ""},
		{"no key", "new", `{"type":"upload.stored"}`, 400, ""},
		{"a number for a sequencer", "new", `{"type":"upload.stored","key":"cat","sequencer":5}`, 400, ""},
		{"too long", "new", `{"type":"upload.stored","key":"` + strings.Repeat("a", 70_000) + `"}`, 400, ""},
		{"the last one", "new", storedAt("end", "01"), 204, "upload.stored end"},
	}
	for name, start := range receivers {
		t.Run(name, func(t *testing.T) {
			r := start(t, "1000")
			var want, got []string
			for _, row := range rows {
				if status, _ := r.post(t, row.secret, row.body); status != row.status {
					t.Errorf("%s: answered with %d, want %d", row.name, status, row.status)
				}
				if row.work != "" {
					want = append(want, row.work)
				}
			}
			for len(got) == 0 || got[len(got)-1] != "upload.stored end" {
				got = append(got, r.work())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the work (-want +got):\n%s", diff)
			}
			response, err := http.Get(r.url)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusMethodNotAllowed {
				t.Errorf("GET answers %d", response.StatusCode)
			}
		})
	}
}

// TestReceiversAreBusy: what there is no room for isn't taken for seen, so that it comes again.
func TestReceiversAreBusy(t *testing.T) {
	for name, start := range receivers {
		t.Run(name, func(t *testing.T) {
			r := start(t, "0")
			for range 2 {
				if status, wait := r.post(t, "new", storedAt("cat", "01")); status != http.StatusServiceUnavailable || wait != "10" {
					t.Errorf("answered with %d, Retry-After %q", status, wait)
				}
			}
		})
	}
}

// TestReceiversNeedASecret: without one they don't start, rather than let everybody in.
func TestReceiversNeedASecret(t *testing.T) {
	if _, err := newReceiver(nil, 1); err == nil {
		t.Error("the Go receiver starts")
	}
	command := exec.Command("../../node_modules/.bin/node", "receiver.mjs")
	command.Env = []string{"WEBHOOK_SECRET= ", "PORT=0"}
	if out, err := command.CombinedOutput(); err == nil || !strings.Contains(string(out), "WEBHOOK_SECRET is not set") {
		t.Errorf("the Node receiver says %s (%v)", out, err)
	}
}
