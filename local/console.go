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
	"signpost/local/scanner"
	"signpost/local/webhook"
)

// console prints how to use the run once it is ready, and then one line for each request. A signed
// URL is a credential, so no line contains a query.
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

func (c *console) scan(r scanner.Result) {
	status := string(r.Status)
	if r.TagError != nil {
		status += ", and the tag can't be set: " + printable(r.TagError.Error())
	}
	c.printf("%s  scan  %s  %s\n", time.Now().Format(time.TimeOnly), status, printable(r.Key))
}

// event prints an event that nothing is told of, or an attempt to tell the webhook. The body has no
// secret.
func (c *console) event(d webhook.Delivery) {
	now, subject := time.Now().Format(time.TimeOnly), printable(d.Type+"  "+d.Key)
	outcome := strconv.Itoa(d.Status)
	if d.Err != nil {
		outcome = printable(d.Err.Error())
	}
	switch {
	case d.Silent:
		c.printf("%s  event  %s\n", now, strings.ReplaceAll(printable(string(d.Body)), `\"`, `"`))
		return
	case d.GivenUp:
		outcome += ", given up"
	case d.Next > 0:
		outcome += ", again in " + d.Next.Round(100*time.Millisecond).String()
	case d.Again:
		outcome += ", sent twice"
	}
	c.printf("%s  webhook  %s  %s  %s\n", now, outcome, d.Took.Round(100*time.Microsecond), subject)
}

func (c *console) request(service, method, path string, status int, code string, took time.Duration) {
	if code != "" {
		code = " " + code
	}
	c.printf("%s  %-3s  %-7s %d%s  %s  %s\n", time.Now().Format(time.TimeOnly), service, method, status, code, took.Round(100*time.Microsecond), printable(path))
}

// progressInterval is how often a long step reports that it is still running.
const progressInterval = 10 * time.Second

// during prints what is being done, and reports at each interval until it is done.
func (c *console) during(doing string, interval time.Duration, do func() error) error {
	c.printf("%s ...\n", doing)
	began, done := time.Now(), make(chan struct{})
	var reporting sync.WaitGroup
	reporting.Go(func() {
		for tick := time.Tick(interval); ; {
			select {
			case <-done:
				return
			case <-tick:
				c.printf("  still running after %s\n", time.Since(began).Round(time.Second))
			}
		}
	})
	defer reporting.Wait()
	defer close(done)
	return do()
}

// startedAt is when the program started.
var startedAt = time.Now()

// ready prints where everything is and how to use it.
func (c *console) ready(s *stack) {
	o, l := s.outputs, s.outputs.Local
	var b strings.Builder
	fmt.Fprintf(&b, "\nSignpost is running: stack %s, started from its template in %s\n\n", s.name, time.Since(startedAt).Round(100*time.Millisecond))
	fmt.Fprintf(&b, "  page    %s\n", l.PageUrl)
	fmt.Fprintf(&b, "  API     %s\n", o.ApiUrl)
	label := "users"
	for _, u := range l.Users {
		fmt.Fprintf(&b, "  %-5s   %-17s   %s\n", label, u.Username, u.Password)
		label = ""
	}
	if l.Issuer != nil {
		fmt.Fprintf(&b, "  issuer  %s\n", l.Issuer.Url)
		fmt.Fprintf(&b, "  client  %s, for programs, with the secret in %s\n", l.MachineClientId, l.MachineSecretFile)
	}
	fmt.Fprintf(&b, "  files   %s\n", s.filesDir())
	if s.webhookURL != "" {
		fmt.Fprintf(&b, "  events  %s, with the secret in %s\n", s.webhookURL, s.secretFile())
	}
	fmt.Fprintf(&b, "  log     %s\n\n", s.functionLog())
	b.WriteString("How this differs from AWS:\n")
	all := differences(s.template)
	if l.Issuer != nil {
		all = append(all, issuerDifferences...)
	}
	for _, difference := range all {
		fmt.Fprintf(&b, "  - %s\n", difference)
	}
	b.WriteString("\n")
	if len(l.Users) > 0 {
		fmt.Fprintf(&b, "To upload a file with curl, paste this:\n\n%s\n", indent(transcript(o)))
	}
	fmt.Fprintf(&b, "Press Ctrl-C to stop. The data stays in %s. Requests:\n\n", s.dir)
	c.printf("%s", b.String())
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// printable escapes a path for the terminal: clients choose it, and could put line breaks or
// terminal commands into it.
func printable(path string) string {
	quoted := strconv.QuoteToASCII(path)
	return quoted[1 : len(quoted)-1]
}
