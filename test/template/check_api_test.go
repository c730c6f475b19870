package template_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"signpost/infra"
)

func checkAuthorizers(t *template, stage infra.Stage) (found complaints) {
	pools := []string{}
	if stage.Uploads.Callers.ExistingPool != nil {
		pools = append(pools, orZero(stage.Uploads.Callers.ExistingPool).PoolARN)
	}
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		pools = append(pools, "${"+pool.id+".Arn}")
	}
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if method.Properties["HttpMethod"] == "OPTIONS" {
			found.equal(method.id, []any{method.Properties["AuthorizationType"], at(method.Properties, "Integration", "Type"), method.Properties["AuthorizationScopes"]}, []any{"NONE", "MOCK", nil})
			continue
		}
		if method.Properties["HttpMethod"] == "ANY" {
			properties := maps.Clone(method.Properties)
			delete(properties, "ResourceId")
			delete(properties, "RestApiId")
			found.equal(method.id, properties, unknownRoute(stage))
			continue
		}
		found.equal(method.id+"'s authorization", method.Properties["AuthorizationType"], "COGNITO_USER_POOLS")
		// With a scope, API Gateway wants an access token, and without one an ID token.
		found.equal(method.id+"'s scopes", texts(method.Properties["AuthorizationScopes"]), scopes(stage))
		authorizer := t.Resources[reference(method.Properties["AuthorizerId"])]
		if authorizer == nil {
			found.add("%s has no authorizer", method.id)
			continue
		}
		found.equal(authorizer.id+"'s type", authorizer.Properties["Type"], "COGNITO_USER_POOLS")
		found.equal(authorizer.id+"'s source", authorizer.Properties["IdentitySource"], "method.request.header.Authorization")
		found.equal(authorizer.id+"'s pools", texts(authorizer.Properties["ProviderARNs"]), pools)
	}
	return found
}

// unknownRoute is all that an open method may be: API Gateway's own 404, the same for every request but for its id.
func unknownRoute(stage infra.Stage) map[string]any {
	const notFound = `{"statusCode":404}`
	return map[string]any{
		"AuthorizationType": "NONE",
		"HttpMethod":        "ANY",
		"Integration": map[string]any{
			"Type":                "MOCK",
			"PassthroughBehavior": "NEVER",
			"RequestTemplates": map[string]string{
				"application/json": notFound, "application/octet-stream": notFound, "application/x-www-form-urlencoded": notFound,
				"application/xml": notFound, "multipart/form-data": notFound, "text/plain": notFound,
			},
			"IntegrationResponses": []any{map[string]any{
				"StatusCode": "404",
				"ResponseParameters": map[string]string{
					"method.response.header.Access-Control-Allow-Origin":   readers(stage),
					"method.response.header.Access-Control-Expose-Headers": "'Retry-After,x-amzn-RequestId'",
					"method.response.header.Cache-Control":                 "'no-store'",
					"method.response.header.Vary":                          "'Origin'",
				},
				"ResponseTemplates": map[string]string{
					"application/json": `{"error":{"code":"NotFound","message":"there is no such route","requestId":"$context.requestId"}}`,
				},
			}},
		},
		"MethodResponses": []any{map[string]any{
			"StatusCode": "404",
			"ResponseParameters": map[string]bool{
				"method.response.header.Access-Control-Allow-Origin":   true,
				"method.response.header.Access-Control-Expose-Headers": true,
				"method.response.header.Cache-Control":                 true,
				"method.response.header.Vary":                          true,
			},
		}},
	}
}

// readers are the pages that may read what API Gateway answers by itself: the one there is, or all, for a mapping can't
// choose and these answers hold nothing of anybody's.
func readers(stage infra.Stage) string {
	if len(stage.Uploads.AllowedOrigins) == 1 {
		return "'" + stage.Uploads.AllowedOrigins[0] + "'"
	}
	return "'*'"
}

