package apigateway

import (
	"crypto/sha256"
	"sync"
	"time"
)

// maxKeptAnswers bounds an authorizer's cache, since callers choose the tokens.
const maxKeptAnswers = 1000

// authorizerCache keeps an authorizer's answers for their lifetime, by the SHA-256 of the token, so
// that no token stays in memory. The zero lifetime keeps nothing. Answers that deny are kept as
// well as those that allow.
type authorizerCache struct {
	lifetime time.Duration

	mu   sync.Mutex
	kept map[[sha256.Size]byte]keptAnswer
}

type keptAnswer struct {
	authorizerAnswer
	expires time.Time
}

func (c *authorizerCache) get(token string) (authorizerAnswer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.kept[sha256.Sum256([]byte(token))]
	return found.authorizerAnswer, ok && time.Now().Before(found.expires)
}

func (c *authorizerCache) put(token string, answer authorizerAnswer) {
	if c.lifetime == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[[sha256.Size]byte]keptAnswer{}
	}
	if len(c.kept) >= maxKeptAnswers {
		c.dropOldest()
	}
	c.kept[sha256.Sum256([]byte(token))] = keptAnswer{answer, time.Now().Add(c.lifetime)}
}

func (c *authorizerCache) dropOldest() {
	var oldest [sha256.Size]byte
	var first time.Time
	for key, answer := range c.kept {
		if first.IsZero() || answer.expires.Before(first) {
			oldest, first = key, answer.expires
		}
	}
	delete(c.kept, oldest)
}
