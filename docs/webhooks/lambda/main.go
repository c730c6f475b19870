// Command lambda is a Lambda function for those who want code instead of a webhook: EventBridge calls
// it for every stored file. package rule has the rule.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(handle) }

// stored is the detail of S3's event "Object Created" ("EventBridge event message structure", Amazon
// S3 User Guide).
type stored struct {
	Bucket struct{ Name string }
	Object struct {
		Key       string
		Size      int64
		ETag      string
		VersionID string `json:"version-id"`
		Sequencer string
	}
}

// handle is called at least once for each file. After an error, Lambda tries twice more ("How Lambda
// handles errors and retries with asynchronous invocation", AWS Lambda Developer Guide).
func handle(ctx context.Context, event events.EventBridgeEvent) error {
	var file stored
	if err := json.Unmarshal(event.Detail, &file); err != nil {
		return fmt.Errorf("event %s: %w", event.ID, err)
	}
	slog.InfoContext(ctx, "arrived", "key", file.Object.Key, "size", file.Object.Size, "sequencer", file.Object.Sequencer)
	return nil
}
