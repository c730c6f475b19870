package template_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/internal/cfn"
)

// checkAuthorizers: every method needs a token of the user pool, or of the issuers, but OPTIONS and
// the answer to unknown routes, which API Gateway writes by itself.
func checkAuthorizers(t *template, want asked) (found complaints) {
	authorization, scopes := "COGNITO_USER_POOLS", want.scopes
	if want.issuers != nil {
		authorization, scopes = "CUSTOM", nil // the function checks the scopes of the pool's tokens
	}
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if verb := method.Properties["HttpMethod"]; verb == "OPTIONS" || verb == "ANY" {
			checkOpenMethod(method, &found)
			continue
		}
		found.equal(method.id+"'s authorization", method.Properties["AuthorizationType"], authorization)
		// With a scope, API Gateway wants an access token, and without one an ID token.
		found.equal(method.id+"'s scopes", texts(method.Properties["AuthorizationScopes"]), scopes)
		authorizer := t.Resources[reference(method.Properties["AuthorizerId"])]
		if authorizer == nil {
			found.add("%s has no authorizer", method.id)
			continue
		}
		found.equal(authorizer.id+"'s header", authorizer.Properties["IdentitySource"], "method.request.header.Authorization")
		if want.issuers != nil {
			t.checkTokenAuthorizer(authorizer, *want.issuers, &found)
		} else {
			t.checkCognitoAuthorizer(authorizer, want, &found)
		}
	}
	return found
}

func (t *template) checkCognitoAuthorizer(authorizer *resource, want asked, found *complaints) {
	pools := []string{want.poolARN}
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		pools = []string{"${" + pool.id + ".Arn}"}
	}
	found.equal(authorizer.id, []any{authorizer.Properties["Type"], texts(authorizer.Properties["ProviderARNs"])}, []any{"COGNITO_USER_POOLS", pools})
}

// checkTokenAuthorizer: API Gateway asks the function that verifies tokens, and no other. It keeps
// the answer for as long as the props say.
func (t *template) checkTokenAuthorizer(authorizer *resource, issuers uploads.Issuers, found *complaints) {
	found.equal(authorizer.id, []any{authorizer.Properties["Type"], authorizer.Properties["AuthorizerResultTtlInSeconds"]},
		[]any{"TOKEN", cmp.Or(issuers.CacheLifetime, 5*time.Minute).Seconds()})
	for id := range cfn.LogicalIDs(authorizer.Properties["AuthorizerUri"]) {
		if asked := t.Resources[id]; asked == nil || asked.Properties["Handler"] != "authorize" {
			found.add("%s asks %s", authorizer.id, id)
		}
	}
	if authorizer.Properties["AuthorizerCredentials"] != nil {
		found.add("%s has a role", authorizer.id)
	}
}

// TestTokenExpression: API Gateway calls the function for what may be a token, and for nothing else.
func TestTokenExpression(t *testing.T) {
	stage, err := infra.StageNamed("issuer")
	if err != nil {
		t.Fatal(err)
	}
	authorizer := parse(t, synthesized(t, stage.Name, stage)).first("AWS::ApiGateway::Authorizer")
	expression := regexp.MustCompile(render(authorizer["IdentityValidationExpression"]))
	for header, want := range map[string]bool{
		"eyJhbGciOiJSUzI1NiJ9.e30.c2ln": true, "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln": true, "bearer a-_.b.c": true, "BEARER  a.b.c": true,
		"": false, "Bearer": false, "Bearer ": false, "Bearer a.b": false, "a.b.": false, "Bearer a.b.c.d.e": false, "Basic YTpi": false, "Bearer, a.b.c": false,
		"Bearer a.b.c, Bearer d.e.f": false, "a.b.c d": false, "a.b=.c": false, "Bearer a.b.c\nX: y": false, "Token a.b.c": false,
	} {
		if got := expression.MatchString(header); got != want {
			t.Errorf("%q matches: %v, want %v", header, got, want)
		}
	}
}

// checkOpenMethod: a method without a token answers with fixed text and never quotes the caller. A
// preflight's template compares the caller's origin with the allowed ones, and checkAPICORS looks
// at it.
func checkOpenMethod(method *resource, found *complaints) {
	integration := method.Properties["Integration"]
	found.equal(method.id, []any{method.Properties["AuthorizationType"], at(integration, "Type")}, []any{"NONE", "MOCK"})
	if method.Properties["HttpMethod"] != "ANY" {
		return
	}
	found.equal(method.id+" passes on", at(integration, "PassthroughBehavior"), "NEVER")
	for _, answer := range list(at(integration, "IntegrationResponses")) {
		if body := render(at(answer, "ResponseTemplates", "application/json")); at(answer, "StatusCode") != "404" || strings.Count(body, "$") != strings.Count(body, "$context.requestId") {
			found.add("%s answers %s", method.id, text(answer))
		}
	}
}

