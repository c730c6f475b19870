package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/internal/cfn"
)

type (
	question = events.APIGatewayCustomAuthorizerRequest
	reply    = events.APIGatewayCustomAuthorizerResponse
)

// guarded is an API whose methods POST and GET /things have one TOKEN authorizer, and the questions
// that it was asked. The gateway responses are API Gateway's own.
type guarded struct {
	api   *API
	asked []question
}

// newGuarded sets properties of the authorizer and lets answer be its function. The function behind
// the methods answers with its event.
func newGuarded(t *testing.T, properties map[string]any, answer Authorizer) (*guarded, error) {
	t.Helper()
	raw, err := os.ReadFile("testdata/template.json")
	if err != nil {
		t.Fatal(err)
	}
	template, err := cfn.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]any{"Fn::Split": []any{":", map[string]any{"Fn::GetAtt": []any{"Authorize", "Arn"}}}}
	authorizer := map[string]any{
		"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization",
		"AuthorizerUri": map[string]any{"Fn::Join": []any{"", []any{ // as the CDK writes it
			"arn:aws:apigateway:", map[string]any{"Fn::Select": []any{3, parts}}, ":lambda:path/2015-03-31/functions/",
			map[string]any{"Fn::GetAtt": []any{"Authorize", "Arn"}}, "/invocations",
		}}},
	}
	maps.Copy(authorizer, properties)
	template.Resources["Authorizer"].Properties = authorizer
	post := template.Resources["Post"]
	post.Properties["AuthorizationType"] = "CUSTOM"
	get := &cfn.Resource{ID: "Get", Type: post.Type, Properties: maps.Clone(post.Properties)}
	get.Properties["HttpMethod"] = "GET"
	template.Resources["Get"] = get
	delete(template.Resources, "Who")
	delete(template.Resources, "Default")
	delete(template.Resources["Stage"].Properties, "MethodSettings") // throttling
	values := cfn.PseudoParameters("111122223333", "eu-west-1", "Stack")
	values["Api"] = "a1b2c3d4e5"
	template.Reference = func(name string) (string, bool) {
		if value, ok := values[name]; ok {
			return value, true
		}
		return name, true
	}

	g := &guarded{}
	g.api, err = New(template, Backends{
		Functions: map[string]Function{"Function": func(_ context.Context, e events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
			event, err := json.Marshal(e)
			return events.APIGatewayProxyResponse{StatusCode: 200, Body: string(event)}, err
		}},
		Authorizers: map[string]Authorizer{"Authorize": func(ctx context.Context, q question) (reply, error) {
			g.asked = append(g.asked, q)
			return answer(ctx, q)
		}},
	}, nil)
	return g, err
}

func mustGuard(t *testing.T, properties map[string]any, answer Authorizer) *guarded {
	t.Helper()
	g, err := newGuarded(t, properties, answer)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *guarded) send(method, path string, authorization ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader("{}"))
	r.Header["Authorization"] = authorization
	w := httptest.NewRecorder()
	g.api.ServeHTTP(w, r)
	return w
}

// check compares an answer of API Gateway itself.
func check(t *testing.T, got *httptest.ResponseRecorder, status int, errorType, body string) {
	t.Helper()
	if got.Code != status || got.Header().Get("x-amzn-ErrorType") != errorType || got.Body.String() != body {
		t.Errorf("got %d %s %s\nwant %d %s %s", got.Code, got.Header().Get("x-amzn-ErrorType"), got.Body, status, errorType, body)
	}
}

func checkPassed(t *testing.T, got *httptest.ResponseRecorder) events.APIGatewayProxyRequest {
	t.Helper()
	if got.Code != http.StatusOK {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	return eventOf(t, got.Body.String())
}

func (g *guarded) checkAsked(t *testing.T, times int) {
	t.Helper()
	if len(g.asked) != times {
		t.Errorf("the function was asked %d times, not %d", len(g.asked), times)
	}
}

// statement has an effect on methods: "*", or the end of their ARN.
func statement(effect string, methods ...string) events.IAMPolicyStatement {
	s := events.IAMPolicyStatement{Effect: effect, Action: []string{"execute-api:Invoke"}, Resource: []string{}}
	for _, method := range methods {
		if method != "*" {
			method = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v1/" + method
		}
		s.Resource = append(s.Resource, method)
	}
	return s
}

func says(statements ...events.IAMPolicyStatement) reply {
	return reply{PrincipalID: "ada", PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: statements}}
}

func always(r reply, err error) Authorizer {
	return func(context.Context, question) (reply, error) { return r, err }
}

var allowAll = always(says(statement("Allow", "*")), nil)

const (
	unauthorizedBody = `{"message":"Unauthorized"}`
	deniedBody       = `{"Message":"User is not authorized to access this resource"}`
	explicitBody     = `{"Message":"User is not authorized to access this resource with an explicit deny"}`
	nullBody         = `{"message":null}`
)

