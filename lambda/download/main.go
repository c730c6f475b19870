// Command download is the Lambda function that signs reads of what was
// uploaded. It is apart from the one that signs uploads so that neither's role
// need hold what the other's does. Its environment is the one the template
// gives it; all else is in package presign.
//
// It is built as the file "bootstrap" for the runtime provided.al2023. Don't
// load the SDK's default configuration here: the credentials are in the
// environment, and looking elsewhere for them would slow every cold start.
package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"signpost/lambda/presign"
)

func main() {
	cfg, err := presign.ParseDownloadConfig(os.Getenv)
	if err != nil {
		fail(err)
	}
	h, err := presign.NewDownloadHandler(cfg, slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err != nil {
		fail(err)
	}
	lambda.Start(h.Handle)
}

// fail ends the start on one line, since each line is an event of its own in
// CloudWatch Logs.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "download: cannot start:", strings.ReplaceAll(err.Error(), "\n", "; "))
	os.Exit(1)
}
