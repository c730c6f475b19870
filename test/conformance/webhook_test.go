package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// TestWebhook: a local run tells a webhook of a stored file, with the secret that only a private
// file has. It tells it again if it fails.
func TestWebhook(t *testing.T) {
	t.Parallel()
	template := synthesizedTemplate(t)
	type request struct{ secret, body string }
	received := make(chan request, 10)
	var count atomic.Int32
	webhook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- request{r.Header.Get("X-Webhook-Secret"), string(body)}
		if count.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(webhook.Close)
	r := startRunFor(t, project(t, template), filepath.Join(t.TempDir(), "data"), "-webhook", webhook.URL+"/hook")
	p := planUpload(t, nil, onRun(t, r))
	if a := s3(t, p.request(t, "hello")); a.status != http.StatusOK {
		t.Fatalf("the upload got %d %s", a.status, s3Code(a))
	}
	first := <-received
	second := <-received
	if first != second {
		t.Errorf("the second request is %+v, the first was %+v", second, first)
	}
	secret, err := os.ReadFile(filepath.Join(r.dir, "webhook-secret"))
	if err != nil || strings.TrimSpace(string(secret)) != first.secret || len(first.secret) < 20 {
		t.Errorf("the header isn't the secret in the file (%v)", err)
	}
	if info, err := os.Stat(filepath.Join(r.dir, "webhook-secret")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the secret: %v (%v)", info.Mode(), err)
	}
	var body struct {
		Type, Bucket, Key, ETag, VersionID, Sequencer, Time string
		Size                                                int64
	}
	if err := json.Unmarshal([]byte(first.body), &body); err != nil {
		t.Fatalf("the body is %s: %v", first.body, err)
	}
	if body.Type != "upload.stored" || body.Bucket != r.UploadBucketName || body.Key != p.Key || body.Size != int64(len("hello")) || body.ETag == "" || body.Sequencer == "" || body.VersionID == "" || body.Time == "" {
		t.Errorf("the body is %s", first.body)
	}
	if strings.Contains(r.stdout.String(), first.secret) {
		t.Error("the run prints the secret")
	}
	if strings.Contains(mainRun.stdout.String(), p.Key) {
		t.Error("another run knows of the file")
	}
}

// arrival is the line of the event of a stored file, and its key.
var arrival = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d  event  {"type":"upload.stored",.*"key":"([^"]+)",.*}$`)

// eachArrivalPrintedOnce checks that the run, which has ended, printed one event for each upload
// that was accepted, in parts or not (getmoto/moto#7435 had two for a file in parts), and for
// nothing else.
func eachArrivalPrintedOnce(r *localRun) error {
	count := map[string]int{}
	for _, found := range arrival.FindAllStringSubmatch(r.stdout.String(), -1) {
		count[found[1]]++
	}
	var wrong []error
	accepted.Range(func(key, _ any) bool {
		if n := count[key.(string)]; n != 1 {
			wrong = append(wrong, fmt.Errorf("the run printed %d events of %s, want one", n, key))
		}
		delete(count, key.(string))
		return true
	})
	for key := range count {
		wrong = append(wrong, fmt.Errorf("the run printed an event of %s, which nobody uploaded", key))
	}
	return errors.Join(wrong...)
}
