package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// lines receives each line as it is printed.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

func TestLongStepsReportProgress(t *testing.T) {
	printed, failed := make(lines), errors.New("it failed")
	ended := make(chan error)
	finish := make(chan struct{})
	go func() {
		ended <- newConsole(printed).during("Building", time.Millisecond, func() error {
			<-finish
			return failed
		})
	}()
	for _, want := range []string{"Building ...\n", "  still running after ", "  still running after "} {
		if got := <-printed; !strings.HasPrefix(got, want) {
			t.Errorf("it prints %q, want %q", got, want)
		}
	}
	close(finish)
	for {
		select {
		case <-printed: // a tick
		case err := <-ended:
			if err != failed {
				t.Errorf("got %v", err)
			}
			return
		}
	}
}