// checkAPICORS: a page of an allowed origin can read every answer that API Gateway writes by
// itself, and a preflight lets in no other page. What API Gateway refuses holds nothing of
// anybody's and can't choose between several origins.
func checkAPICORS(t *template, want asked) (found complaints) {
	readers := "'*'"
	if len(want.origins) == 1 {
		readers = "'" + want.origins[0] + "'"
	}
	kinds := map[any]bool{}
	for _, response := range t.of("AWS::ApiGateway::GatewayResponse") {
		kinds[response.Properties["ResponseType"]] = true
		found.equal(response.id+"'s readers", at(response.Properties, "ResponseParameters", "gatewayresponse.header.Access-Control-Allow-Origin"), readers)
		if body := render(at(response.Properties, "ResponseTemplates", "application/json")); strings.Count(body, "$") != strings.Count(body, "$context.requestId") {
			found.add("%s quotes the caller: %s", response.id, body)
		}
	}
	needed := []string{"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "MISSING_AUTHENTICATION_TOKEN"}
	if want.issuers != nil {
		needed = append(needed, "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR")
	}
	for _, kind := range needed {
		if !kinds[kind] {
			found.add("there is no answer for %s", kind)
		}
	}
	for _, method := range t.of("AWS::ApiGateway::Method") {
		answer := at(method.Properties, "Integration", "IntegrationResponses", 0)
		origin := at(answer, "ResponseParameters", "method.response.header.Access-Control-Allow-Origin")
		switch method.Properties["HttpMethod"] {
		case "ANY":
			found.equal(method.id+"'s readers", origin, readers)
		case "OPTIONS":
			found.equal(method.id+"'s readers", origin, "'"+want.origins[0]+"'")
			script := render(at(answer, "ResponseTemplates", "application/json"))
			for _, other := range want.origins[1:] {
				if strings.Count(script, `$origin == "`+other+`"`) != 1 {
					found.add("%s keeps %s out: %s", method.id, other, script)
				}
			}
			if strings.Count(script, "://") != len(want.origins)-1 {
				found.add("%s lets in more than %v: %s", method.id, want.origins, script)
			}
		}
	}
	return found
}

// logged is all that a line of the access log may hold, besides who called. Of what API Gateway
// offers, $context.path and $context.error.message can carry a token or a query, and a claim of an
// issuer anything.
var logged = []string{
	"$context.error.responseType", "$context.extendedRequestId", "$context.httpMethod", "$context.identity.sourceIp",
	"$context.integration.latency", "$context.requestId", "$context.requestTime", "$context.resourcePath",
	"$context.responseLatency", "$context.responseLength", "$context.status",
}

// checkAPILogs: no log of the API holds a secret.
func checkAPILogs(t *template, want asked) (found complaints) {
	caller := "$context.authorizer.claims.sub"
	if want.issuers != nil {
		caller = "$context.authorizer.principalId"
	}
	for _, stage := range t.of("AWS::ApiGateway::Stage") {
		for _, settings := range list(stage.Properties["MethodSettings"]) {
			found.equal(stage.id+" logs bodies", at(settings, "DataTraceEnabled"), false)
		}
		var line map[string]string
		if err := json.Unmarshal([]byte(render(at(stage.Properties, "AccessLogSetting", "Format"))), &line); err != nil {
			found.add("%s's access log is no JSON: %v", stage.id, err)
		}
		found.equal(stage.id+"'s caller", line["sub"], caller)
		delete(line, "sub")
		for _, value := range line {
			if !slices.Contains(logged, value) {
				found.add("%s logs %s", stage.id, value)
			}
		}
	}
	return found
}

// checkWebACL: the common rules refuse what they find, but long bodies, and what can stand in a
// file's name in a query.
func checkWebACL(t *template, want asked) (found complaints) {
	counted := []string{"SizeRestrictions_BODY"}
	if want.simpleRoute {
		counted = append(counted, "SizeRestrictions_QUERYSTRING", "RestrictedExtensions_QUERYARGUMENTS")
	}
	for _, acl := range t.of("AWS::WAFv2::WebACL") {
		var got []string
		for _, override := range list(at(acl.Properties, "Rules", 1, "Statement", "ManagedRuleGroupStatement", "RuleActionOverrides")) {
			got = append(got, render(at(override, "Name")))
		}
		found.equal(acl.id+"'s rules that only count", got, counted)
	}
	return found
}
