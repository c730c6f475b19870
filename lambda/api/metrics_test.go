package api

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// metricsOf reads a log line as CloudWatch does ("Specification: Embedded metric format", Amazon
// CloudWatch User Guide), and fails if the line breaks a rule of that format. It returns the values
// by "Name" or "Name{Dimension=value}".
func metricsOf(t *testing.T, line map[string]any) map[string]float64 {
	t.Helper()
	only := func(what string, object map[string]any, members string) {
		if got := slices.Sorted(maps.Keys(object)); strings.Join(got, " ") != members {
			t.Fatalf("%s has the members %v, want %s", what, got, members)
		}
	}
	metadata, ok := line["_aws"].(map[string]any)
	if !ok {
		t.Fatalf("no object _aws in %v", line)
	}
	only("_aws", metadata, "CloudWatchMetrics Timestamp")
	if at, ok := metadata["Timestamp"].(float64); !ok || int64(at) != testNow.UnixMilli() {
		t.Errorf("Timestamp %v, want %d", metadata["Timestamp"], testNow.UnixMilli())
	}
	values := map[string]float64{}
	for _, d := range metadata["CloudWatchMetrics"].([]any) {
		directive := d.(map[string]any)
		only("a directive", directive, "Dimensions Metrics Namespace")
		if directive["Namespace"] != "Signpost" {
			t.Errorf("Namespace %v", directive["Namespace"])
		}
		definitions, sets := directive["Metrics"].([]any), directive["Dimensions"].([]any)
		if len(definitions) < 1 || len(definitions) > 100 || len(sets) < 1 {
			t.Fatalf("%d metrics with %d sets of dimensions", len(definitions), len(sets))
		}
		for _, set := range sets {
			suffix := ""
			for _, name := range set.([]any) {
				value, ok := line[name.(string)].(string)
				if !ok || value == "" || len(value) > 1024 {
					t.Fatalf("the dimension %v isn't a string beside _aws: %v", name, line)
				}
				suffix += "{" + name.(string) + "=" + value + "}"
			}
			for _, m := range definitions {
				metric := m.(map[string]any)
				only("a metric", metric, "Name Unit")
				name := metric["Name"].(string)
				value, ok := line[name].(float64)
				if !ok {
					t.Fatalf("the metric %s isn't a number beside _aws: %v", name, line)
				}
				if !slices.Contains([]any{"Count", "Bytes", "Milliseconds"}, metric["Unit"]) {
					t.Errorf("%s is in %v", name, metric["Unit"])
				}
				values[name+suffix] = value
			}
		}
	}
	return values
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	anonymous := postEvent("")
	anonymous.RequestContext.Authorizer = nil
	download := fields{"key": ownTestKey("a.png")}
	for name, c := range map[string]struct {
		event events.APIGatewayProxyRequest
		want  map[string]float64
	}{
		"Plan":          {postEvent(goodFields().String()), map[string]float64{"UploadsPlanned": 1, "BytesPlanned": 12345, "BytesSigned": 12345}},
		"PlanEmpty":     {postEvent(goodFields().alter(fields{"size": 0}).String()), map[string]float64{"UploadsPlanned": 1, "BytesPlanned": 0, "BytesSigned": 0}},
		"PlanInParts":   {postEvent(goodFields().alter(fields{"size": 1 << 40}).String()), map[string]float64{"UploadsPlanned": 1, "BytesPlanned": 1 << 40, "BytesSigned": 0}},
		"Parts":         {partsEvent(partsFor(partsKey(6<<20, false), numbered(1)...).String()), map[string]float64{"BytesSigned": 5 << 20}},
		"TwoParts":      {partsEvent(partsFor(partsKey(14<<20, false), numbered(1, 3)...).String()), map[string]float64{"BytesSigned": (5 + 4) << 20}},
		"NoParts":       {partsEvent(partsFor(partsKey(40<<20, false)).String()), map[string]float64{"BytesSigned": 0}},
		"Signed":        {getEvent(map[string][]string{"key": {"a.png"}, "size": {"5"}}), map[string]float64{"UploadsPlanned": 1, "BytesPlanned": 5, "BytesSigned": 5}},
		"SignedUnsized": {getEvent(map[string][]string{"key": {"a.png"}}), map[string]float64{"UploadsPlanned": 1}},
		"Refused":       {postEvent(goodFields().alter(fields{"size": -1}).String()), map[string]float64{"Refusals{Code=InvalidRequest}": 1}},
		"RefusedParts":  {partsEvent(partsFor(partsKey(6<<20, false), numbered(7)...).String()), map[string]float64{"Refusals{Code=InvalidPart}": 1}},
		"Anonymous":     {anonymous, map[string]float64{"Refusals{Code=Unauthorized}": 1}},
		"NoRoute":       {event("GET", "/nope"), map[string]float64{"Refusals{Code=NotFound}": 1}},
		"Download":      {downloadEvent(download.String()), map[string]float64{"DownloadsSigned": 1}},
		"Listing":       {listingEvent("{}"), map[string]float64{"ListingsSigned": 1}},
		"Deletions":     {deletionsEvent(numberedKeys(3)...), map[string]float64{"DeletionsSigned": 3}},
		"Scan":          {scanEvent(download.String()), map[string]float64{"ScansSigned": 1}},
		"ForeignKeys":   {deletionsEvent(ownTestKey("a.png"), strings.Replace(ownTestKey("a.png"), testSub, otherSub, 1)), map[string]float64{"Refusals{Code=Forbidden}": 1}},
		"ForeignKey":    {downloadEvent(strings.Replace(download.String(), testSub, otherSub, 1)), map[string]float64{"Refusals{Code=Forbidden}": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, j := newTestFor(t, c.event.Resource, inParts)
			calls := 0
			h.now = func() time.Time { // a request takes 1.5 ms
				if calls++; calls == 1 {
					return testNow.Add(-1500 * time.Microsecond)
				}
				return testNow
			}
			handle(t, h, c.event)
			lines := j.lines(t)
			if len(lines) != 1 {
				t.Fatalf("%d lines for one request", len(lines))
			}
			want := merged(c.want, "Latency", 1.5)
			if got := metricsOf(t, lines[0]); !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func merged(m map[string]float64, name string, value float64) map[string]float64 {
	out := map[string]float64{name: value}
	maps.Copy(out, m)
	return out
}

// The bytes of a part count each time it is signed, so that the sum is what the signed URLs can
// store.
func TestBytesSignedCountsEachTime(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, inParts)
	planned(t, h, postEvent(goodFields().alter(fields{"size": 15 << 20}).String()))
	for range 3 {
		var a partsAnswer
		answered(t, h, partsEvent(partsFor(partsKey(15<<20, false), numbered(1, 2, 3)...).String()), 200, &a)
	}
	sum := map[string]float64{}
	for _, line := range j.lines(t) {
		for name, value := range metricsOf(t, line) {
			sum[name] += value
		}
		if line["bytesSigned"] != line["BytesSigned"] || line["lengthSigned"] != nil {
			t.Errorf("logged as %v", line)
		}
	}
	if sum["BytesPlanned"] != 15<<20 || sum["BytesSigned"] != 3*15<<20 {
		t.Errorf("planned %v bytes and signed %v", sum["BytesPlanned"], sum["BytesSigned"])
	}
}

// A URL that accepts any length is not counted, and the log says so.
func TestUnsizedIsLogged(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	planned(t, h, getEvent(map[string][]string{"key": {"a.png"}}))
	planned(t, h, getEvent(map[string][]string{"key": {"a.png"}, "size": {"0"}}))
	refused(t, h, getEvent(map[string][]string{"key": {"a.exe"}}), 415, TypeNotAllowed, "contentType")
	for i, want := range []map[string]any{{"lengthSigned": false, "bytesSigned": nil}, {"lengthSigned": nil, "bytesSigned": 0.0}, {"lengthSigned": nil, "bytesSigned": nil}} {
		for name, v := range want {
			if got := j.lines(t)[i][name]; got != v {
				t.Errorf("line %d: %s is %v, want %v", i, name, got, v)
			}
		}
	}
}

// Nothing that a caller writes becomes a dimension, because each of its values is a metric that is
// paid for.
func TestMetricsHaveBoundedDimensions(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t)
	for _, e := range []events.APIGatewayProxyRequest{
		event("GET", "/"+testJWT), postEvent(`{"` + testJWT + `":1}`), postEvent(goodFields().String()), postEvent(goodFields().alter(fields{"size": 1e18}).String()),
	} {
		handle(t, h, e)
	}
	for _, line := range j.lines(t) {
		for name := range metricsOf(t, line) {
			_, dimensions, _ := strings.Cut(name, "{")
			code := Code(strings.TrimSuffix(strings.TrimPrefix(dimensions, "Code="), "}"))
			if _, known := statuses[code]; dimensions != "" && !known {
				t.Errorf("the metric %s", name)
			}
		}
	}
}
