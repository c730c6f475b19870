package check_test

import (
	"context"
	"strings"
	"testing"

	"signpost/infra/preflight/awsstub"
	"signpost/infra/preflight/check"
	"signpost/infra/uploads"
)

// TestTransferAcceleration: a partition without it is a problem, and a region that AWS didn't list
// is a note, since AWS may have added it.
func TestTransferAcceleration(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":     "",
		"eu-north-1":    "note TransferAcceleration: AWS's documentation didn't list eu-north-1",
		"us-gov-west-1": "problem TransferAcceleration: the stack goes to us-gov-west-1, which is in a partition without S3 Transfer Acceleration",
	} {
		t.Run(region, func(t *testing.T) {
			cfg := config(awsstub.New(t))
			cfg.Region = region
			got := ""
			for _, line := range lines(check.Run(context.Background(), cfg, target(uploads.Props{AllowedOrigins: []string{"https://example.com"}, TransferAcceleration: true}))) {
				if strings.Contains(line, " TransferAcceleration: ") {
					got += line
				}
			}
			if !strings.HasPrefix(got, want) || (got == "") != (want == "") {
				t.Errorf("it says\n%s\nwant\n%s", got, want)
			}
		})
	}
}
