package authorizer

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// When an issuer's keys are fetched.
const (
	// refreshAfter is how old keys may be before they are fetched again, so that a key that the
	// issuer withdraws is not trusted for much longer.
	refreshAfter = time.Hour

	// keepFor is how long keys are used on while the issuer can't be reached. Then a withdrawn key
	// could have been in use for long enough.
	keepFor = 24 * time.Hour

	// alarmAfter is how old keys are when a fetch that fails is an error in the log, at which an
	// alarm goes off: long before they are too old to be used, and not for one lost request.
	alarmAfter = 2 * time.Hour

	// refreshPause is the least time between two tries while there are keys. A token whose kid is
	// unknown needs a new key, as after a rotation ("OpenID Connect Core 1.0", 10.1.1), or has a
	// made-up one: without this pause, a flood of those would become one at the issuer
	// (coreos/go-oidc#482). Every fetch brings all keys, so those can't keep a new one out.
	refreshPause = time.Minute

	// retryPause is the least time between two tries while there are none, and every token has to
	// wait for them.
	retryPause = 5 * time.Second
)

// keys are the keys of one issuer, fetched when they are needed.
type keys struct {
	issuer string
	source source
	log    *slog.Logger
	now    func() time.Time

	turn chan struct{} // full while one request fetches keys, for which the others wait

	mu   sync.Mutex
	last fetched
}

// fetched is what is known of an issuer's keys.
type fetched struct {
	keys  []signingKey
	at    time.Time // when they were fetched; zero if they never were
	tried time.Time // when it was tried for the last time
	err   error     // what went wrong then
}

func newKeys(issuer string, client *http.Client, log *slog.Logger, now func() time.Time) *keys {
	return &keys{issuer: issuer, source: newSource(issuer, client), log: log, now: now, turn: make(chan struct{}, 1)}
}

// unavailableError says that a token can't be judged.
type unavailableError struct {
	issuer string
	err    error
}

func (e *unavailableError) Error() string {
	return fmt.Sprintf("the keys of %s can't be had: %s", e.issuer, e.err)
}

func (e *unavailableError) Unwrap() error { return e.err }

// forToken returns the keys that can have signed a token, as [jwt.Keyfunc] does.
func (k *keys) forToken(ctx context.Context, t *jwt.Token) (any, error) {
	kid, named := t.Header["kid"].(string)
	last, err := k.current(ctx, func(f fetched) bool { return len(matching(f.keys, t.Method, kid, named)) > 0 })
	if err != nil {
		return nil, &unavailableError{k.issuer, err}
	}
	found := matching(last.keys, t.Method, kid, named)
	switch {
	case len(found) == 0 && last.err != nil:
		return nil, &unavailableError{k.issuer, last.err}
	case len(found) == 0:
		return nil, refusal("the issuer has no key with its kid, or none that fits its alg")
	case len(found) > 1 && !named:
		// "If there are multiple keys …, a kid value MUST be provided" (OpenID Connect Core 1.0,
		// 10.1).
		return nil, refusal("it has no kid, and several of the issuer's keys fit")
	}
	// Keys with the same kid are alternatives of each other ("JSON Web Key", RFC 7517, 4.5).
	set := jwt.VerificationKeySet{}
	for _, key := range found {
		set.Keys = append(set.Keys, key.public)
	}
	return set, nil
}

// prefetch fetches the keys if they never were.
func (k *keys) prefetch(ctx context.Context) {
	_, _ = k.current(ctx, func(f fetched) bool { return !f.at.IsZero() }) // fetch logs what fails
}

// current returns what is known of the keys, after it has fetched them if that is due. The error is
// only that of a context that has ended.
func (k *keys) current(ctx context.Context, suffices func(fetched) bool) (fetched, error) {
	last := k.known()
	if !k.isDue(last, suffices(last)) {
		return last, nil
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return fetched{}, ctx.Err()
	}
	if last = k.known(); k.isDue(last, suffices(last)) { // nobody else has fetched them meanwhile
		k.fetch(ctx)
	}
	return k.known(), nil
}

// known returns what is known of the keys, without those that are too old.
func (k *keys) known() fetched {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := k.last
	if k.now().Sub(last.at) >= keepFor {
		last.keys, last.at = nil, time.Time{}
	}
	return last
}

func (k *keys) isDue(last fetched, suffices bool) bool {
	pause := refreshPause
	if last.at.IsZero() {
		pause = retryPause
	}
	isOld := k.now().Sub(last.at) >= refreshAfter
	return (isOld || !suffices) && k.now().Sub(last.tried) >= pause
}

// fetch fetches the keys. If that fails, those from before are kept. It goes on even if the request
// that needed them is given up, since others may wait for it.
func (k *keys) fetch(ctx context.Context) {
	found, err := k.source.fetch(context.WithoutCancel(ctx))
	if err != nil {
		level := slog.LevelWarn
		if k.now().Sub(k.known().at) >= alarmAfter {
			level = slog.LevelError
		}
		k.log.LogAttrs(ctx, level, "keys not fetched", slog.String("issuer", k.issuer), slog.String("error", err.Error()))
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last.tried, k.last.err = k.now(), err
	if err == nil {
		k.last.keys, k.last.at = found, k.last.tried
	}
}
