// Package webhook stands in for EventBridge on this machine: it matches events against the template's
// rules, writes the bodies as their input transformers say, and posts them to a URL.
//
//	rules, err := webhook.Rules(template)
//	sender := webhook.New(webhook.Config{Rules: rules, URL: "http://127.0.0.1:3000/hook", Secret: secret, Report: print})
//	sender.Send(webhook.Stored(object, size, sequencer, "PutObject", time.Now())) // returns at once
//	sender.Close()
//
// Like EventBridge it gives the receiver 5 seconds, tries again after some statuses, waits as long
// as Retry-After says, sends an event twice now and then, and keeps no order ("API destinations as
// targets in Amazon EventBridge", Amazon EventBridge User Guide). Unlike EventBridge it forgets the
// events that aren't delivered when the run ends.
//
// What a pattern or a template has beyond what the rules of package uploads use stops the run, with
// an error that names it: nothing is guessed.
package webhook

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Config says what to send, and where to.
type Config struct {
	Rules  []Rule
	URL    string // "" only reports the events
	Secret string // the value of the rules' header
	Report func(Delivery)

	// Undelivered takes what is given up, as the rules' queue would.
	Undelivered func(Letter)

	// Timeout is how long the receiver may take (0 is 5 seconds), and FirstWait how long the sender
	// waits before the second attempt (0 is a second).
	Timeout, FirstWait time.Duration

	// Twice decides whether an event is sent twice. nil is one event in ten.
	Twice func() bool
}

// Delivery is an attempt to deliver an event, for the terminal.
type Delivery struct {
	Body    []byte
	Type    string // upload.stored or upload.scanned
	Key     string
	Status  int           // the receiver's answer; 0 without one
	Err     error         // why there is no answer
	Took    time.Duration // of the attempt
	Next    time.Duration // until the next attempt; 0 if this was the last
	GivenUp bool          // whether the event is undelivered
	Again   bool          // whether the event had been delivered before
	Silent  bool          // whether there is no URL, and nothing was sent
}

// Letter is an event that was given up. Like a message in the rules' queue it has the event itself
// and not the body ("Using dead-letter queues to process undelivered events in EventBridge", Amazon
// EventBridge User Guide).
type Letter struct {
	Rule     string `json:"rule"` // its logical id
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
	Event    Event  `json:"event"`
}

// Sender sends events. It is safe for use by several goroutines.
type Sender struct {
	Config
	client *http.Client
	ctx    context.Context
	stop   func()
	slots  chan struct{} // one for each delivery at the same time

	mu      sync.Mutex // held while a delivery begins, so that none begins after Close
	sending sync.WaitGroup
}

// New starts a sender.
func New(cfg Config) *Sender {
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.FirstWait == 0 {
		cfg.FirstWait = time.Second
	}
	if cfg.Twice == nil {
		cfg.Twice = func() bool { return rand.IntN(10) == 0 }
	}
	s := &Sender{Config: cfg, slots: make(chan struct{}, 8)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.client = &http.Client{
		// EventBridge sends "Connection: close", follows no redirect, and knows no proxy of this
		// machine's.
		Transport:     &http.Transport{DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       cfg.Timeout,
	}
	return s
}

// Close ends the sender. It forgets what isn't delivered yet.
func (s *Sender) Close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.sending.Wait()
}

// Send delivers an event for each rule that matches it, later.
func (s *Sender) Send(event Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	for _, rule := range s.Rules {
		if !rule.Matches(event) {
			continue
		}
		s.sending.Go(func() { s.deliver(rule, event) })
	}
}