func TestTokenAuthorizerQuestion(t *testing.T) {
	t.Parallel()
	g := mustGuard(t, nil, allowAll)
	checkPassed(t, g.send("POST", "/v1/things/?a=b", "Bearer  x.y.z"))
	want := question{Type: "TOKEN", AuthorizationToken: "Bearer  x.y.z", MethodArn: "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v1/POST/things/"}
	if len(g.asked) != 1 || g.asked[0] != want {
		t.Errorf("asked %+v\nwant %+v", g.asked, want)
	}
	checkPassed(t, g.send("GET", "/v1/things", "first", "last"))
	if last := g.asked[len(g.asked)-1]; last.AuthorizationToken != "last" {
		t.Errorf("of two headers it asked about %q", last.AuthorizationToken)
	}
}

// A request without a token, or with one that doesn't match, doesn't reach the function.
func TestTokenAuthorizerIdentity(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		expression string
		headers    []string
		ok         bool
	}{
		"OK":            {"", []string{"anything"}, true},
		"OKMatch":       {"Bearer [^ ]+|none", []string{"Bearer x"}, true},
		"OKOther":       {"Bearer [^ ]+|none", []string{"none"}, true},
		"ErrNoHeader":   {"", nil, false},
		"ErrEmpty":      {"", []string{""}, false},
		"ErrEmptyLast":  {"", []string{"x", ""}, false},
		"ErrMismatch":   {"Bearer .+", []string{"Basic x"}, false},
		"ErrLetterCase": {"Bearer .+", []string{"bearer x"}, false},
		"ErrBefore":     {`\w{5}`, []string{" abcde"}, false},
		"ErrAfter":      {`\w{5}`, []string{"abcdef"}, false},
		"ErrAlternate":  {`a|b`, []string{"ax"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := mustGuard(t, map[string]any{"IdentityValidationExpression": c.expression}, allowAll)
			w := g.send("GET", "/v1/things", c.headers...)
			if c.ok {
				checkPassed(t, w)
				g.checkAsked(t, 1)
				return
			}
			check(t, w, 401, "UnauthorizedException", unauthorizedBody)
			g.checkAsked(t, 0)
		})
	}
}

func TestTokenAuthorizerAnswers(t *testing.T) {
	t.Parallel()
	nobody, old, broken := says(statement("Allow", "*")), says(statement("Allow", "*")), says(statement("Allow", "*"))
	nobody.PrincipalID, old.PolicyDocument.Version = "", ""
	broken.PolicyDocument.Statement[0].Effect = "allow"
	with := func(value any) reply {
		r := says(statement("Allow", "*"))
		r.Context = map[string]any{"value": value}
		return r
	}
	const configuration = "AuthorizerConfigurationException"
	for name, c := range map[string]struct {
		answer          Authorizer
		status          int
		errorType, body string
	}{
		"ErrUnauthorized":    {always(reply{}, errors.New("Unauthorized")), 401, "UnauthorizedException", unauthorizedBody},
		"ErrOtherWords":      {always(reply{}, errors.New("unauthorized")), 500, configuration, nullBody},
		"ErrMoreWords":       {always(reply{}, errors.New("Unauthorized: expired")), 500, configuration, nullBody},
		"ErrNothing":         {always(reply{}, nil), 500, configuration, nullBody},
		"ErrNoPrincipal":     {always(nobody, nil), 500, configuration, nullBody},
		"ErrNoStatement":     {always(says(), nil), 500, configuration, nullBody},
		"ErrVersion":         {always(old, nil), 500, configuration, nullBody},
		"ErrEffect":          {always(broken, nil), 500, configuration, nullBody},
		"ErrContextList":     {always(with([]string{"a"}), nil), 500, configuration, nullBody},
		"ErrContextObject":   {always(with(map[string]any{"a": 1}), nil), 500, configuration, nullBody},
		"ErrContextNull":     {always(with(nil), nil), 500, configuration, nullBody},
		"ErrContextFunction": {always(with(func() {}), nil), 500, configuration, nullBody},
		"ErrDeny":            {always(says(statement("Deny", "*")), nil), 403, "AccessDeniedException", explicitBody},
		"ErrDenyWins":        {always(says(statement("Allow", "*"), statement("Deny", "GET/thi??s")), nil), 403, "AccessDeniedException", explicitBody},
		"ErrOtherMethod":     {always(says(statement("Allow", "POST/things")), nil), 403, "AccessDeniedException", deniedBody},
		"ErrOtherPath":       {always(says(statement("Allow", "GET/thing")), nil), 403, "AccessDeniedException", deniedBody},
		"ErrNoResource":      {always(says(statement("Allow")), nil), 403, "AccessDeniedException", deniedBody},
		"OKExact":            {always(says(statement("Allow", "GET/things")), nil), 200, "", ""},
		"OKStar":             {always(says(statement("Allow", "*")), nil), 200, "", ""},
		"OKWildcards":        {always(says(statement("Allow", "?ET/*")), nil), 200, "", ""},
		"OKOtherDenied":      {always(says(statement("Allow", "*"), statement("Deny", "POST/*")), nil), 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := mustGuard(t, nil, c.answer)
			w := g.send("GET", "/v1/things", "x")
			if c.status == 200 {
				checkPassed(t, w)
				return
			}
			check(t, w, c.status, c.errorType, c.body)
		})
	}
}