func checkValidators(t *template, _ infra.Stage) (found complaints) {
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if verb := method.Properties["HttpMethod"]; verb == "OPTIONS" || verb == "ANY" {
			continue
		}
		validator := t.Resources[reference(method.Properties["RequestValidatorId"])]
		if validator == nil {
			found.add("%s has no validator", method.id)
			continue
		}
		found.equal(validator.id, []any{validator.Properties["ValidateRequestBody"], validator.Properties["ValidateRequestParameters"]}, []any{true, true})
		if method.Properties["HttpMethod"] != "POST" {
			continue
		}
		model := t.Resources[reference(at(method.Properties, "RequestModels", "application/json"))]
		if model == nil {
			found.add("%s has no model", method.id)
			continue
		}
		// No finer: API Gateway's refusal of a field can't name it.
		found.equal(model.id, model.Properties["Schema"], map[string]string{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"})
	}
	return found
}

// path is a method's path, from its resources; "/" is the root's.
func (t *template) path(method *resource) string {
	path := ""
	for at := t.Resources[reference(method.Properties["ResourceId"])]; at != nil; at = t.Resources[reference(at.Properties["ParentId"])] {
		path = fmt.Sprintf("/%v%s", at.Properties["PathPart"], path)
	}
	return cmp.Or(path, "/")
}

func checkRoutes(t *template, stage infra.Stage) (found complaints) {
	want := []string{"ANY /", "ANY /{proxy+}", "OPTIONS /uploads", "POST /uploads"}
	if multipart(stage) {
		want = append(want, "OPTIONS /uploads/parts", "POST /uploads/parts")
	}
	if stage.Uploads.Downloads != nil {
		want = append(want, "OPTIONS /downloads", "POST /downloads")
	}
	if !stage.Uploads.NoSimpleRoute {
		want = append(want, "GET /api/documents/signed", "OPTIONS /api/documents/signed")
	}
	var got []string
	for _, method := range t.of("AWS::ApiGateway::Method") {
		got = append(got, fmt.Sprintf("%v %s", method.Properties["HttpMethod"], t.path(method)))
		if method.Properties["HttpMethod"] == "GET" {
			// Declared, none of them required: the function's own refusal names what is missing.
			found.equal(method.id+"'s parameters", method.Properties["RequestParameters"], map[string]bool{
				"method.request.querystring.contentType": false,
				"method.request.querystring.key":         false,
				"method.request.querystring.size":        false,
			})
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	found.equal("the routes", got, want)
	return found
}

// checkPreflight: the answer names one page's origin; with several pages, API Gateway's template
// puts the caller's in place of the first one's where it is among them.
func checkPreflight(t *template, stage infra.Stage) (found complaints) {
	origins := stage.Uploads.AllowedOrigins
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if method.Properties["HttpMethod"] != "OPTIONS" {
			continue
		}
		methods := "'POST'"
		if t.path(method) == "/api/documents/signed" {
			methods = "'GET'"
		}
		answer := at(method.Properties, "Integration", "IntegrationResponses", 0)
		found.equal(method.id+"'s headers", at(answer, "ResponseParameters"), map[string]string{
			"method.response.header.Access-Control-Allow-Headers": "'Authorization,Content-Type'",
			"method.response.header.Access-Control-Allow-Methods": methods,
			"method.response.header.Access-Control-Allow-Origin":  "'" + origins[0] + "'",
			"method.response.header.Access-Control-Max-Age":       "'3600'",
			"method.response.header.Vary":                         "'Origin'",
		})
		script := render(at(answer, "ResponseTemplates", "application/json"))
		for i, origin := range origins {
			if i > 0 && strings.Count(script, `$origin == "`+origin+`"`) != 1 {
				found.add("%s lets %s out: %s", method.id, origin, script)
			}
		}
		if strings.Count(script, "://") != len(origins)-1 {
			found.add("%s lets in more than %v: %s", method.id, origins, script)
		}
	}
	return found
}

// refusals are the contract's statuses and codes, by API Gateway's own name for each; "" is
// whatever status API Gateway gives.
var refusals = map[string][2]string{
	"UNAUTHORIZED":                 {"401", "Unauthorized"},
	"MISSING_AUTHENTICATION_TOKEN": {"404", "NotFound"},
	"RESOURCE_NOT_FOUND":           {"404", "NotFound"},
	"ACCESS_DENIED":                {"403", "Forbidden"},
	"EXPIRED_TOKEN":                {"404", "NotFound"},
	"INVALID_SIGNATURE":            {"404", "NotFound"},
	"INVALID_API_KEY":              {"403", "Forbidden"},
	"WAF_FILTERED":                 {"403", "Forbidden"},
	"BAD_REQUEST_BODY":             {"400", "InvalidJSON"},
	"BAD_REQUEST_PARAMETERS":       {"400", "InvalidRequest"},
	"REQUEST_TOO_LARGE":            {"413", "BodyTooLarge"},
	"UNSUPPORTED_MEDIA_TYPE":       {"415", "TypeNotAllowed"},
	"THROTTLED":                    {"429", "TooManyRequests"},
	"QUOTA_EXCEEDED":               {"429", "TooManyRequests"},
	"DEFAULT_4XX":                  {"", "InvalidRequest"},
	"DEFAULT_5XX":                  {"500", "Internal"},
}

func checkGatewayResponses(t *template, stage infra.Stage) (found complaints) {
	got := map[string][2]string{}
	for _, response := range t.of("AWS::ApiGateway::GatewayResponse") {
		var body struct {
			Error struct{ Code, Message, RequestID string }
		}
		text := render(at(response.Properties, "ResponseTemplates", "application/json"))
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			found.add("%s answers no JSON: %v", response.id, err)
		}
		if body.Error.Message == "" || body.Error.RequestID != "$context.requestId" || strings.Count(text, "$") != 1 {
			found.add("%s is not the contract's shape: %s", response.id, text)
		}
		kind, _ := response.Properties["ResponseType"].(string)
		status, _ := response.Properties["StatusCode"].(string)
		got[kind] = [2]string{status, body.Error.Code}
		headers := map[string]string{
			"gatewayresponse.header.Access-Control-Allow-Origin":   readers(stage),
			"gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After,x-amzn-RequestId'",
			"gatewayresponse.header.Cache-Control":                 "'no-store'",
			"gatewayresponse.header.Vary":                          "'Origin'",
		}
		if status == "429" {
			headers["gatewayresponse.header.Retry-After"] = "'1'"
		}
		found.equal(response.id+"'s headers", response.Properties["ResponseParameters"], headers)
	}
	found.equal("the refusals", got, refusals)
	return found
}

// isLogGroup says whether arn is that of one of the template's log groups: its Arn attribute, or, under the feature flag
// @aws-cdk/aws-apigateway:logGroupDestinationArnWithoutWildcard, one put together from its name.
func (t *template) isLogGroup(arn string) bool {
	for _, group := range t.of("AWS::Logs::LogGroup") {
		if arn == "${"+group.id+".Arn}" || strings.HasSuffix(arn, ":log-group:${"+group.id+"}") {
			return true
		}
	}
	return false
}

// logged are the only things that an access log line may hold. Of what API Gateway offers,
// $context.path and $context.error.message can carry a token or a query.
var logged = []string{
	"$context.authorizer.claims.sub", "$context.error.responseType", "$context.extendedRequestId", "$context.httpMethod", "$context.identity.sourceIp",
	"$context.integration.latency", "$context.requestId", "$context.requestTime", "$context.resourcePath",
	"$context.responseLatency", "$context.responseLength", "$context.status",
}

func checkAPIStage(t *template, stage infra.Stage) (found complaints) {
	rate, burst := 50.0, 100
	if stage.Uploads.Throttle.Rate != 0 {
		rate = stage.Uploads.Throttle.Rate
	}
	if stage.Uploads.Throttle.Burst != 0 {
		burst = stage.Uploads.Throttle.Burst
	}
	for _, api := range t.of("AWS::ApiGateway::RestApi") {
		found.equal(api.id+"'s endpoint", at(api.Properties, "EndpointConfiguration", "Types"), []string{"REGIONAL"})
	}
	found.equal("the number of stages", len(t.of("AWS::ApiGateway::Stage")), 1)
	for _, api := range t.of("AWS::ApiGateway::Stage") {
		found.equal(api.id+"'s name", api.Properties["StageName"], "v1")
		found.equal(api.id+"'s settings", api.Properties["MethodSettings"], []any{map[string]any{
			"DataTraceEnabled": false, "HttpMethod": "*", "ResourcePath": "/*",
			"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": rate,
		}})
		if !t.isLogGroup(render(at(api.Properties, "AccessLogSetting", "DestinationArn"))) {
			found.add("%s has no access log", api.id)
		}
		var line map[string]string
		format := render(at(api.Properties, "AccessLogSetting", "Format"))
		if err := json.Unmarshal([]byte(format), &line); err != nil {
			found.add("%s's access log is no JSON: %v", api.id, err)
		}
		var got []string
		for _, value := range line {
			got = append(got, value)
		}
		slices.Sort(got)
		found.equal(api.id+"'s access log", got, logged)
	}
	return found
}

func checkUserPool(t *template, stage infra.Stage) (found complaints) {
	mfa := "ON"
	if orZero(stage.Uploads.Callers.NewPool).OptionalMFA {
		mfa = "OPTIONAL"
	}
	if isDeployed(stage) && orZero(stage.Uploads.Callers.NewPool).OptionalMFA && !forTrials(stage) {
		found.add("stage %s leaves MFA to the user", stage.Name)
	}
	if isDeployed(stage) && orZero(stage.Uploads.Callers.NewPool).PasswordAuth != (stage.Name == "local") {
		found.add("stage %s has PasswordAuth %v", stage.Name, orZero(stage.Uploads.Callers.NewPool).PasswordAuth)
	}
	made, groups := 1, []any{}
	if stage.Uploads.Callers.ExistingPool != nil {
		made = 0
	} else if stage.Uploads.Callers.RequiredGroup != "" {
		groups = append(groups, stage.Uploads.Callers.RequiredGroup)
	}
	got := []any{}
	for _, group := range t.of("AWS::Cognito::UserPoolGroup") {
		got = append(got, group.Properties["GroupName"])
	}
	found.equal("the pool's groups", got, groups)
	found.equal("the number of pools", len(t.of("AWS::Cognito::UserPool")), made)
	for _, pool := range t.of("AWS::Cognito::UserPool") {
		found.equal(pool.id+"'s sign-up", at(pool.Properties, "AdminCreateUserConfig", "AllowAdminCreateUserOnly"), true)
		found.equal(pool.id+"'s addresses wait for their owner", at(pool.Properties, "UserAttributeUpdateSettings", "AttributesRequireVerificationBeforeUpdate"), []string{"email"})
		found.equal(pool.id+"'s names", pool.Properties["UsernameAttributes"], []string{"email"})
		found.equal(pool.id+"'s MFA", []any{pool.Properties["MfaConfiguration"], pool.Properties["EnabledMfas"]}, []any{mfa, []string{"SOFTWARE_TOKEN_MFA"}})
		found.equal(pool.id+"'s passwords", at(pool.Properties, "Policies", "PasswordPolicy"), map[string]any{
			"MinimumLength": 12, "RequireLowercase": true, "RequireNumbers": true, "RequireSymbols": true, "RequireUppercase": true, "TemporaryPasswordValidityDays": 3,
		})
	}
	flows := []string{"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
	if orZero(stage.Uploads.Callers.NewPool).PasswordAuth {
		flows = append([]string{"ALLOW_USER_PASSWORD_AUTH"}, flows...)
	}
	token := cmp.Or(orZero(stage.Uploads.Callers.NewPool).TokenLifetime, time.Hour).Minutes()
	session := cmp.Or(orZero(stage.Uploads.Callers.NewPool).SessionLifetime, 24*time.Hour).Minutes()
	found.equal("the number of clients", len(t.of("AWS::Cognito::UserPoolClient")), made)
	for _, client := range t.of("AWS::Cognito::UserPoolClient") {
		for property, want := range map[string]any{
			"ExplicitAuthFlows": flows, "GenerateSecret": false, "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": true,
			"WriteAttributes":                 []string{"name"}, // not the address
			"AllowedOAuthFlowsUserPoolClient": false, "IdTokenValidity": token, "AccessTokenValidity": token, "RefreshTokenValidity": session,
			"TokenValidityUnits": map[string]string{"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"},
		} {
			found.equal(client.id+"'s "+property, client.Properties[property], want)
		}
	}
	return found
}
