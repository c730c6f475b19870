package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"signpost/local/apigateway"
	"signpost/local/s3"
)

// console is what the run prints: how to use it once it is ready, then a line a request. A signed URL is a
// credential: no line holds a query.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

func newConsole(w io.Writer) *console { return &console{w: w} }

func (c *console) printf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.w, format, args...)
}

func (c *console) api(r apigateway.Request) {
	c.request("API", r.Method, r.Path, r.Status, r.Code, r.Duration)
}

func (c *console) s3(r s3.Request) { c.request("S3", r.Method, r.Path, r.Status, r.Code, r.Duration) }

func (c *console) request(who, method, path string, status int, code string, took time.Duration) {
	if code != "" {
		code = " " + code
	}
	c.printf("%s  %-3s  %-7s %d%s  %s  %s\n", time.Now().Format(time.TimeOnly), who, method, status, code, took.Round(100*time.Microsecond), printable(path))
}

// sayEvery is how often a long step says that it is still at work.
const sayEvery = 10 * time.Second

// during says what is being done, and goes on saying so until it is done.
func (c *console) during(doing string, every time.Duration, do func() error) error {
	c.printf("%s ...\n", doing)
	began, done := time.Now(), make(chan struct{})
	var saying sync.WaitGroup
	saying.Go(func() {
		for tick := time.Tick(every); ; {
			select {
			case <-done:
				return
			case <-tick:
				c.printf("  still at work after %s\n", time.Since(began).Round(time.Second))
			}
		}
	})
	defer saying.Wait()
	defer close(done)
	return do()
}

// startedAt is for the line that says how long the start took.
var startedAt = time.Now()

// ready says where everything is.
func (c *console) ready(s *stack) {
	o, l := s.outputs, s.outputs.Local
	var b strings.Builder
	fmt.Fprintf(&b, "\nSignpost is running: stack %s, from its own template, in %s\n\n", s.name, time.Since(startedAt).Round(100*time.Millisecond))
	fmt.Fprintf(&b, "  page    %s\n", l.PageUrl)
	fmt.Fprintf(&b, "  API     %s\n", o.ApiUrl)
	fmt.Fprintf(&b, "  users   %s   %s\n          %s   %s\n", pad(l.Username, l.SecondUsername), l.Password, pad(l.SecondUsername, l.Username), l.SecondPassword)
	fmt.Fprintf(&b, "  files   %s\n", s.filesDir())
	fmt.Fprintf(&b, "  log     %s\n\n", s.functionLog())
	if missing := notServed(s.template); len(missing) > 0 {
		fmt.Fprintf(&b, "In the template, but not done here:\n")
		for _, m := range missing {
			fmt.Fprintf(&b, "  - %s\n", m)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "Without a browser, paste this:\n\n%s\n", indent(transcript(o)))
	fmt.Fprintf(&b, "Ctrl-C stops it; %s keeps the data. Requests:\n\n", s.dir)
	c.printf("%s", b.String())
}

func pad(s, other string) string { return s + strings.Repeat(" ", max(0, len(other)-len(s))) }

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// printable writes a path as it may stand on a terminal: a client chooses it, and could put line breaks or the
// terminal's own commands into it.
func printable(path string) string {
	quoted := strconv.QuoteToASCII(path)
	return quoted[1 : len(quoted)-1]
}