// A policy about another API, account or stage allows nothing here.
func TestTokenAuthorizerForeignPolicy(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{
		"arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/v2/GET/things",
		"arn:aws:execute-api:eu-west-1:111122223333:z1b2c3d4e5/*",
		"arn:aws:execute-api:eu-west-1:444455556666:*",
		"arn:aws:s3:::things",
	} {
		s := statement("Allow")
		s.Resource = []string{resource}
		check(t, mustGuard(t, nil, always(says(s), nil)).send("GET", "/v1/things", "x"), 403, "AccessDeniedException", deniedBody)
	}
	s := statement("Allow", "*")
	s.Action = []string{"s3:*"}
	check(t, mustGuard(t, nil, always(says(s), nil)).send("GET", "/v1/things", "x"), 403, "AccessDeniedException", deniedBody)
}

func TestTokenAuthorizerContext(t *testing.T) {
	t.Parallel()
	answer := says(statement("Allow", "*"))
	answer.Context = map[string]any{"text": "a\"b", "number": 1, "fraction": 1.5, "large": 1_800_000_000, "yes": true, "principalId": "other"}
	g := mustGuard(t, nil, always(answer, nil))
	got := checkPassed(t, g.send("GET", "/v1/things", "x")).RequestContext.Authorizer
	if _, ok := got["integrationLatency"].(float64); !ok {
		t.Errorf("integrationLatency is %#v, not a number", got["integrationLatency"])
	}
	delete(got, "integrationLatency")
	want := map[string]any{"text": "a\"b", "number": "1", "fraction": "1.5", "large": "1800000000", "yes": "true", "principalId": "ada"}
	if !maps.Equal(got, want) {
		t.Errorf("got %#v\nwant %#v", got, want)
	}
}

// The answers are kept by token and for all methods; each request is judged by its own method.
func TestTokenAuthorizerCache(t *testing.T) {
	t.Parallel()
	onlyGet := says(statement("Allow", "GET/*"), statement("Deny", "POST/*"))
	for name, c := range map[string]struct {
		properties map[string]any
		lifetime   time.Duration
	}{
		"Default": {nil, 300 * time.Second},
		"Short":   {map[string]any{"AuthorizerResultTtlInSeconds": 7}, 7 * time.Second},
		"Long":    {map[string]any{"AuthorizerResultTtlInSeconds": 3600}, time.Hour},
		"None":    {map[string]any{"AuthorizerResultTtlInSeconds": 0}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := mustGuard(t, c.properties, func(context.Context, question) (reply, error) {
					time.Sleep(5 * time.Millisecond)
					return onlyGet, nil
				})
				first := checkPassed(t, g.send("GET", "/v1/things", "x"))
				if latency := first.RequestContext.Authorizer["integrationLatency"]; latency != 5.0 {
					t.Errorf("the latency is %v", latency)
				}
				g.checkAsked(t, 1)
				check(t, g.send("POST", "/v1/things", "x"), 403, "AccessDeniedException", explicitBody)
				second := checkPassed(t, g.send("GET", "/v1/things", "x"))
				if c.lifetime == 0 {
					g.checkAsked(t, 3)
					if kept := g.api.authorizers["Authorizer"].(*tokenAuthorizer).answers.kept; len(kept) > 0 {
						t.Errorf("%d answers are kept", len(kept))
					}
					return
				}
				if latency := second.RequestContext.Authorizer["integrationLatency"]; latency != 0.0 {
					t.Errorf("the latency of a kept answer is %v", latency)
				}
				g.checkAsked(t, 1)
				checkPassed(t, g.send("GET", "/v1/things", "X"))
				g.checkAsked(t, 2)
				time.Sleep(c.lifetime - time.Second)
				checkPassed(t, g.send("GET", "/v1/things", "x"))
				g.checkAsked(t, 2)
				time.Sleep(time.Second)
				checkPassed(t, g.send("GET", "/v1/things", "x"))
				g.checkAsked(t, 3)
			})
		})
	}
}

