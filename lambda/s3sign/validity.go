package s3sign

import (
	"fmt"
	"time"
)

// Validity is the time for which a signed request is valid. Signatures count whole seconds.
type Validity struct {
	From     time.Time // in UTC
	Lifetime time.Duration
}

// End returns when the validity ends.
func (v Validity) End() time.Time { return v.From.Add(v.Lifetime) }

// minLifetime is the shortest lifetime that is useful. Credentials that expire sooner count as expired.
const minLifetime = 10 * time.Second

// Validity returns the validity of requests that are signed now. It ends after the configured lifetime, or when the
// credentials expire, whichever is first.
func (s *Signer) Validity(now time.Time) (Validity, error) {
	v := Validity{From: now.UTC().Truncate(time.Second), Lifetime: s.lifetime}
	if !s.credentials.CanExpire {
		return v, nil
	}
	left := s.credentials.Expires.Sub(v.From).Truncate(time.Second)
	if left < minLifetime {
		return Validity{}, fmt.Errorf("s3sign: credentials expire at %s, too soon to sign with", s.credentials.Expires.UTC().Format(time.RFC3339))
	}
	v.Lifetime = min(v.Lifetime, left)
	return v, nil
}
