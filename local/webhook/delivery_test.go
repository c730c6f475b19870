package webhook_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"signpost/internal/cfn"
	"signpost/local/webhook"
)

// oneRule has one rule of package uploads, with few attempts. Package template_test reads the rules
// that are synthesized.
const oneRule = `{"Resources": {
	"Rule": {"Type": "AWS::Events::Rule", "Properties": {
		"EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": {
			"bucket": {"name": ["files"]}, "object": {"key": [{"prefix": "uploads/"}]}, "reason": ["PutObject", "CompleteMultipartUpload"]}},
		"Targets": [{
			"Id": "Webhook", "Arn": {"Fn::GetAtt": ["Destination", "Arn"]}, "RoleArn": "r", "DeadLetterConfig": {"Arn": "q"},
			"RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 3},
			"InputTransformer": {
				"InputPathsMap": {"key": "$.detail.object.key", "size": "$.detail.object.size", "version": "$.detail.object.version-id"},
				"InputTemplate": "{\"type\":\"upload.stored\",\"key\":<key>,\"size\":<size>,\"versionId\":<version>}"}}]}},
	"Destination": {"Type": "AWS::Events::ApiDestination", "Properties": {"ConnectionArn": {"Fn::GetAtt": ["Connection", "Arn"]}}},
	"Connection": {"Type": "AWS::Events::Connection", "Properties": {
		"AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": {"ApiKeyName": "X-Webhook-Secret"}}}}}}`

// readRules reads the rules of a template whose references are their own names.
func readRules(text string) ([]webhook.Rule, error) {
	template, err := cfn.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	template.Reference = func(name string) (string, bool) { return name, true }
	return webhook.Rules(template)
}

func rules(t *testing.T) []webhook.Rule {
	t.Helper()
	read, err := readRules(oneRule)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func stored(key string) webhook.Event {
	return webhook.Stored(webhook.Object{Bucket: "files", Key: key, ETag: "e", VersionID: "v1"}, 5, "0A", "PutObject", time.Unix(0, 0))
}

// wired is a sender with a receiver behind it, and all that both were told of.
type wired struct {
	sender *webhook.Sender

	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	tried    chan webhook.Delivery
	letters  chan webhook.Letter
}

// wire starts a receiver that answers the n-th request, from 0, with answer.
func wire(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, n int), change ...func(*webhook.Config)) *wired {
	t.Helper()
	x := &wired{tried: make(chan webhook.Delivery, 100), letters: make(chan webhook.Letter, 100)}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x.mu.Lock()
		n := len(x.bodies)
		x.requests, x.bodies = append(x.requests, r), append(x.bodies, string(body))
		x.mu.Unlock()
		answer(w, r, n)
	}))
	t.Cleanup(receiver.Close)
	config := webhook.Config{
		Rules: rules(t), URL: receiver.URL + "/hook", Secret: "s3cret", FirstWait: time.Microsecond,
		Twice: func() bool { return false }, Report: func(d webhook.Delivery) { x.tried <- d }, Undelivered: func(l webhook.Letter) { x.letters <- l },
	}
	for _, set := range change {
		set(&config)
	}
	x.sender = webhook.New(config)
	t.Cleanup(x.sender.Close)
	return x
}

// status answers each request with the next of these statuses, and the last of them from then on.
func status(codes ...int) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, n int) { w.WriteHeader(codes[min(n, len(codes)-1)]) }
}

