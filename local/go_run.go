package main

import (
	"context"
	"os"
	"regexp"
	"time"
)

// ofGoRun matches where `go run` puts what it builds: a temporary folder, or the build cache.
var ofGoRun = regexp.MustCompile(`[/\\]go-build|[/\\][0-9a-f]{64}-d[/\\]`)

// endWithGoRun ends the context when the `go run` that started this program is gone. `go run` handles Ctrl-C, but
// SIGTERM ends it alone and would leave this program behind. A built binary is not watched over: it may well outlive
// the shell that started it.
func endWithGoRun(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	executable, err := os.Executable()
	if err != nil || !ofGoRun.MatchString(executable) {
		return ctx, cancel
	}
	parent := os.Getppid()
	go func() {
		for os.Getppid() == parent && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
		cancel()
	}()
	return ctx, cancel
}
