package api

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/s3sign"
)

// BenchmarkHandle measures one request of a warm function.
func BenchmarkHandle(b *testing.B) {
	var hundred []int64
	for n := range int64(100) {
		hundred = append(hundred, n+1)
	}
	ofKinds := numberedFiles(100)
	for i, kind := range []string{"avatar", "note", "movie"} { // the last is refused
		for j := i; j < len(ofKinds); j += 3 {
			ofKinds[j] = ofKinds[j].(fields).alter(fields{"kind": kind})
		}
	}
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plan":         postEvent(goodFields().String()),
		"Batch100":     batchEvent(numberedFiles(100)...),
		"BatchOfKinds": batchEvent(ofKinds...),
		"Limits":       limitsEvent(),
		"PlanMetadata": postEvent(goodFields().alter(fields{"sha256": s3sign.EmptySHA256, "metadata": fields{"album": "2026", "by": "ada", "city": "Köln"}}).String()),
		"PlanLongName": postEvent(goodFields().alter(fields{"filename": strings.Repeat("é", 255)}).String()),
		"PlanInParts":  postEvent(goodFields().alter(fields{"size": 1 << 30}).String()),
		"Parts0":       partsEvent(partsFor(partsKey(1<<40, false)).String()),
		"Parts1":       partsEvent(partsFor(partsKey(1<<40, false), numbered(1)...).String()),
		"Parts100":     partsEvent(partsFor(partsKey(1<<40, false), numbered(hundred...)...).String()),
		"Download":     downloadEvent(fields{"key": ownTestKey("a.png"), "disposition": "inline"}.String()),
		"Listing":      listingEvent(fields{"after": ownTestKey("a.png")}.String()),
		"Deletions100": deletionsEvent(numberedKeys(100)...),
		"Scan":         scanEvent(fields{"key": ownTestKey("a.png")}.String()),
		"Signed":       getEvent(map[string][]string{"key": {"cat.png"}, "size": {"5"}}),
		"Refused":      postEvent(goodFields().alter(fields{"size": -1}).String()),
	} {
		b.Run(name, func(b *testing.B) {
			h, _ := newTestFor(b, e.Resource, withKinds)
			h.log = slog.New(slog.DiscardHandler)
			b.ReportAllocs()
			for b.Loop() {
				if resp, _ := h.Handle(b.Context(), e); resp.StatusCode == 500 || resp.StatusCode == 404 {
					b.Fatal(resp.Body)
				}
			}
		})
	}
}
