package conformance_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// TestOwnFolder: whatever a user writes into the fields, the key stays in the user's own folder.
func TestOwnFolder(t *testing.T) {
	t.Parallel()
	for _, u := range []user{ada, grace} {
		other := map[string]string{ada.sub: grace.sub, grace.sub: ada.sub}[u.sub]
		for _, name := range []string{
			"cat.png", "../" + other + "/cat.png", "../../" + other + "/x/cat.png", "/uploads/" + other + "/cat.png",
			"%2e%2e%2f" + other + "%2fcat.png", other, `..\` + other + `\cat.png`, "uploads/" + other + "/../" + other,
		} {
			for how, a := range map[string]answer{
				"uploads":   uploads(t, fields{"filename": name}, as(u)),
				"documents": documents(t, "contentType=image/png&key="+url.QueryEscape(name), as(u)),
			} {
				t.Run(fmt.Sprintf("%s %q", how, name), func(t *testing.T) {
					p := planned(t, a, map[string]int{"uploads": 201, "documents": 200}[how])
					// Six segments would be a folder that the name made.
					parts := strings.Split(p.Key, "/")
					if len(parts) != 4 || parts[0] != "uploads" || parts[1] != u.sub {
						t.Errorf("%s may write %s", u.sub, p.Key)
					}
				})
			}
		}
	}
}

// TestForeignFields: no field of the body, the query or the headers says whose upload it is, but the token.
func TestForeignFields(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sub", "key", "prefix", "bucket", "userId", "path", "id"} {
		t.Run("Err "+name, func(t *testing.T) {
			refused(t, uploads(t, fields{name: grace.sub}), "InvalidRequest", name)
		})
	}
	for _, header := range []string{"X-Sub", "X-User-Id", "X-Forwarded-User", "X-Amzn-Oidc-Identity", "X-Amz-Meta-Sub"} {
		t.Run("OK "+header, func(t *testing.T) {
			checkPlan(t, planUpload(t, nil, setHeader(header, grace.sub)))
		})
	}
}

// TestKeysDiffer plans the same upload at once many times, as two users.
func TestKeysDiffer(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 12)
	t.Run("OK", func(t *testing.T) {
		for range cap(keys) / 2 {
			for _, u := range []user{ada, grace} {
				t.Run("", func(t *testing.T) {
					t.Parallel()
					keys <- planned(t, uploads(t, nil, as(u)), 201).Key
				})
			}
		}
	})
	close(keys)
	seen := map[string]bool{}
	for key := range keys {
		id := strings.Split(key, "/")[2]
		if seen[id] {
			t.Errorf("the id of %s came up twice", key)
		}
		seen[id] = true
	}
	if len(seen) != cap(keys) {
		t.Errorf("%d keys, want %d", len(seen), cap(keys))
	}
}
