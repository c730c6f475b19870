package template_test

import (
	"encoding/json"
	"slices"
	"strings"
)

// checkAuthorizers: every method needs a token of the user pool, but OPTIONS and the answer to
// unknown routes, which API Gateway writes by itself.
func checkAuthorizers(t *template, want asked) (found complaints) {
	pools := []string{want.poolARN}
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		pools = []string{"${" + pool.id + ".Arn}"}
	}
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if verb := method.Properties["HttpMethod"]; verb == "OPTIONS" || verb == "ANY" {
			checkOpenMethod(method, &found)
			continue
		}
		found.equal(method.id+"'s authorization", method.Properties["AuthorizationType"], "COGNITO_USER_POOLS")
		// With a scope, API Gateway wants an access token, and without one an ID token.
		found.equal(method.id+"'s scopes", texts(method.Properties["AuthorizationScopes"]), want.scopes)
		authorizer := t.Resources[reference(method.Properties["AuthorizerId"])]
		if authorizer == nil {
			found.add("%s has no authorizer", method.id)
			continue
		}
		found.equal(authorizer.id, []any{authorizer.Properties["Type"], authorizer.Properties["IdentitySource"], texts(authorizer.Properties["ProviderARNs"])},
			[]any{"COGNITO_USER_POOLS", "method.request.header.Authorization", pools})
	}
	return found
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
	for _, kind := range []string{"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "MISSING_AUTHENTICATION_TOKEN"} {
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

// logged is all that a line of the access log may hold. Of what API Gateway offers, $context.path
// and $context.error.message can carry a token or a query.
var logged = []string{
	"$context.authorizer.claims.sub", "$context.error.responseType", "$context.extendedRequestId", "$context.httpMethod", "$context.identity.sourceIp",
	"$context.integration.latency", "$context.requestId", "$context.requestTime", "$context.resourcePath",
	"$context.responseLatency", "$context.responseLength", "$context.status",
}

// checkAPILogs: no log of the API holds a secret.
func checkAPILogs(t *template, _ asked) (found complaints) {
	for _, stage := range t.of("AWS::ApiGateway::Stage") {
		for _, settings := range list(stage.Properties["MethodSettings"]) {
			found.equal(stage.id+" logs bodies", at(settings, "DataTraceEnabled"), false)
		}
		var line map[string]string
		if err := json.Unmarshal([]byte(render(at(stage.Properties, "AccessLogSetting", "Format"))), &line); err != nil {
			found.add("%s's access log is no JSON: %v", stage.id, err)
		}
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
