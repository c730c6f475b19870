// Command webhooks is a receiver of Signpost's webhook. docs/webhooks.md says what it must do and
// why; receiver.mjs is the same for Node.
//
//	WEBHOOK_SECRET="$(cat .local/webhook-secret)" go run ./docs/webhooks   # listens on 127.0.0.1:3000
//
// It keeps what it has seen in memory. Keep that in your database instead, or a restart lets events
// through twice.
package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

func main() {
	address := os.Getenv("ADDR")
	if address == "" {
		address = "127.0.0.1:3000"
	}
	receiver, err := newReceiver(strings.Fields(os.Getenv("WEBHOOK_SECRET")), 1000)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		for event := range receiver.work {
			fmt.Println(event.Type, event.Key, event.Scan) // the real work: it may take its time
		}
	}()
	server := &http.Server{Addr: address, Handler: receiver, ReadTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// event is the body of a request. Fields that are not here are ignored, since there may be more.
type event struct {
	Type      string // "upload.stored" or "upload.scanned"
	Key       string
	Size      int64 // of upload.stored
	VersionID string
	Sequencer string // of upload.stored
	Scan      string // of upload.scanned
}

// receiver is an http.Handler. What it accepts it puts into work, once.
type receiver struct {
	secrets [][sha256.Size]byte
	work    chan event

	mu      sync.Mutex
	stored  map[string]string // the newest sequencer, by key
	scanned map[string]string // the result, by key and version
}

// newReceiver takes the secrets that callers may have: two of them while the secret is changed.
func newReceiver(secrets []string, backlog int) (*receiver, error) {
	r := &receiver{work: make(chan event, backlog), stored: map[string]string{}, scanned: map[string]string{}}
	for _, secret := range secrets {
		r.secrets = append(r.secrets, sha256.Sum256([]byte(secret)))
	}
	if len(r.secrets) == 0 {
		return nil, errors.New("WEBHOOK_SECRET is not set: without it, anybody could post events")
	}
	return r, nil
}

// ServeHTTP answers at once: EventBridge waits for 5 seconds. It tries again after 401, 407, 409, 429
// and 5xx, and gives an event up after any other status that isn't 2xx.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	if !r.knows(req.Header.Get("X-Webhook-Secret")) {
		http.Error(w, "wrong secret", http.StatusUnauthorized)
		return
	}
	var e event
	if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, 64<<10)).Decode(&e); err != nil || e.Key == "" {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	if !r.accept(e) {
		w.Header().Set("Retry-After", "10")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// knows compares in constant time. The hashes have one length, so that the secret's isn't told.
func (r *receiver) knows(secret string) bool {
	hash, known := sha256.Sum256([]byte(secret)), 0
	for _, own := range r.secrets {
		known |= subtle.ConstantTimeCompare(own[:], hash[:])
	}
	return known == 1
}

// accept puts an event into work, unless it is old or of a type that isn't known here. It returns
// false if there is no room for it: then EventBridge has to try again.
func (r *receiver) accept(e event) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen, id, mark := r.stored, e.Key, e.Sequencer
	switch e.Type {
	case "upload.stored":
		if last, again := seen[id]; again && !isLater(mark, last) {
			return true
		}
	case "upload.scanned":
		seen, id, mark = r.scanned, e.Key+" "+e.VersionID, e.Scan
		if seen[id] == mark {
			return true
		}
	default:
		return true
	}
	select {
	case r.work <- e:
		seen[id] = mark
		return true
	default:
		return false
	}
}

// isLater compares two sequencers of one key. They are hexadecimal and may differ in length: "right
// pad the shorter value with zeros, and then do a lexicographical comparison" ("Event message
// structure", Amazon S3 User Guide).
func isLater(one, other string) bool {
	length := max(len(one), len(other))
	pad := func(s string) string { return s + strings.Repeat("0", length-len(s)) }
	return pad(one) > pad(other)
}
