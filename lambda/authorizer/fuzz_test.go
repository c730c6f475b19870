package authorizer

import (
	"strings"
	"testing"
)

// FuzzAuthorize looks for a token that is accepted although the test didn't sign it. An RSA
// signature of PKCS #1 v1.5 has one form only, so a good token is one of these, byte for byte.
func FuzzAuthorize(f *testing.F) {
	fixture := newFixture(f)
	signed := map[string]bool{}
	for _, changes := range []map[string]any{nil, {"aud": []string{audience, "x"}}, {"sub": "ü"}} {
		token := fixture.token(changes)
		signed[token] = true
		fixture.want("Allow", token)
		f.Add(token)
		f.Add("Bearer " + token)
	}
	for _, forged := range forgedTokens(fixture) {
		f.Add(forged.token)
	}
	f.Fuzz(func(t *testing.T, header string) {
		outcome := fixture.outcome(header)
		fixture.log.Reset()
		token := header
		if len(token) >= len("Bearer ") && strings.EqualFold(token[:len("Bearer ")], "Bearer ") {
			token = token[len("Bearer "):]
		}
		isGood := signed[strings.TrimSpace(token)] || signed[strings.TrimSpace(header)]
		if outcome == "Allow" && !isGood {
			t.Errorf("%q is allowed", header)
		}
		if outcome != "Allow" && outcome != "Unauthorized" {
			t.Errorf("%q: %s", header, outcome)
		}
	})
}
