// Package awsstub is an HTTP server that answers as AWS's services do, in their protocols, from a
// table of canned answers. It is for preflight's tests. New makes an account without problems; a
// test changes the answers that it is about. A call without an answer fails the test.
package awsstub

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Answer is one answer of AWS's.
type Answer struct {
	Status int // zero is 200
	Header map[string]string
	Body   string
	Error  string // an error's code, written as the service writes errors, with Body as its message
	Never  bool   // there is no answer until the caller disconnects
}

// Server is an AWS account.
type Server struct {
	URL     string
	t       testing.TB
	mu      sync.Mutex
	answers map[string][]Answer
	calls   []string
	bodies  map[string][]string
	signers map[string][]string
}

// New starts an account without problems, and stops it with the test.
func New(t testing.TB) *Server {
	s := &Server{t: t, answers: map[string][]Answer{}, bodies: map[string][]string{}, signers: map[string][]string{}}
	for call, body := range healthy {
		s.Answer(call, Answer{Body: body})
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// NewWithoutLogRole starts an account where API Gateway has no log role, and one can be made.
func NewWithoutLogRole(t testing.TB) *Server {
	s := New(t)
	s.Answer("apigateway GET /account", Answer{Body: "{}"})
	s.Fail("iam GetRole", 404, "NoSuchEntity", "The role with name apigateway-logs cannot be found.")
	s.Answer("iam CreateRole", Answer{Body: Role("CreateRole", "apigateway.amazonaws.com")})
	s.Answer("iam AttachRolePolicy", Answer{Body: "<AttachRolePolicyResponse></AttachRolePolicyResponse>"})
	s.Answer("apigateway PATCH /account", Answer{Body: `{"cloudwatchRoleArn":"` + LogRole + `"}`})
	return s
}

// Answer sets what a call is answered with, in order; the last answer is for all that follow. A
// call is a service and an operation, "kms DescribeKey", or, in a REST protocol, a method and a
// path: "apigateway GET /account".
func (s *Server) Answer(call string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[call] = answers
}

// Fail makes a call fail with one of AWS's errors.
func (s *Server) Fail(call string, status int, code, message string) {
	s.Answer(call, Answer{Status: status, Error: code, Body: message})
}

// Calls are the calls so far, sorted, each named once.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(s.calls)))
}

// Count returns how often a call was made.
func (s *Server) Count(call string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, made := range s.calls {
		if made == call {
			n++
		}
	}
	return n
}

// Body returns the bodies of a call's requests, one after the other.
func (s *Server) Body(call string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.bodies[call], "\n")
}

// Signers are the access key ids that a call was signed with.
func (s *Server) Signers(call string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.signers[call])
}

// Changes are the calls that change something.
func (s *Server) Changes() []string {
	return slices.DeleteFunc(s.Calls(), func(call string) bool { return reading.MatchString(call) })
}

// reading matches calls that change nothing. Assuming a role hands out credentials for it.
var reading = regexp.MustCompile(`^[a-z0-9-]+ (Get|List|Describe|GET /|HEAD /)|^sts AssumeRole$`)

// scope matches the access key, the region and the service in a SigV4 signature.
var scope = regexp.MustCompile(`Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request`)

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	signed := scope.FindStringSubmatch(r.Header.Get("Authorization"))
	if signed == nil {
		s.t.Errorf("%s %s is not signed", r.Method, r.URL.Path)
		return
	}
	region, service := signed[2], signed[3]
	call := service + " " + operation(r, string(body))
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.bodies[call] = append(s.bodies[call], string(body))
	s.signers[call] = append(s.signers[call], signed[1])
	key := call
	if s.answers[key+" in "+region] != nil { // a region of its own
		key += " in " + region
	}
	answers := s.answers[key]
	if len(answers) > 1 {
		s.answers[key] = answers[1:]
	}
	s.mu.Unlock()
	if len(answers) == 0 {
		s.t.Errorf("there is no answer for %q", call)
		http.Error(w, "no answer", http.StatusNotImplemented)
		return
	}
	if answers[0].Never {
		<-r.Context().Done()
		return
	}
	answers[0].write(w, r, service)
}

// operation returns the operation that a request calls.
func operation(r *http.Request, body string) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if form, err := url.ParseQuery(body); err == nil && form.Get("Action") != "" {
		return form.Get("Action")
	}
	path := r.URL.Path
	if r.URL.Query().Has("policy") {
		path += "?policy"
	}
	return r.Method + " " + path
}

func (a Answer) write(w http.ResponseWriter, r *http.Request, service string) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	body := a.Body
	if a.Error != "" {
		switch service {
		case "sts", "iam", "cloudformation", "sns", "route53":
			body = fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>", a.Error, a.Body)
		case "s3":
			body = fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", a.Error, a.Body)
		default:
			w.Header().Set("X-Amzn-ErrorType", a.Error)
			body = fmt.Sprintf(`{"__type":%q,"message":%q}`, a.Error, a.Body)
		}
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		io.WriteString(w, body)
	}
}
