// Command local runs all of Signpost on this machine, from the template that would be deployed: API
// Gateway, the functions, S3, Cognito or another issuer, and the demo page. It needs no AWS account
// and listens on loopback only. It runs on Linux and macOS, and on Windows in WSL.
//
//	go run ./local [-addr 127.0.0.1:8080] [-dir .local] [-outputs FILE] [-stage local] [-webhook URL]
//
// Ctrl-C stops it. A script that stops it with SIGTERM starts it with local/build-and-run.sh,
// because `go run` doesn't pass that signal on.
//
// It has no separate configuration: origins, throttling, models, roles and policies come from the
// template. At start it lists the resources and settings of the template that it doesn't implement.
// A feature of an API or of a policy that it doesn't support stops the run.
//
// Started again with the same -dir it has the same addresses, as long as they are free. Tokens,
// signed URLs and passwords of the run before are still valid then, as they are on AWS after an
// outage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
)

const usage = `Usage: go run ./local [-addr HOST:PORT] [-dir DIR] [-outputs FILE] [-stage NAME] [-webhook URL]

Runs the stack on this machine until Ctrl-C.

  -addr     where to serve the page: a loopback address (default 127.0.0.1:8080; port 0 picks a free port)
  -dir      where to keep objects and users between runs (default .local)
  -outputs  also write the stack's outputs to this file, as cdk deploy --outputs-file does
  -stage    the stage whose template to run: local (the default), local-scan, issuer …
  -webhook  where to post the events of arrived files: a URL on this machine (default: they are only printed)

Example: go run ./local -addr 127.0.0.1:9000 -dir .local-9000 -outputs outputs.json
`

func main() {
	opts, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return
	}
	if err != nil {
		fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, opts); err != nil {
		fail(err)
	}
}

// fail prints the error and exits with status 1.
func fail(err error) {
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		fmt.Fprintln(os.Stderr, "local:", line)
	}
	os.Exit(1)
}

// options are the command line's.
type options struct {
	addr, dir, outputs, stage, webhook string
}

func parseFlags(args []string) (options, error) {
	if runtime.GOOS == "windows" {
		return options{}, errors.New("the local run needs Linux or macOS; on Windows, start it in WSL")
	}
	var o options
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(new(strings.Builder)) // fail prints the error, once
	flags.StringVar(&o.addr, "addr", "127.0.0.1:8080", "")
	flags.StringVar(&o.dir, "dir", ".local", "")
	flags.StringVar(&o.outputs, "outputs", "", "")
	flags.StringVar(&o.stage, "stage", "local", "")
	flags.StringVar(&o.webhook, "webhook", "", "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; -help shows the usage", flags.Arg(0))
	}
	if err := checkLoopback(o.addr); err != nil {
		return o, err
	}
	return o, checkWebhook(o.webhook)
}

// checkLoopback refuses an address that other machines could reach: the local Cognito's signing key
// is public.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr %q is not HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("-addr %q is not a loopback address; use 127.0.0.1, [::1] or localhost", addr)
	}
	return nil
}
