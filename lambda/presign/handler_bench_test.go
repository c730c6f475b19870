package presign

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// BenchmarkHandle is what one request costs once the function is warm.
func BenchmarkHandle(b *testing.B) {
	for name, e := range map[string]events.APIGatewayProxyRequest{
		"Plan":         postEvent(goodFields().String()),
		"PlanMetadata": postEvent(goodFields().alter(fields{"sha256": emptySHA256, "metadata": fields{"album": "2026", "by": "ada", "city": "Köln"}}).String()),
		"PlanLongName": postEvent(goodFields().alter(fields{"filename": strings.Repeat("é", 255)}).String()),
		"Signed":       getEvent(map[string][]string{"key": {"cat.png"}, "size": {"5"}}),
		"Refused":      postEvent(goodFields().alter(fields{"size": -1}).String()),
	} {
		b.Run(name, func(b *testing.B) {
			h, err := NewHandler(testConfig(), slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if resp, _ := h.Handle(b.Context(), e); resp.StatusCode == 500 {
					b.Fatal(resp.Body)
				}
			}
		})
	}
}
