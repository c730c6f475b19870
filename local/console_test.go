package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// lines gives each line as it is printed.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// Nobody should have to guess whether a long step hangs.
func TestLongStepsGoOnSayingSo(t *testing.T) {
	said, failed := make(lines), errors.New("it failed")
	ended := make(chan error)
	goOn := make(chan struct{})
	go func() {
		ended <- newConsole(said).during("Building", time.Millisecond, func() error {
			<-goOn
			return failed
		})
	}()
	for _, want := range []string{"Building ...\n", "  still at work after ", "  still at work after "} {
		if got := <-said; !strings.HasPrefix(got, want) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
	close(goOn)
	for {
		select {
		case <-said: // a tick that was under way
		case err := <-ended:
			if err != failed {
				t.Errorf("got %v", err)
			}
			return
		}
	}
}
