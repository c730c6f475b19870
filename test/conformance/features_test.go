package conformance_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

// features are what GET /limits says of a deployment.
type features struct{ Resumable, Downloads, Listings, Deletions, Scans bool }

func featuresIn(t *testing.T, a answer) features {
	t.Helper()
	var limits struct{ Features features }
	decode(t, a, &limits)
	return limits.Features
}

// decode reads an answer with status 200.
func decode(t *testing.T, a answer, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); a.status != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v: %.500s", a.status, err, withoutQuery(string(a.body)))
	}
}

// TestFeatures: a page learns from the limits which routes there are.
func TestFeatures(t *testing.T) {
	t.Parallel()
	got := featuresIn(t, api(t, "GET", "limits"))
	for route, said := range map[string]bool{"downloads": got.Downloads, "listings": got.Listings, "deletions": got.Deletions, "scans": got.Scans} {
		if hasRoute(t, route) != said {
			t.Errorf("the limits say of /%s %t, which isn't so", route, said)
		}
		if !said {
			refused(t, post(t, route, `{}`), "NotFound", "")
		}
	}
	if want := (features{Resumable: true, Downloads: true, Listings: true, Deletions: true}); mainRun != nil && got != want {
		t.Errorf("the local run's features are %+v", got)
	}
}

// TestFewestFeatures runs stage dev, which has none of the props: the routes don't exist.
func TestFewestFeatures(t *testing.T) {
	t.Parallel()
	r := runStage(t, "dev")
	send := func(method, path, body string) answer {
		request, err := http.NewRequest(method, target.ApiUrl+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		allOf(setBody(body), setHeader("Content-Type", "application/json"), onRun(t, r))(request)
		a, err := exchange(request)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if got := featuresIn(t, send("GET", "limits", "")); got != (features{}) {
		t.Errorf("the features are %+v", got)
	}
	for _, route := range []string{"downloads", "listings", "deletions", "scans"} {
		refused(t, send("POST", route, `{}`), "NotFound", "")
	}
	planned(t, send("POST", "uploads", goodBody), 201) // so it is no fault of the token
}
