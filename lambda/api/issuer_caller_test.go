package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"signpost/lambda/config"
	"signpost/lambda/identity"
	"signpost/lambda/key"
)

// ofIssuers is a deployment whose own authorizer verifies the tokens.
func ofIssuers(d *deployment) {
	d.LambdaAuthorizer, d.ClientIDs, d.TokenUse, d.RequiredGroup = true, nil, "", ""
}

// testCaller is a caller of an issuer, whose files are their own.
func testCaller() identity.Caller {
	const issuer, sub = "https://login.example.com/", "auth0|5f7c8ec7"
	return identity.Caller{Owner: identity.Owner(issuer, "sub", sub), Subject: sub, Expires: testNow.Add(time.Hour)}
}

// sharing is one of several callers with one owner.
func sharing(subject string) identity.Caller {
	c := testCaller()
	c.Owner, c.Subject, c.Shared = identity.Owner("https://login.example.com/", "org_id", "org_7"), subject, true
	return c
}

// by makes a request one of a caller whose token the deployment's own authorizer has verified.
func by(c identity.Caller, e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	e.RequestContext.Authorizer = c.Context()
	e.RequestContext.Authorizer["principalId"] = "x" // API Gateway adds these two
	e.RequestContext.Authorizer["integrationLatency"] = 12.0
	return e
}

func TestCallerOfAnIssuer(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, ofIssuers)
	c := testCaller()
	a := planned(t, h, by(c, postEvent(goodFields().String())))
	if !strings.HasPrefix(a.Key, "uploads/"+c.Owner+"/") {
		t.Errorf("key %s is not under the owner's prefix", a.Key)
	}
	if line := j.lines(t)[0]; line["sub"] != c.Subject || line["owner"] != c.Owner {
		t.Errorf("logged as %v", line)
	}
}

// With the deployment's own authorizer, only what that one says counts, and without it, only what
// API Gateway says.
func TestOnlyTheDeploymentsAuthorizerIsBelieved(t *testing.T) {
	t.Parallel()
	issuers, _ := newTestHandler(t, ofIssuers)
	pool, _ := newTestHandler(t)
	body := goodFields().String()
	ofPool, ofIssuer := postEvent(body), by(testCaller(), postEvent(body))
	both := by(testCaller(), postEvent(body))
	both.RequestContext.Authorizer["claims"] = ofPool.RequestContext.Authorizer["claims"]

	planned(t, pool, ofPool)
	planned(t, issuers, ofIssuer)
	if a := planned(t, pool, both); !strings.HasPrefix(a.Key, "uploads/"+testSub+"/") {
		t.Errorf("a pool's user is given %s", a.Key)
	}
	for name, c := range map[string]struct {
		h *Handler
		e events.APIGatewayProxyRequest
	}{
		"PoolsClaims": {issuers, ofPool}, "Both": {issuers, both}, "IssuersCaller": {pool, ofIssuer},
	} {
		if r := refused(t, c.h, c.e, 401, Unauthorized, "Authorization"); !strings.Contains(r.Error.Message, "no token was verified") {
			t.Errorf("%s: %q", name, r.Error.Message)
		}
	}
}

// API Gateway's cache must not let a token outlive itself.
func TestExpiredTokenIsRefused(t *testing.T) {
	t.Parallel()
	expires := time.Date(2026, 8, 18, 10, 0, 0, 0, time.UTC)
	for after, fresh := range map[time.Duration]bool{
		-time.Hour: true, 0: true, time.Minute - 1: true, time.Minute: false, 24 * time.Hour: false,
	} {
		h, j := newTestHandler(t, ofIssuers)
		h.now = func() time.Time { return expires.Add(after) }
		c := testCaller()
		c.Expires = expires
		e := by(c, postEvent(goodFields().String()))
		if fresh {
			planned(t, h, e)
			continue
		}
		if r := refused(t, h, e, 401, Unauthorized, "Authorization"); r.Error.Message != "the token has expired; sign in again" {
			t.Errorf("%v: %q", after, r.Error.Message)
		}
		if line := j.lines(t)[0]; line["sub"] != c.Subject {
			t.Errorf("the log doesn't say who was refused: %v", line)
		}
	}
}

