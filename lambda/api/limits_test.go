package api

import (
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// limitsAnswer is an answer as a client reads it.
type limitsAnswer struct {
	Kinds []struct {
		Kind               *string  `json:"kind"`
		Types              []string `json:"types"`
		Accept             string   `json:"accept"`
		MaxSize            int64    `json:"maxSize"`
		MultipartThreshold *int64   `json:"multipartThreshold"`
		RequiredMetadata   []string `json:"requiredMetadata"`
		Downloads          bool     `json:"downloads"`
	} `json:"kinds"`
	Features map[string]bool `json:"features"`
}

func limitsEvent() events.APIGatewayProxyRequest { return event("GET", "/limits") }

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change               func(*deployment)
		threshold            int64 // 0 for none
		resumable, downloads bool
	}{
		"OneRequest":          {func(d *deployment) { d.ResumableUploads = true }, 0, false, false},
		"InParts":             {inParts, 5 * mib, false, false},
		"Resumable":           {resumable, 5 * mib, true, false},
		"Downloads":           {func(d *deployment) { d.Downloads = true }, 0, false, true},
		"ResumableDownloads":  {func(d *deployment) { resumable(d); d.Downloads = true }, 5 * mib, true, true},
		"Files":               {func(d *deployment) { d.Listings, d.Deletions, d.Scans = true, true, true }, 0, false, false},
		"ThresholdIsTheLimit": {func(d *deployment) { d.MaxSize, d.MultipartThreshold = 5*mib, 5*mib }, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testDeployment()
			c.change(&d)
			h, _ := newTestHandler(t, c.change)
			var a limitsAnswer
			answered(t, h, limitsEvent(), 200, &a)
			if len(a.Kinds) != 1 {
				t.Fatalf("%d kinds", len(a.Kinds))
			}
			k := a.Kinds[0]
			if k.Kind != nil || !slices.Equal(k.Types, d.AllowedTypes) || k.MaxSize != d.MaxSize || k.RequiredMetadata == nil || len(k.RequiredMetadata) > 0 || k.Downloads != c.downloads {
				t.Errorf("%+v", k)
			}
			if (k.MultipartThreshold == nil) != (c.threshold == 0) || c.threshold > 0 && *k.MultipartThreshold != c.threshold {
				t.Errorf("threshold %v, want %d", k.MultipartThreshold, c.threshold)
			}
			for feature, want := range map[string]bool{
				"resumable": c.resumable, "downloads": c.downloads, "listings": name == "Files", "deletions": name == "Files", "scans": name == "Files",
			} {
				if got, there := a.Features[feature]; !there || got != want {
					t.Errorf("%s is %v, %v; want %v", feature, got, there, want)
				}
			}
			if len(a.Features) != 5 {
				t.Errorf("features %v", a.Features)
			}
		})
	}
}

// What the limits promise is what POST /uploads does.
func TestLimitsAreThoseOfPlans(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(d *deployment) { d.MaxSize, d.MultipartThreshold = 20*mib, 5*mib })
	var a limitsAnswer
	answered(t, h, limitsEvent(), 200, &a)
	k := a.Kinds[0]
	plan := func(size int64) events.APIGatewayProxyRequest {
		return postEvent(goodFields().alter(fields{"size": size}).String())
	}
	if planned(t, h, plan(*k.MultipartThreshold)).Multipart != nil || planned(t, h, plan(*k.MultipartThreshold+1)).Multipart == nil {
		t.Errorf("the threshold isn't %d", *k.MultipartThreshold)
	}
	planned(t, h, plan(k.MaxSize))
	refused(t, h, plan(k.MaxSize+1), 413, SizeTooLarge, "size")
}

func TestLimitsRefused(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t)
	anonymous := limitsEvent()
	anonymous.RequestContext.Authorizer = nil
	refused(t, h, anonymous, 401, Unauthorized, "Authorization")
	unknown := limitsEvent()
	unknown.MultiValueQueryStringParameters = map[string][]string{"kind": {"avatar"}}
	refused(t, h, unknown, 400, InvalidRequest, "kind")
	h, _ = newTestHandler(t, func(d *deployment) { d.RequiredGroup = "editors" })
	refused(t, h, limitsEvent(), 403, Forbidden, "Authorization")
}

// The caller's own browser may keep the limits, for one origin and one token. It may keep no
// refusal.
func TestLimitsAreCacheable(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	got := handle(t, h, limitsEvent()).Headers
	if got["Cache-Control"] != "private, max-age=300" || got["Vary"] != "Origin, Authorization" || got["Access-Control-Allow-Origin"] != testOrigin {
		t.Errorf("headers %v", got)
	}
	if metrics := metricsOf(t, j.lines(t)[0]); len(metrics) != 1 {
		t.Errorf("metrics %v, want only Latency", metrics)
	}
	anonymous := limitsEvent()
	anonymous.RequestContext.Authorizer = nil
	if got := handle(t, h, anonymous).Headers; got["Cache-Control"] != "no-store" || got["Vary"] != "Origin" {
		t.Errorf("headers of a refusal: %v", got)
	}
}
