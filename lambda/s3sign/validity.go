package presign

import "time"

// window is the time that the URLs of one answer live. Signatures count whole
// seconds, so the answer does too.
type window struct {
	from     time.Time // UTC
	lifetime time.Duration
}

// expiry is the part of an answer that says when its URLs end.
type expiry struct {
	ExpiresIn int64  `json:"expiresIn"` // seconds
	ExpiresAt string `json:"expiresAt"` // RFC 3339, UTC
}

func (w window) expiry() expiry {
	return expiry{
		ExpiresIn: int64(w.lifetime / time.Second),
		ExpiresAt: w.from.Add(w.lifetime).Format(time.RFC3339),
	}
}

// window opens now.
func (h *Handler) window() (window, error) {
	now := h.now().UTC().Truncate(time.Second)
	lifetime, err := h.signer.lifetimeAt(now)
	return window{from: now, lifetime: lifetime}, err
}