// Callers with one owner reach each other's files, and nobody else's.
func TestCallersWithOneOwnerShareFiles(t *testing.T) {
	t.Parallel()
	upload, _ := newTestHandler(t, ofIssuers, resumable)
	plan := goodFields().alter(fields{"size": 40 * mib, "contentType": "video/mp4"}).String()
	adas := planned(t, upload, by(sharing("ada"), postEvent(plan)))
	for _, e := range []events.APIGatewayProxyRequest{
		partsEvent(partsFor(adas.Key).String()), downloadEvent(fields{"key": adas.Key}.String()), listingEvent(fields{"after": adas.Key}.String()),
		deletionsEvent(adas.Key), scanEvent(fields{"key": adas.Key}.String()),
	} {
		h, _ := newTestFor(t, e.Resource, ofIssuers, resumable)
		if resp := handle(t, h, by(sharing("bob"), e)); resp.StatusCode != 200 {
			t.Errorf("%s of a file of the same owner: %s", e.Resource, resp.Body)
		}
		other := sharing("ada") // of another organisation, where a user has the same subject
		other.Owner = identity.Owner("https://login.example.com/", "org_id", "org_8")
		for _, c := range []identity.Caller{other, testCaller()} {
			var r refusal
			decodeStrict(t, handle(t, h, by(c, e)).Body, &r)
			if r.Error.Code != string(Forbidden) || !strings.Contains(r.Error.Message, "belongs to another user") {
				t.Errorf("%s of a file of another owner: %+v", e.Resource, r)
			}
		}
	}
}

// Whatever the context is, there is no panic, and nobody gets a key without being somebody.
func TestAnyContext(t *testing.T) {
	t.Parallel()
	h, j := newTestHandler(t, ofIssuers, withClaims)
	good := sharing("x").Context()
	odd := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.SampledFrom([]any{
			nil, true, 1.0, "", "true", "1e9", "9999999999", "-1", "9223372036854775807", "..", "a/b", "abc", "{", "null", "[]",
			`{"roles":["member"]}`, `{"roles":7}`, map[string]any{"sub": testSub}, []any{"x"},
		}),
	)
	allowed := 0
	rapid.Check(t, func(r *rapid.T) {
		e := postEvent(goodFields().alter(fields{"kind": rapid.SampledFrom([]any{nil, "report"}).Draw(r, "kind")}).String())
		e.RequestContext.Authorizer = maps.Clone(good)
		names := rapid.SliceOf(rapid.SampledFrom([]string{"owner", "subject", "shared", "claims", "expires", "principalId"}))
		for _, name := range names.Draw(r, "names") {
			if rapid.Bool().Draw(r, "absent") {
				delete(e.RequestContext.Authorizer, name)
			} else {
				e.RequestContext.Authorizer[name] = odd.Draw(r, name)
			}
		}
		resp, err := h.Handle(r.Context(), e)
		if err != nil || resp.StatusCode >= 500 {
			r.Fatalf("%v: %s\n%v\n%s", err, resp.Body, e.RequestContext.Authorizer, j)
		}
		if resp.StatusCode >= 400 {
			return
		}
		allowed++
		owner, _ := e.RequestContext.Authorizer["owner"].(string)
		subject, _ := e.RequestContext.Authorizer["subject"].(string)
		var a plannedAnswer
		if err := json.Unmarshal([]byte(resp.Body), &a); err != nil {
			r.Fatal(err)
		}
		if k, ok := key.Parse("uploads/", a.Key); !ok || subject == "" || k.Owner != owner {
			r.Fatalf("%v is given %s", e.RequestContext.Authorizer, a.Key)
		}
	})
	if allowed == 0 {
		t.Error("no context was one of a caller, so the test says nothing")
	}
}

// withClaims is a deployment with a kind for callers with claims: reports need one of two roles,
// and a scope.
func withClaims(d *deployment) {
	d.Downloads = true
	d.Kinds = []config.Kind{
		{Name: "note"},
		{Name: "report", RequiredClaims: config.RequiredClaims{"roles": {"auditor", "admin"}, "scope": {"reports:write"}}},
		{Name: "film", RequiredGroup: "editors"},
	}
}

// aboutReports are the requests that name the kind report, or the key of a file of that kind, by the
// field that does so.
func aboutReports() map[string][]events.APIGatewayProxyRequest {
	reportKey := ofKind("report", 40<<20)
	return map[string][]events.APIGatewayProxyRequest{
		"kind": {
			postEvent(goodFields().alter(fields{"kind": "report"}).String()),
			getEvent(map[string][]string{"key": {"a.png"}, "kind": {"report"}}),
			listingEvent(fields{"kind": "report"}.String()),
		},
		"key": {
			partsEvent(partsFor(reportKey).String()), downloadEvent(fields{"key": reportKey}.String()), scanEvent(fields{"key": reportKey}.String()),
		},
		"keys": {deletionsEvent(reportKey)},
	}
}

// asCaller makes a request one of a caller.
type asCaller func(events.APIGatewayProxyRequest) events.APIGatewayProxyRequest

