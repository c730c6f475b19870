package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// keyEvents ask each function that signs for stored files for one of them. They name the key in
// different fields.
var keyEvents = map[string]func(key string) events.APIGatewayProxyRequest{
	"key of a download": func(key string) events.APIGatewayProxyRequest { return downloadEvent(fields{"key": key}.String()) },
	"key of a scan":     func(key string) events.APIGatewayProxyRequest { return scanEvent(fields{"key": key}.String()) },
	"keys to delete":    func(key string) events.APIGatewayProxyRequest { return deletionsEvent(key) },
	"after in a list":   func(key string) events.APIGatewayProxyRequest { return listingEvent(fields{"after": key}.String()) },
}

// keyOfKind returns a key of the caller's own, of a kind.
func keyOfKind(kind, name string) string {
	return strings.Replace(ownTestKey(name), "uploads/", "uploads/"+kind+"/", 1)
}

// numberedKeys returns n keys of the caller's own.
func numberedKeys(n int) (keys []any) {
	for i := range n {
		keys = append(keys, ownTestKey(fmt.Sprintf("%d.png", i)))
	}
	return keys
}

// Every function refuses a key that can't be the caller's own, and logs none.
func TestKeysRefused(t *testing.T) {
	t.Parallel()
	own := ownTestKey("cat.png")
	for name, send := range keyEvents {
		field, _, _ := strings.Cut(name, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, j := newTestFor(t, send("").Resource, withKinds)
			for key, status := range map[string]int{
				"": 400, "cat.png": 400, "/" + own: 400, own + "/": 400, "uploads/": 400, "uploads/" + testSub + "/": 400, "uploads/" + testSub: 400,
				strings.ToLower(own): 400, strings.Replace(own, "/cat", "/../cat", 1): 400, strings.Replace(own, testSub, "..", 1): 400,
				own + "?versionId=null": 400, own + "\n": 400, own + "%2F": 400, own + "é": 400,
				strings.Replace(own, "uploads/", "elsewhere/", 1):                     400,
				strings.Replace(own, "uploads/", "uploads//", 1):                      400,
				strings.Replace(own, "uploads/", "uploads/Avatar/", 1):                400,
				strings.Replace(own, testSub, otherSub, 1):                            403,
				strings.Replace(own, testSub, testSub[:35], 1):                        403, // a sub that the caller's begins with
				strings.Replace(own, testSub, testSub+"0", 1):                         403,
				strings.Replace(own, testSub, strings.ToUpper(testSub), 1):            403,
				strings.Replace(keyOfKind("avatar", "cat.png"), testSub, otherSub, 1): 403,
				strings.Replace(keyOfKind("movie", "cat.png"), testSub, otherSub, 1):  403, // says nothing of kinds
			} {
				code, says := InvalidKey, "is not a key that this deployment returned; keys look like uploads/<sub>/<id>/<name>"
				if status == 403 {
					code, says = Forbidden, "belongs to another user"
				}
				if r := refused(t, h, send(key), status, code, field); !strings.Contains(r.Error.Message, says) {
					t.Errorf("%q: message %q, want it to say %q", key, r.Error.Message, says)
				}
			}
			for _, line := range j.lines(t) {
				if line["key"] != nil || line["keys"] != nil {
					t.Errorf("a refused key is logged: %v", line)
				}
			}
		})
	}
}

// A kind decides who may use its files, and for how long a URL is valid. Only downloads can be
// forbidden by it. What was stored as no kind stays reachable when that is closed.
func TestKindsOfFiles(t *testing.T) {
	t.Parallel()
	for name, send := range keyEvents {
		field, _, _ := strings.Cut(name, " ")
		if field == "after" {
			continue // the listing's own tests
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestFor(t, send("").Resource, onlyKinds)
			for key, want := range map[string]int{
				ownTestKey("cat.png"): 600, keyOfKind("avatar", "cat.png"): 60, keyOfKind("film", "a.mp4"): 600, keyOfKind("contract", "a.pdf"): 600,
			} {
				var a expiryAnswer
				resp := handle(t, h, asEditor(send(key)))
				if strings.Contains(key, "contract") && name == "key of a download" {
					refused(t, h, send(key), 403, Forbidden, field)
					continue
				}
				if err := json.Unmarshal([]byte(resp.Body), &a); err != nil {
					t.Fatal(err)
				}
				if a.ExpiresIn != want || !strings.Contains(resp.Body, fmt.Sprintf("X-Amz-Expires=%d&", want)) {
					t.Errorf("%s: %d seconds, want %d: %s", key, a.ExpiresIn, want, resp.Body)
				}
			}
			r := refused(t, h, send(keyOfKind("movie", "a.mp4")), 400, InvalidKey, field)
			if !strings.Contains(r.Error.Message, `is of the kind "movie", which this deployment doesn't have`) {
				t.Errorf("message %q", r.Error.Message)
			}
			r = refused(t, h, send(keyOfKind("film", "a.mp4")), 403, Forbidden, field)
			if !strings.Contains(r.Error.Message, `is of the kind "film", which is only for members of the group "editors"`) {
				t.Errorf("message %q", r.Error.Message)
			}
		})
	}
}

// Each function serves only its own route.
func TestRoutesOfFiles(t *testing.T) {
	t.Parallel()
	key := fields{"key": ownTestKey("a.png")}.String()
	for resource := range fileHandlers {
		h, _ := newTestFor(t, resource)
		for _, e := range []events.APIGatewayProxyRequest{
			postEvent(goodFields().String()), event("POST", "/uploads/parts"), getEvent(map[string][]string{"key": {"a.png"}}), limitsEvent(),
			downloadEvent(key), listingEvent("{}"), deletionsEvent(ownTestKey("a.png")), scanEvent(key), event("GET", resource),
		} {
			if e.Resource == resource && e.HTTPMethod == "POST" {
				if resp := handle(t, h, e); resp.StatusCode != 200 {
					t.Errorf("%s: %s", resource, resp.Body)
				}
				continue
			}
			refused(t, h, e, 404, NotFound, "")
		}
		upload, _ := newTestHandler(t)
		refused(t, upload, event("POST", resource), 404, NotFound, "")
	}
}
