package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
	"signpost/lambda/identity"
)

// TestCallersOfIssuers holds what callers of issuers are answered to the contract: a key with an
// owner that isn't a sub, the metadata that says who uploaded a file, and the refusals that only
// they meet.
func TestCallersOfIssuers(t *testing.T) {
	d := newDeployment(t, func(cfg *settings) {
		cfg.LambdaAuthorizer, cfg.ClientIDs, cfg.TokenUse = true, nil, ""
		cfg.Kinds = append(cfg.Kinds, config.Kind{Name: "report", RequiredClaims: config.RequiredClaims{"roles": {"auditor"}}})
	})
	owner := identity.Owner("https://login.example.com/", "org_id", "org_7")
	caller := identity.Caller{Owner: owner, Subject: "auth0|5f7c8ec7", Shared: true, Expires: time.Now().Add(time.Hour)}
	expired := caller
	expired.Expires = time.Now().Add(-time.Hour)
	by := func(c identity.Caller, e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
		e.RequestContext.Authorizer = c.Context()
		return e
	}
	plan := withBody("POST", "/uploads", bodies[0].body)

	a := d.send(t, by(caller, plan))
	if !a.ok() || !strings.Contains(a.body, `"key":"uploads/`+owner+`/`) || !strings.Contains(a.body, `"x-amz-meta-uploaded-by":"auth0|5f7c8ec7"`) {
		t.Errorf("a plan: %s", a.body)
	}
	for _, e := range []events.APIGatewayProxyRequest{
		withBody("POST", "/uploads/parts", strings.ReplaceAll(bodies[4].body, sub, owner)),
		withBody("POST", "/downloads", `{"key": "`+strings.ReplaceAll(kindKey, sub, owner)+`"}`),
		withBody("POST", "/listings", `{}`),
		request("GET", limitsPath),
	} {
		if a := d.send(t, by(caller, e)); !a.ok() {
			t.Errorf("%s %s: %s", e.HTTPMethod, e.Resource, a.body)
		}
	}
	for code, e := range map[string]events.APIGatewayProxyRequest{
		"Unauthorized":   by(expired, plan),
		"Forbidden":      by(caller, withBody("POST", "/uploads", `{"filename": "a", "contentType": "image/png", "size": 1, "kind": "report"}`)),
		"InvalidRequest": by(caller, withBody("POST", "/uploads", `{"filename": "a", "contentType": "image/png", "size": 1, "metadata": {"Uploaded-By": "x"}}`)),
	} {
		if a := d.send(t, e); a.refusal.Code != code {
			t.Errorf("%d %s; want %s", a.status, a.body, code)
		}
	}
	if a := d.send(t, plan); a.refusal.Code != "Unauthorized" {
		t.Errorf("the claims of a pool's user: %d %s", a.status, a.body)
	}
}