func TestKindForCallersWithClaims(t *testing.T) {
	t.Parallel()
	ofIssuer := func(claims map[string]any) asCaller {
		c := testCaller()
		c.Owner, c.Claims = testSub, claims
		return func(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest { return by(c, e) }
	}
	ofPool := func(claims, token map[string]any) asCaller {
		return func(e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
			maps.Copy(e.RequestContext.Authorizer["claims"].(map[string]any), claims)
			e.Headers["Authorization"] = tokenOf(token)
			return e
		}
	}
	type object = map[string]any
	for name, c := range map[string]struct {
		change  func(*deployment)
		as      asCaller
		missing string // the claim that is missing, "" if none is
	}{
		"Issuer":           {ofIssuers, ofIssuer(object{"roles": []any{"admin"}, "scope": []any{"reports:write"}}), ""},
		"IssuerNothing":    {ofIssuers, ofIssuer(nil), "roles"},
		"IssuerOneOfTwo":   {ofIssuers, ofIssuer(object{"roles": []any{"admin"}}), "scope"},
		"IssuerOtherValue": {ofIssuers, ofIssuer(object{"roles": []any{"administrator"}, "scope": []any{"reports:write"}}), "roles"},
		"Pool":             {withoutChange, ofPool(object{"roles": "auditor", "scope": "openid reports:write"}, nil), ""},
		"PoolList":         {withoutChange, ofPool(object{"roles": "x,admin", "scope": "reports:write"}, object{"roles": []string{"x", "admin"}}), ""},
		"PoolOneElement":   {withoutChange, ofPool(object{"roles": "x,admin", "scope": "reports:write"}, object{"roles": []string{"x,admin"}}), "roles"},
		"PoolText":         {withoutChange, ofPool(object{"roles": "x,admin", "scope": "reports:write"}, object{"roles": "x,admin"}), "roles"},
		"PoolOtherToken":   {withoutChange, ofPool(object{"roles": "x,user", "scope": "reports:write"}, object{"roles": []string{"admin"}}), "roles"},
		"PoolNothing":      {withoutChange, ofPool(nil, nil), "roles"},
		"PoolNoText":       {withoutChange, ofPool(object{"roles": []any{"admin"}, "scope": "reports:write"}, nil), "roles"},
		"PoolTwoWords":     {withoutChange, ofPool(object{"roles": "admin", "scope": "reports:read reports:writer"}, nil), "scope"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := []func(*deployment){c.change, withClaims, resumable}
			for field, list := range aboutReports() {
				for _, e := range list {
					h, _ := newTestFor(t, e.Resource, change...)
					if c.missing == "" {
						if resp := handle(t, h, c.as(e)); resp.StatusCode >= 400 {
							t.Errorf("%s: %s", e.Resource, resp.Body)
						}
						continue
					}
					r := refused(t, h, c.as(e), 403, Forbidden, field)
					want := fmt.Sprintf("is only for callers whose token has the claim %q with one of its required values, and this token doesn't; "+
						"a user whose rights have changed since signing in must sign in again", c.missing)
					if !strings.HasSuffix(r.Error.Message, want) {
						t.Errorf("%s: %q\nwant %q", e.Resource, r.Error.Message, want)
					}
				}
			}
			checkKindsShown(t, change, c.as, c.missing == "")
		})
	}
}

// checkKindsShown checks that the limits, and the refusal of an unknown kind, show reports only to
// who may use them, and that a batch plans one only for them.
func checkKindsShown(t *testing.T, change []func(*deployment), as asCaller, reports bool) {
	t.Helper()
	h, _ := newTestHandler(t, change...)
	var limits limitsAnswer
	answered(t, h, as(limitsEvent()), 200, &limits)
	shown := []string{}
	for _, k := range limits.Kinds {
		if k.Kind != nil {
			shown = append(shown, *k.Kind)
		}
	}
	want := []string{"note"}
	if reports {
		want = append(want, "report")
	}
	if !slices.Equal(shown, want) {
		t.Errorf("the limits show %v, want %v", shown, want)
	}
	r := refused(t, h, as(postEvent(goodFields().alter(fields{"kind": "x"}).String())), 400, InvalidRequest, "kind")
	if !slices.Equal(r.Error.Allowed, want) {
		t.Errorf("allowed: %v, want %v", r.Error.Allowed, want)
	}
	var batch batchAnswer
	answered(t, h, as(rawBatchEvent(fields{"files": []any{goodFields().alter(fields{"kind": "report"})}}.String())), 200, &batch)
	if planned := !strings.HasPrefix(string(batch.Files[0]), `{"error":`); planned != reports {
		t.Errorf("a batch answers %s", batch.Files[0])
	}
}

func withoutChange(*deployment) {}

// A group is a claim, whoever has verified the token.
func TestGroupOfAnIssuersCaller(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, ofIssuers, withClaims)
	film := postEvent(goodFields().alter(fields{"kind": "film"}).String())
	c := testCaller()
	r := refused(t, h, by(c, film), 403, Forbidden, "kind")
	if !strings.Contains(r.Error.Message, `members of the group "editors"`) {
		t.Errorf("message %q", r.Error.Message)
	}
	c.Claims = map[string]any{config.GroupsClaim: []any{"editors"}}
	planned(t, h, by(c, film))
}
