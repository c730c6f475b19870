// Package function makes the handler of each Lambda function from its environment, and runs it.
//
//	func main() { function.Run("upload", function.Upload) }
//
// The local run makes the same handlers, with its own S3:
//
//	handler, err := function.Upload(getenv, "http://127.0.0.1:7070", log)
//
// Each function has its own constructor here, so that the linker leaves the other functions' code
// out of its binary. Don't load the SDK's default configuration: the credentials are in the
// environment, and looking for them elsewhere would slow every cold start.
package function

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"signpost/lambda/api"
	"signpost/lambda/config"
	"signpost/lambda/s3sign"
)

// Builder makes a function's handler from its environment. The endpoint is that of S3, empty on
// AWS. The error lists every problem with the environment, one on each line.
type Builder func(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error)

// Upload makes the handler of the function that signs uploads. It is a [Builder].
func Upload(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	cfg, err := config.UploadFromEnvironment(getenv)
	signer, err := newSigner(cfg.Shared, err, getenv, endpoint)
	if err != nil {
		return nil, err
	}
	return api.NewUploadHandler(cfg, signer, log)
}

// Download makes the handler of the function that signs downloads. It is a [Builder].
func Download(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	return forFiles(api.NewDownloadHandler, getenv, endpoint, log)
}

// List makes the handler of the function that signs listings. It is a [Builder].
func List(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	return forFiles(api.NewListHandler, getenv, endpoint, log)
}

// Delete makes the handler of the function that signs deletions. It is a [Builder].
func Delete(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	return forFiles(api.NewDeleteHandler, getenv, endpoint, log)
}

// Scan makes the handler of the function that signs reads of what the malware scan found. It is a
// [Builder].
func Scan(getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	return forFiles(api.NewScanHandler, getenv, endpoint, log)
}

// forFiles makes the handler of a function that signs for stored files.
func forFiles(build func(config.Files, api.Signer, *slog.Logger) (*api.Handler, error), getenv func(string) string, endpoint string, log *slog.Logger) (*api.Handler, error) {
	cfg, err := config.FilesFromEnvironment(getenv)
	signer, err := newSigner(cfg.Shared, err, getenv, endpoint)
	if err != nil {
		return nil, err
	}
	return build(cfg, signer, log)
}

// newSigner makes the signer of a function. It reports what is wrong with the function's settings
// and with its runtime together.
func newSigner(cfg config.Shared, cfgErr error, getenv func(string) string, endpoint string) (*s3sign.Signer, error) {
	runtime, err := s3sign.RuntimeFromEnvironment(getenv)
	if err := errors.Join(cfgErr, err); err != nil {
		return nil, err
	}
	runtime.Endpoint, runtime.TransferAcceleration = endpoint, cfg.TransferAcceleration
	return s3sign.New(cfg.Bucket, runtime)
}

// Run runs a function in Lambda. If the function cannot start, it ends the process with one line on
// standard error, because each line becomes a separate event in CloudWatch Logs.
func Run(name string, build Builder) {
	handler, err := build(os.Getenv, "", slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: cannot start: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
	lambda.Start(handler.Handle)
}
