// Command authorize is the Lambda function that verifies callers' tokens for API Gateway. Its
// environment is the one that the template gives it.
//
// It is built as the file "bootstrap" for the runtime provided.al2023.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"signpost/lambda/authorizer"
)

// main runs the function in Lambda. If it cannot start, it ends the process with one line on
// standard error, as function.Run does for the others, whose code it is not to hold.
func main() {
	a, err := authorizer.FromEnvironment(os.Getenv, &http.Client{}, slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err != nil {
		fmt.Fprintf(os.Stderr, "authorize: cannot start: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
	a.FetchKeys(context.Background())
	lambda.Start(a.Authorize)
}
