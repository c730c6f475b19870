package conformance_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestLimits reads the limits as a page does, and checks that they are those of the stack.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, origin := range allowedOrigins() {
		a := api(t, "GET", "limits", setHeader("Origin", origin))
		checkHeader(t, a, "Access-Control-Allow-Origin", origin)
		checkHeader(t, a, "Cache-Control", "private, max-age=300")
		checkHeader(t, a, "Vary", "Origin, Authorization")
		checkLimits(t, a)
	}
	t.Run("ErrNobody", func(t *testing.T) {
		a := api(t, "GET", "limits", dropHeader("Authorization"))
		refused(t, a, "Unauthorized", "")
		checkHeader(t, a, "Cache-Control", "no-store")
	})
	t.Run("ErrOtherOrigin", func(t *testing.T) {
		checkHeader(t, api(t, "GET", "limits", setHeader("Origin", "https://evil.example")), "Access-Control-Allow-Origin", "")
	})
	t.Run("ErrParameter", func(t *testing.T) {
		refused(t, api(t, "GET", "limits?kind=avatar"), "InvalidRequest", "kind")
	})
}

func checkLimits(t *testing.T, a answer) {
	t.Helper()
	var limits struct {
		Kinds []struct {
			Kind               *string
			Types              []string
			Accept             string
			MaxSize            int64
			MultipartThreshold *int64
		}
		Features struct{ Resumable, Downloads bool }
	}
	if err := json.Unmarshal(a.body, &limits); err != nil || a.status != 200 || len(limits.Kinds) == 0 {
		t.Fatalf("status %d, %v: %s", a.status, err, a.body)
	}
	k := limits.Kinds[0]
	if k.Kind != nil || k.MaxSize != sizeLimit(t) {
		t.Errorf("kind %v, files of up to %d bytes; want none and %d", k.Kind, k.MaxSize, sizeLimit(t))
	}
	if (k.MultipartThreshold != nil) != hasRoute(t, "uploads/parts") || limits.Features.Downloads != hasRoute(t, "downloads") {
		t.Errorf("the limits don't fit the routes: %s", a.body)
	}
	for token := range strings.SplitSeq(k.Accept, ",") {
		if strings.Contains(token, "/") != slices.Contains(k.Types, token) {
			t.Errorf("accept has %q, the types are %q", token, k.Types)
		}
	}
}
