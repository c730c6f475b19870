package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"signpost/local/s3"
	"signpost/local/scanner"
	"signpost/local/webhook"
)

// checkWebhook refuses a URL that isn't on this machine: the events are of files that nobody else
// needs to know of. "" is no URL.
func checkWebhook(text string) error {
	if text == "" {
		return nil
	}
	const example = "http://127.0.0.1:3000/hook"
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("-webhook is not a URL, such as %s", example)
	}
	if u.User != nil || u.Fragment != "" {
		return fmt.Errorf("-webhook has a user name or a fragment, which EventBridge doesn't send: write it as %s", example)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-webhook has the host %q, which is not this machine: use 127.0.0.1, [::1] or localhost", u.Hostname())
	}
	return nil
}

// startWebhook starts the stand-in for EventBridge. The local S3 doesn't run yet.
func (s *stack) startWebhook() error {
	rules, err := webhook.Rules(s.template)
	if err != nil {
		return err
	}
	if len(rules) == 0 && s.webhookURL != "" {
		return errors.New("-webhook is given, but the stage has no Webhook: add one in infra/stages.go, or run stage local")
	}
	config := webhook.Config{Rules: rules, URL: s.webhookURL, Report: s.console.event, Undelivered: s.keepUndelivered}
	if s.webhookURL != "" {
		if config.Secret, err = secretIn(s.secretFile()); err != nil {
			return err
		}
	}
	s.events = webhook.New(config)
	return nil
}

// secretIn returns the secret in a file, which it makes in the first run. Nothing prints it: a
// receiver is started with WEBHOOK_SECRET="$(cat .local/webhook-secret)".
func secretIn(path string) (string, error) {
	text, err := os.ReadFile(path)
	if secret := strings.TrimSpace(string(text)); secret != "" || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	secret := rand.Text()
	return secret, writePrivate(path, []byte(secret+"\n"))
}

// version is the key of stack.etags.
type version struct{ key, id string }

// announceStored sends S3's event. The ETag is kept for GuardDuty's, since its stand-in doesn't
// report it.
func (s *stack) announceStored(e s3.StoredEvent) {
	if s.scanner.Load() != nil {
		s.etags.Store(version{e.Key, e.VersionID}, e.ETag)
	}
	s.events.Send(webhook.Stored(s.object(e.Key, e.ETag, e.VersionID), e.Size, e.Sequencer, e.Reason, e.Time))
}

func (s *stack) announceScanned(r scanner.Result) {
	etag, _ := s.etags.LoadAndDelete(version{r.Key, r.VersionID})
	text, _ := etag.(string)
	s.events.Send(webhook.Scanned(s.object(r.Key, text, r.VersionID), string(r.Status), time.Now()))
}

func (s *stack) object(key, etag, versionID string) webhook.Object {
	return webhook.Object{Bucket: s.outputs.UploadBucketName, Key: key, ETag: etag, VersionID: versionID}
}

// keepUndelivered appends an event to the file that stands in for the queue.
func (s *stack) keepUndelivered(letter webhook.Letter) {
	line, err := json.Marshal(letter)
	if err == nil {
		err = appendPrivate(s.undelivered(), append(line, '\n'))
	}
	if err != nil {
		s.console.printf("%s can't be written: %v\n", s.undelivered(), err)
	}
}

// appendPrivate appends a line to a file that only its owner can read.
func appendPrivate(path string, line []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(line)
	return errors.Join(err, file.Close())
}
