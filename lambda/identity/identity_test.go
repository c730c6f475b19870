package identity

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"signpost/lambda/config"
	"signpost/lambda/key"
)

// The owner of files that are stored must never change, so here is one of each as sha256sum made it.
func TestOwner(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ issuer, claim, value, want string }{
		{"https://login.example.com/", "sub", "auth0|5f7c8ec7", "0d91ea9dfe378d0458a66f4d792e5ff4ccc7847488a26a1550bb2ed0b25c1c22"},
		{"https://login.example.com/", "org_id", "org_ünï", "39111927bb7bce012d7d82d443ba9cde288f1f6fcffa9616fde99d1ffd09f59b"},
	} {
		got := Owner(test.issuer, test.claim, test.value)
		if got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
		if !key.IsOwner(got) || config.KindNameProblem(got) == "" {
			t.Errorf("%s can't be a segment of a key, or is the name of a kind", got)
		}
	}
}

// Two different texts never have one owner: neither by another issuer, nor by another claim, nor by
// a value that looks like the rest of another text.
func TestOwnersDiffer(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"https://a/", "https://a", "sub", "org", "x", "x\ny", "sub\nx", "", "\n"})
	rapid.Check(t, func(r *rapid.T) {
		line := part.Filter(func(s string) bool { return config.ClaimNameProblem(s) == "" })
		one := [3]string{line.Draw(r, "issuer"), line.Draw(r, "claim"), part.Draw(r, "value")}
		two := [3]string{line.Draw(r, "issuer"), line.Draw(r, "claim"), part.Draw(r, "value")}
		if same := Owner(one[0], one[1], one[2]) == Owner(two[0], two[1], two[2]); same != (one == two) {
			r.Fatalf("%q and %q: the same owner: %v", one, two, same)
		}
	})
}

func TestContextIsReadBack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Caller{
		"all":   {Owner: "abc", Subject: "a\"b\n|ü", Shared: true, Claims: map[string]any{"groups": []any{"a", "b, c"}}, Expires: time.Unix(1_800_000_000, 0)},
		"least": {Owner: "abc", Subject: "s", Expires: time.Unix(0, 0)},
	} {
		context := want.Context()
		for key, value := range context {
			if _, ok := value.(string); !ok {
				t.Errorf("%s: %s is not a text", name, key)
			}
		}
		event, _ := json.Marshal(context)
		var received map[string]any
		_ = json.Unmarshal(event, &received)
		if got, err := FromContext(received); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, want)
		}
	}
}

func TestOtherContexts(t *testing.T) {
	t.Parallel()
	right := Caller{Owner: "abc", Subject: "s", Claims: map[string]any{"a": "b"}, Expires: time.Unix(1, 0)}.Context()
	for _, change := range []map[string]any{
		{"owner": "a/b"}, {"subject": nil}, {"expires": 1.0}, {"claims": "{"}, {"claims": ""}, {"claims": map[string]any{"a": "b"}},
	} {
		changed := maps.Clone(right)
		maps.Copy(changed, change)
		if c, err := FromContext(changed); err == nil {
			t.Errorf("%v: %+v", change, c)
		}
	}
	for _, context := range []map[string]any{nil, {}, {"claims": map[string]any{"sub": "x"}}} {
		if c, err := FromContext(context); err == nil {
			t.Errorf("%v: %+v", context, c)
		}
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	c := Caller{Expires: time.Unix(1_800_000_000, 0)}
	for after, want := range map[time.Duration]bool{-time.Hour: false, 0: false, Leeway - 1: false, Leeway: true, time.Hour: true} {
		if got := c.Expired(c.Expires.Add(after)); got != want {
			t.Errorf("%v after it has expired: %v", after, got)
		}
	}
}
