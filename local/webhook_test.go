package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signpost/internal/cfn"
	"signpost/local/webhook"
)

// A run that is asked to call a webhook must not start as if it did.
func TestWebhookNeedsARule(t *testing.T) {
	template, err := cfn.Parse([]byte(`{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{dir: t.TempDir(), template: template, console: newConsole(make(lines, 10)), webhookURL: "http://127.0.0.1:3000/"}
	if err := s.startWebhook(); err == nil || !strings.Contains(err.Error(), "the stage has no Webhook") {
		t.Errorf("got %v", err)
	}
	s.webhookURL = ""
	if err := s.startWebhook(); err != nil {
		t.Errorf("without -webhook: %v", err)
	}
	s.events.Close()
	if _, err := os.Stat(s.secretFile()); err == nil {
		t.Error("there is a secret that nobody needs")
	}
}

// A receiver keeps its secret across runs, and may bring its own.
func TestSecretIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "webhook-secret")
	first, err := secretIn(path)
	if err != nil || len(first) < 20 {
		t.Fatalf("got %d characters (%v)", len(first), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v (%v)", info.Mode(), err)
	}
	if again, err := secretIn(path); again != first || err != nil {
		t.Errorf("the second run has another secret (%v)", err)
	}
	if err := os.WriteFile(path, []byte("mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if own, err := secretIn(path); own != "mine" || err != nil {
		t.Errorf("got %q (%v)", own, err)
	}
}

func TestUndelivered(t *testing.T) {
	s := &stack{dir: t.TempDir(), console: newConsole(make(lines, 10))}
	for _, reason := range []string{"the webhook answered 410", "no answer within 5s"} {
		s.keepUndelivered(webhook.Letter{Rule: "Rule", Reason: reason, Attempts: 1, Event: webhook.Event{"source": "aws.s3"}})
	}
	text, err := os.ReadFile(s.undelivered())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"rule":"Rule","reason":"the webhook answered 410","attempts":1,"event":{"source":"aws.s3"}}
{"rule":"Rule","reason":"no answer within 5s","attempts":1,"event":{"source":"aws.s3"}}
`
	if string(text) != want {
		t.Errorf("got %s", text)
	}
}

func TestConsoleShowsEvents(t *testing.T) {
	body := []byte(`{"type":"upload.stored","key":"uploads/cat.png"}`)
	told := webhook.Delivery{Body: body, Type: "upload.stored", Key: "uploads/cat.png", Took: 2 * time.Millisecond}
	for want, change := range map[string]func(*webhook.Delivery){
		`  event  {"type":"upload.stored","key":"uploads/cat.png"}`:               func(d *webhook.Delivery) { d.Silent = true },
		"  webhook  204  2ms  upload.stored  uploads/cat.png":                     func(d *webhook.Delivery) { d.Status = 204 },
		"  webhook  204, sent twice  2ms  upload.stored  uploads/cat.png":         func(d *webhook.Delivery) { d.Status, d.Again = 204, true },
		"  webhook  500, again in 4s  2ms  upload.stored  uploads/cat.png":        func(d *webhook.Delivery) { d.Status, d.Next = 500, 4*time.Second },
		"  webhook  410, given up  2ms  upload.stored  uploads/cat.png":           func(d *webhook.Delivery) { d.Status, d.GivenUp = 410, true },
		`  webhook  it\nfailed, again in 1s  2ms  upload.stored  uploads/cat.png`: func(d *webhook.Delivery) { d.Err, d.Next = errors.New("it\nfailed"), time.Second },
		`  webhook  204  2ms  upload.stored  uploads/\x1b[2J`:                     func(d *webhook.Delivery) { d.Status, d.Key = 204, "uploads/\x1b[2J" },
	} {
		printed := make(lines, 1)
		d := told
		change(&d)
		newConsole(printed).event(d)
		if got := <-printed; !strings.HasSuffix(got, want+"\n") {
			t.Errorf("it prints %q, want %q", got, want)
		}
	}
}
