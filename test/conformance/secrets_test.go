package conformance_test

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// secrets are the tokens, signatures and passwords that the tests used, each with its kind.
var secrets sync.Map

// rememberSecrets notes what a request carries that no log may hold.
func rememberSecrets(r *http.Request) {
	if token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); len(token) > 16 {
		secrets.Store(token, "a token")
		if parts := strings.Split(token, "."); len(parts) == 3 && len(parts[2]) > 16 {
			secrets.Store(parts[2], "a token's signature")
		}
	}
	for _, name := range []string{"X-Amz-Signature", "X-Amz-Security-Token"} {
		if value := r.URL.Query().Get(name); len(value) > 16 {
			secrets.Store(value, name)
			secrets.Store(url.QueryEscape(value), name)
		}
	}
}

// requestLine is what the local run prints for a request, or for the event of a stored file. After
// its greeting it prints nothing else.
var requestLine = regexp.MustCompile(`^\d\d:\d\d:\d\d  (?:(API|S3 )  [A-Z]+ +\d{3}( [A-Za-z0-9]+)?  [0-9.]+(µs|ms|s)  /[ -~]*|event  {"type":"upload.stored",[ -~]*})$`)

// noSecretsPrinted looks through everything that the run printed and logged.
func noSecretsPrinted(r *localRun) error {
	greeting, requests, ok := strings.Cut(r.stdout.String(), "Requests:\n\n")
	if !ok {
		return fmt.Errorf("the local run's greeting does not end in \"Requests:\": %q", greeting)
	}
	log, err := os.ReadFile(filepath.Join(r.dir, "function.log"))
	if err != nil {
		return err
	}
	for _, u := range r.Local.Users {
		secrets.Store(u.Password, "a password") // the greeting alone may show it
	}
	var found []error
	if all := flag.Lookup("test.run").Value.String() == ""; all && (strings.Count(requests, "\n") < 500 || strings.Count(string(log), "\n") < 200) {
		found = append(found, errors.New("hardly anything was logged, so nothing is proven"))
	}
	for where, text := range map[string]string{"terminal": requests, "standard error": r.stderr.String(), "function.log": string(log)} {
		for _, mark := range []string{"X-Amz-", "x-amz-security", "Signature=", "Bearer", "eyJ", "?"} {
			if strings.Contains(text, mark) {
				found = append(found, fmt.Errorf("%q is on the %s: %.200q", mark, where, lineWith(text, mark)))
			}
		}
		secrets.Range(func(secret, what any) bool {
			if strings.Contains(text, secret.(string)) {
				found = append(found, fmt.Errorf("%s is on the %s: %.200q", what, where, lineWith(text, secret.(string))))
			}
			return true
		})
	}
	for line := range strings.Lines(requests) {
		if line = strings.TrimSuffix(line, "\n"); !requestLine.MatchString(line) {
			found = append(found, fmt.Errorf("the terminal got a line that isn't about a request: %.200q", line))
		}
	}
	return errors.Join(found...)
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}

// TestForgedLogLine asks for paths that would forge lines of a log or send commands to the
// terminal. noSecretsPrinted checks the output.
func TestForgedLogLine(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"LineBreak": "x%0A12:00:00  API  POST    201  1ms  /v1/uploads%0A",
		"Escape":    "x%1B%5B2J%1B%5D0;owned%07",
		"Return":    "x%0Dy",
		"Unicode":   "x%E2%80%AEy%E2%80%A8z",
	} {
		t.Run("Err"+name, func(t *testing.T) {
			refused(t, api(t, "GET", strings.ReplaceAll(path, " ", "%20")), "NotFound", "")
			p := planUpload(t, nil)
			a := s3(t, p.request(t, "hello", setPath(func(bucketPath string) string {
				return strings.Replace(bucketPath, "cat.png", strings.ReplaceAll(path, " ", "%20"), 1)
			})))
			checkRefusal(t, a, forgery{})
			checkNotStored(t, p, "hello")
		})
	}
}
