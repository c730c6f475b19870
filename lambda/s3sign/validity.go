package s3sign

import "time"

// Validity is the time for which a signed request is valid. Signatures count whole seconds.
type Validity struct {
	From     time.Time // in UTC
	Lifetime time.Duration
}

// End returns when the validity ends.
func (v Validity) End() time.Time { return v.From.Add(v.Lifetime) }