func TestDelivered(t *testing.T) {
	x := wire(t, status(http.StatusNoContent))
	x.sender.Send(stored("uploads/me/1/cat.png"))
	if got := <-x.tried; got.Status != http.StatusNoContent || got.GivenUp || got.Next != 0 || got.Key != "uploads/me/1/cat.png" || got.Type != "upload.stored" {
		t.Errorf("got %+v", got)
	}
	if got, want := x.bodies[0], `{"type":"upload.stored","key":"uploads/me/1/cat.png","size":5,"versionId":"v1"}`; got != want {
		t.Errorf("the body is %s, want %s", got, want)
	}
	r := x.requests[0]
	if r.Method != http.MethodPost || r.URL.Path != "/hook" {
		t.Errorf("it is %s %s", r.Method, r.URL)
	}
	for name, want := range map[string]string{
		"X-Webhook-Secret": "s3cret", "Content-Type": "application/json; charset=utf-8", "User-Agent": "Amazon/EventBridge/ApiDestinations",
		"Range": "bytes=0-1048575", "Accept-Encoding": "gzip,deflate", "Connection": "close",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// TestTriedAgain: what EventBridge tries again, and what it doesn't ("API destination error codes").
func TestTriedAgain(t *testing.T) {
	for name, row := range map[string]struct {
		answers []int
		want    []int // the statuses of the attempts
		givenUp bool
	}{
		"OK":                {[]int{200}, []int{200}, false},
		"OKAfter500":        {[]int{500, 502, 200}, []int{500, 502, 200}, false},
		"OKAfter429":        {[]int{429, 204}, []int{429, 204}, false},
		"ErrGone":           {[]int{410}, []int{410}, true},
		"OKAfterConflict":   {[]int{401, 407, 409, 200}, []int{401, 407, 409, 200}, false},
		"ErrForbidden":      {[]int{403}, []int{403}, true},
		"ErrBadRequest":     {[]int{400}, []int{400}, true},
		"ErrNotModified":    {[]int{304}, []int{304}, true},
		"ErrAlways503":      {[]int{503}, []int{503, 503, 503, 503}, true}, // three retries
		"ErrGoneAfterFault": {[]int{500, 404}, []int{500, 404}, true},
	} {
		t.Run(name, func(t *testing.T) {
			x := wire(t, status(row.answers...))
			x.sender.Send(stored("uploads/cat.png"))
			var got []int
			for range row.want {
				d := <-x.tried
				got = append(got, d.Status)
				if last := len(got) == len(row.want); d.GivenUp != (last && row.givenUp) || (d.Next > 0) == last {
					t.Errorf("attempt %d is %+v", len(got), d)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("the answers (-want +got):\n%s", diff)
			}
			if row.givenUp {
				letter := <-x.letters
				if letter.Rule != "Rule" || letter.Attempts != len(row.want) || letter.Event["source"] != "aws.s3" || !strings.Contains(letter.Reason, "answered") {
					t.Errorf("the letter is %+v", letter)
				}
			}
			x.sender.Close()
			if len(x.tried) != 0 || len(x.letters) != 0 || len(x.bodies) != len(row.want) {
				t.Errorf("there were %d requests, want %d", len(x.bodies), len(row.want))
			}
		})
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	x := wire(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	x.sender.Send(stored("uploads/cat.png"))
	if got := <-x.tried; got.Status != http.StatusTemporaryRedirect || !got.GivenUp {
		t.Errorf("got %+v, want it given up", got)
	}
	if len(x.bodies) != 1 {
		t.Errorf("there were %d requests", len(x.bodies))
	}
}

// TestRetryAfter: the longer of the receiver's wait and the sender's own. A negative one is final.
func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"3600": time.Hour, "0": time.Microsecond, "soon": time.Microsecond, "": time.Microsecond, "-1": 0, "Thu, 01 Jan 1970 00:00:00 GMT": time.Microsecond,
	} {
		t.Run(value, func(t *testing.T) {
			x := wire(t, func(w http.ResponseWriter, r *http.Request, n int) {
				if n == 0 {
					w.Header().Set("Retry-After", value)
					w.WriteHeader(http.StatusTooManyRequests)
				}
			})
			x.sender.Send(stored("uploads/cat.png"))
			if got := <-x.tried; got.Next != want || got.GivenUp != (value == "-1") {
				t.Errorf("got %+v, want the next attempt in %v", got, want)
			}
		})
	}
}

// TestRetriesEndWithTheEvent: an event whose next attempt would come after 24 hours is given up.
func TestRetriesEndWithTheEvent(t *testing.T) {
	x := wire(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		w.Header().Set("Retry-After", "90000")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	x.sender.Send(stored("uploads/cat.png"))
	if got := <-x.tried; !got.GivenUp {
		t.Errorf("got %+v, want it given up", got)
	}
}

func TestReceiverIsDown(t *testing.T) {
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	x := wire(t, status(200), func(c *webhook.Config) { c.URL = strings.Replace(down.URL, "http://", "http://me:hunter2@", 1) })
	x.sender.Send(stored("uploads/cat.png"))
	if got := <-x.tried; got.Status != 0 || got.Err == nil || got.Next == 0 || strings.Contains(got.Err.Error(), "hunter2") {
		t.Errorf("got %+v, want another attempt, and no URL in the error", got)
	}
}

// TestReceiverIsSlow: a receiver that takes too long is called again, although it may have done its
// work.
func TestReceiverIsSlow(t *testing.T) {
	x := wire(t, func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 0 {
			<-r.Context().Done()
		}
	}, func(c *webhook.Config) { c.Timeout = 50 * time.Millisecond })
	x.sender.Send(stored("uploads/cat.png"))
	if got := <-x.tried; got.Err == nil || got.Err.Error() != "no answer within 50ms" || got.GivenUp {
		t.Errorf("got %+v, want no answer", got)
	}
	if got := <-x.tried; got.Status != http.StatusOK {
		t.Errorf("got %+v, want it delivered", got)
	}
}

func TestSentTwice(t *testing.T) {
	x := wire(t, status(200), func(c *webhook.Config) { c.Twice = func() bool { return true } })
	x.sender.Send(stored("uploads/cat.png"))
	first, second := <-x.tried, <-x.tried
	if first.Again || !second.Again || second.Status != http.StatusOK {
		t.Errorf("got %+v and %+v", first, second)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.bodies) != 2 || x.bodies[0] != x.bodies[1] {
		t.Errorf("the bodies are %q, want the same twice", x.bodies)
	}
}

// TestNoOrder: an event that is tried again doesn't hold up a later one.
func TestNoOrder(t *testing.T) {
	released := make(chan struct{})
	arrived := make(chan struct{}, 2)
	x := wire(t, func(w http.ResponseWriter, r *http.Request, n int) {
		arrived <- struct{}{}
		if n == 0 {
			<-released
		}
	})
	x.sender.Send(stored("uploads/first"))
	<-arrived
	x.sender.Send(stored("uploads/second"))
	if got := <-x.tried; got.Key != "uploads/second" {
		t.Errorf("%s came first", got.Key)
	}
	close(released)
	if got := <-x.tried; got.Key != "uploads/first" {
		t.Errorf("%s came second", got.Key)
	}
}

func TestWithoutURLNothingIsSent(t *testing.T) {
	x := wire(t, status(200), func(c *webhook.Config) { c.URL = "" })
	x.sender.Send(stored("uploads/cat.png"))
	if got := <-x.tried; !got.Silent || !json.Valid(got.Body) || len(x.bodies) != 0 {
		t.Errorf("got %+v, and %d requests", got, len(x.bodies))
	}
}

// TestCloseForgets: Close doesn't wait for a receiver or for the next attempt, and what comes later
// isn't sent.
func TestCloseForgets(t *testing.T) {
	hanging := make(chan struct{})
	x := wire(t, func(w http.ResponseWriter, r *http.Request, _ int) { close(hanging); <-r.Context().Done() })
	x.sender.Send(stored("uploads/cat.png"))
	<-hanging
	x.sender.Close()
	x.sender.Send(stored("uploads/dog.png"))
	x.sender.Close()
	if len(x.bodies) != 1 || len(x.tried) != 0 || len(x.letters) != 0 {
		t.Errorf("there were %d requests and %d reports", len(x.bodies), len(x.tried))
	}
}

func TestEventsThatNoRuleIsAbout(t *testing.T) {
	x := wire(t, status(200))
	object := webhook.Object{Bucket: "files", Key: "uploads/cat.png", VersionID: "v1"}
	elsewhere, other := object, object
	elsewhere.Key, other.Bucket = "reports/uploads/cat.png", "files-2"
	for _, event := range []webhook.Event{
		webhook.Stored(object, 1, "0A", "CopyObject", time.Now()),
		webhook.Stored(elsewhere, 1, "0A", "PutObject", time.Now()),
		webhook.Stored(other, 1, "0A", "PutObject", time.Now()),
		webhook.Scanned(object, "NO_THREATS_FOUND", time.Now()),
		{"source": "aws.s3"},
	} {
		for _, rule := range rules(t) {
			if rule.Matches(event) {
				t.Errorf("the rule matches %v", event)
			}
		}
	}
	x.sender.Send(webhook.Stored(object, 1, "0A", "CompleteMultipartUpload", time.Now()))
	if got := <-x.tried; got.Status != http.StatusOK {
		t.Errorf("got %+v", got)
	}
}