// An answer that denies is kept as well, but no error is.
func TestTokenAuthorizerCachesDecisionsOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer Authorizer
		asked  int
	}{
		"Deny":         {always(says(statement("Deny", "*")), nil), 1},
		"NoMatch":      {always(says(statement("Allow", "PUT/*")), nil), 1},
		"Unauthorized": {always(reply{}, errors.New("Unauthorized")), 2},
		"Error":        {always(reply{}, errors.New("no keys")), 2},
		"Invalid":      {always(reply{PrincipalID: "ada"}, nil), 2},
	} {
		t.Run(name, func(t *testing.T) {
			g := mustGuard(t, nil, c.answer)
			first, second := g.send("GET", "/v1/things", "x"), g.send("GET", "/v1/things", "x")
			if first.Code == 200 || first.Code != second.Code {
				t.Errorf("got %d, then %d", first.Code, second.Code)
			}
			g.checkAsked(t, c.asked)
		})
	}
}

// Whoever sends ever other tokens must not fill the memory. The oldest answer goes first.
func TestTokenAuthorizerCacheIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := mustGuard(t, nil, allowAll)
		for i := range maxKeptAnswers + 1 {
			g.send("GET", "/v1/things", fmt.Sprint("token-", i))
			time.Sleep(time.Millisecond)
		}
		cache := &g.api.authorizers["Authorizer"].(*tokenAuthorizer).answers
		if len(cache.kept) != maxKeptAnswers {
			t.Errorf("%d answers are kept", len(cache.kept))
		}
		g.send("GET", "/v1/things", "token-1")
		g.checkAsked(t, maxKeptAnswers+1)
		g.send("GET", "/v1/things", "token-0")
		g.checkAsked(t, maxKeptAnswers+2)
	})
}

func TestTokenAuthorizerTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		g := mustGuard(t, nil, func(ctx context.Context, _ question) (reply, error) {
			<-ctx.Done()
			return says(statement("Allow", "*")), nil // too late
		})
		check(t, g.send("GET", "/v1/things", "x"), 500, "AuthorizerConfigurationException", nullBody)
		if took := time.Since(began); took != integrationTimeout {
			t.Errorf("it took %s", took)
		}
	})
}

// A caller who leaves doesn't end the function: its answer is for the next request.
func TestTokenAuthorizerOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	g := mustGuard(t, nil, func(ctx context.Context, _ question) (reply, error) { return says(statement("Allow", "*")), ctx.Err() })
	r := httptest.NewRequest("GET", "/v1/things", nil)
	r.Header.Set("Authorization", "x")
	ctx, leave := context.WithCancel(r.Context())
	leave()
	g.api.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
	checkPassed(t, g.send("GET", "/v1/things", "x"))
	g.checkAsked(t, 1)
}

// The authorizer comes after the route and before the request's validation. OPTIONS has none.
func TestTokenAuthorizerOrder(t *testing.T) {
	t.Parallel()
	g := mustGuard(t, nil, always(reply{}, errors.New("Unauthorized")))
	r := httptest.NewRequest("POST", "/v1/things", strings.NewReader("not JSON"))
	r.Header.Set("Authorization", "x")
	w := httptest.NewRecorder()
	g.api.ServeHTTP(w, r)
	check(t, w, 401, "UnauthorizedException", unauthorizedBody)
	g.checkAsked(t, 1)
	if w := g.send("OPTIONS", "/v1/things"); w.Code != 204 {
		t.Errorf("OPTIONS got %d %s", w.Code, w.Body)
	}
	if w := g.send("PUT", "/v1/things", "x"); w.Code != 403 || w.Header().Get("x-amzn-ErrorType") != "IncompleteSignatureException" {
		t.Errorf("an unknown route got %d %s", w.Code, w.Body)
	}
	g.checkAsked(t, 1)
}

func TestNewRefusesAuthorizersItCannotServe(t *testing.T) {
	t.Parallel()
	for want, properties := range map[string]map[string]any{
		"REQUEST":                       {"Type": "REQUEST"},
		"method.request.header.X-Token": {"IdentitySource": "method.request.header.X-Token"},
		`source ""`:                     {"IdentitySource": ""},
		"IdentityValidationExpression":  {"IdentityValidationExpression": `(?=x)`},
		"0 to 3600":                     {"AuthorizerResultTtlInSeconds": 3601},
		"is -1":                         {"AuthorizerResultTtlInSeconds": -1},
		"refers to Other":               {"AuthorizerUri": map[string]any{"Fn::GetAtt": []any{"Other", "Arn"}}},
		"no user pool":                  {"Type": "COGNITO_USER_POOLS"},
	} {
		if _, err := newGuarded(t, properties, allowAll); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Authorizer") {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	_, err := newAPI(t, `"AuthorizationType": "COGNITO_USER_POOLS"`, `"AuthorizationType": "CUSTOM"`)
	if err == nil || !strings.Contains(err.Error(), "COGNITO_USER_POOLS") {
		t.Errorf("a Cognito authorizer for a CUSTOM method: %v", err)
	}
}
