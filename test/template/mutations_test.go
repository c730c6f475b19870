package template_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"signpost/infra"
	"signpost/test/template/options"
)

// mutation is a way for a template to go wrong that an invariant must see.
type mutation struct {
	invariant string
	what      string
	mutate    func(t *template)
}

// optionMutation is a mutation of the template of an option, in the place of stage production's.
type optionMutation struct {
	option string
	mutation
}

// the returns the properties of the only resource of a type, or of the first by id.
func (t *template) the(kind string) map[string]any { return t.of(kind)[0].Properties }

// nth returns the properties of one of several of a type, by id.
func (t *template) nth(kind string, n int) map[string]any { return t.of(kind)[n].Properties }

func object(value any) map[string]any { return value.(map[string]any) }

// with adds a resource.
func (t *template) with(kind string, properties map[string]any) {
	t.Resources["Extra"] = &resource{id: "Extra", Type: kind, Properties: properties}
}

// grant is the role's n-th statement: 0 to upload, 1 to log.
func (t *template) grant(n int) map[string]any {
	return object(at(t.the("AWS::IAM::Role"), "Policies", 0, "PolicyDocument", "Statement", n))
}

// denial is the n-th statement of the upload bucket's policy.
func (t *template) denial(n int) map[string]any {
	return object(at(t.nth("AWS::S3::BucketPolicy", 1), "PolicyDocument", "Statement", n))
}

// method is the first with that verb, by id.
func (t *template) method(verb string) map[string]any {
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if method.Properties["HttpMethod"] == verb {
			return method.Properties
		}
	}
	return nil
}

func (t *template) environment() map[string]any {
	return object(at(t.the("AWS::Lambda::Function"), "Environment", "Variables"))
}

func (t *template) client() map[string]any { return t.the("AWS::Cognito::UserPoolClient") }

// rename gives a resource another logical id.
func (t *template) rename(from, to string) {
	t.Resources[to] = t.Resources[from]
	delete(t.Resources, from)
}

const (
	uploadBucket = "UploadsBucketC4B27CC7"
	logBucket    = "UploadsAccessLogBucket6A3DCCE0"
	userPool     = "UploadsUserPoolDD46AEA3"
)

var mutations = []mutation{
	{"roles hold only what is agreed", "any action of S3's", func(t *template) { t.grant(0)["Action"] = "s3:*" }},
	{"roles hold only what is agreed", "one more action", func(t *template) { t.grant(0)["Action"] = []any{"s3:PutObject", "s3:GetObject"} }},
	{"roles hold only what is agreed", "the whole bucket", func(t *template) {
		t.grant(0)["Resource"] = map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Fn::GetAtt": []any{uploadBucket, "Arn"}}, "/*"}}}
	}},
	{"roles hold only what is agreed", "another bucket", func(t *template) {
		t.grant(0)["Resource"] = map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Fn::GetAtt": []any{logBucket, "Arn"}}, "/uploads/*"}}}
	}},
	{"roles hold only what is agreed", "every log", func(t *template) { t.grant(1)["Resource"] = "*" }},
	{"roles hold only what is agreed", "everything but", func(t *template) { t.grant(1)["NotAction"] = "iam:*" }},
	{"roles hold only what is agreed", "a managed policy", func(t *template) {
		t.the("AWS::IAM::Role")["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
	}},
	{"roles hold only what is agreed", "a policy beside the role", func(t *template) { t.with("AWS::IAM::Policy", map[string]any{}) }},
	{"roles hold only what is agreed", "a role of no function's", func(t *template) { t.with("AWS::IAM::Role", map[string]any{}) }},
	{"roles hold only what is agreed", "anybody takes the role on", func(t *template) {
		object(at(t.the("AWS::IAM::Role"), "AssumeRolePolicyDocument", "Statement", 0))["Principal"] = "*"
	}},
	{"nobody else may call the function", "every method", func(t *template) { t.the("AWS::Lambda::Permission")["SourceArn"] = "arn:aws:execute-api:*" }},
	{"nobody else may call the function", "the console's test button", func(t *template) {
		t.the("AWS::Lambda::Permission")["SourceArn"] = "arn:aws:execute-api:eu-west-1:1:a/test-invoke-stage/POST/uploads"
	}},
	{"nobody else may call the function", "anybody", func(t *template) { t.the("AWS::Lambda::Permission")["Principal"] = "*" }},
	{"functions are the agreed size and keep their own log", "another machine", func(t *template) { t.the("AWS::Lambda::Function")["Architectures"] = []any{"x86_64"} }},
	{"functions are the agreed size and keep their own log", "Lambda's default log group", func(t *template) { delete(t.the("AWS::Lambda::Function"), "LoggingConfig") }},
	{"the environment is what the function reads", "one name less", func(t *template) { delete(t.environment(), "ALLOWED_ORIGINS") }},
	{"the environment is what the function reads", "one name more", func(t *template) { t.environment()["LOG_LEVEL"] = "debug" }},
	{"the environment is what the function reads", "a prefix without a slash", func(t *template) { t.environment()["KEY_PREFIX"] = "uploads" }},
	{"the environment is what the function reads", "another lifetime", func(t *template) { t.environment()["URL_LIFETIME_SECONDS"] = "3600" }},
	{"the environment is what the function reads", "another client", func(t *template) { t.environment()["USER_POOL_CLIENT_IDS"] = "another" }},
	{"buckets are private, encrypted and TLS only", "half a block", func(t *template) {
		object(t.Resources[uploadBucket].Properties["PublicAccessBlockConfiguration"])["BlockPublicPolicy"] = false
	}},
	{"buckets are private, encrypted and TLS only", "ACLs", func(t *template) { delete(t.Resources[logBucket].Properties, "OwnershipControls") }},
	{"buckets are private, encrypted and TLS only", "no policy", func(t *template) { t.denial(0)["Effect"] = "Allow" }},
	{"buckets are private, encrypted and TLS only", "TLS for objects alone", func(t *template) { t.denial(0)["Resource"] = list(t.denial(0)["Resource"])[1] }},
	{"buckets are private, encrypted and TLS only", "a reader", func(t *template) {
		t.denial(2)["Effect"], t.denial(2)["Action"] = "Allow", "s3:GetObject"
	}},
	{"buckets are private, encrypted and TLS only", "a name of its own", func(t *template) { t.Resources[uploadBucket].Properties["BucketName"] = "uploads" }},
	{"buckets are private, encrypted and TLS only", "no access log", func(t *template) { delete(t.Resources[uploadBucket].Properties, "LoggingConfiguration") }},
	{"buckets are private, encrypted and TLS only", "no leave to log", func(t *template) {
		object(at(t.nth("AWS::S3::BucketPolicy", 0), "PolicyDocument", "Statement", 1))["Principal"] = "*"
	}},
	{"buckets are private, encrypted and TLS only", "one version", func(t *template) { delete(t.Resources[uploadBucket].Properties, "VersioningConfiguration") }},
	{"the bucket refuses what was not signed", "the age in seconds", func(t *template) {
		object(at(t.denial(2), "Condition", "NumericGreaterThan"))["s3:signatureAge"] = "300"
	}},
	{"the bucket refuses what was not signed", "the age as a number", func(t *template) {
		object(at(t.denial(2), "Condition", "NumericGreaterThan"))["s3:signatureAge"] = 300000
	}},
	{"the bucket refuses what was not signed", "an old URL that lists", func(t *template) { t.denial(2)["Resource"] = list(t.denial(2)["Resource"])[1] }},
	{"the bucket refuses what was not signed", "SigV2", func(t *template) { t.denial(1)["Effect"] = "Allow" }},
	{"the bucket refuses what was not signed", "forms", func(t *template) { t.denial(3)["Principal"] = "somebody" }},
	{"the bucket refuses what was not signed", "overwriting", func(t *template) {
		object(at(t.denial(4), "Condition"))["Null"] = map[string]any{"s3:if-none-match": "false"}
	}},
	{"the bucket refuses what was not signed", "parts of an upload refused too", func(t *template) { delete(object(at(t.denial(4), "Condition")), "Bool") }},
	{"the bucket lets in just the pages", "every page", func(t *template) {
		object(at(t.Resources[uploadBucket].Properties, "CorsConfiguration", "CorsRules", 0))["AllowedOrigins"] = []any{"*"}
	}},
	{"the bucket lets in just the pages", "reading", func(t *template) {
		object(at(t.Resources[uploadBucket].Properties, "CorsConfiguration", "CorsRules", 0))["AllowedMethods"] = []any{"PUT", "GET"}
	}},
	{"unfinished uploads go, objects stay", "they stay", func(t *template) { delete(t.Resources[uploadBucket].Properties, "LifecycleConfiguration") }},
	{"unfinished uploads go, objects stay", "objects go", func(t *template) {
		object(at(t.Resources[uploadBucket].Properties, "LifecycleConfiguration", "Rules", 0))["ExpirationInDays"] = 1
	}},
	{"every method but OPTIONS needs a token", "an open method", func(t *template) { t.method("POST")["AuthorizationType"] = "NONE" }},
	{"every method but OPTIONS needs a token", "an access token", func(t *template) { t.method("GET")["AuthorizationScopes"] = []any{"uploads/write"} }},
	{"every method but OPTIONS needs a token", "another pool", func(t *template) {
		t.the("AWS::ApiGateway::Authorizer")["ProviderARNs"] = []any{"arn:aws:cognito-idp:eu-west-1:1:userpool/x"}
	}},
	{"every method but OPTIONS needs a token", "OPTIONS reaches the function", func(t *template) {
		object(t.method("OPTIONS")["Integration"])["Type"] = "AWS_PROXY"
	}},
	{"every method but OPTIONS needs a token", "an unknown route reaches the function", func(t *template) {
		t.method("ANY")["Integration"] = t.method("POST")["Integration"]
	}},
	{"every method but OPTIONS needs a token", "an unknown route's answer quotes the caller", func(t *template) {
		object(at(t.method("ANY"), "Integration", "IntegrationResponses", 0, "ResponseTemplates"))["application/json"] = `$input.params('Authorization')`
	}},
	{"every method but OPTIONS needs a token", "an unknown route's answer reads the body", func(t *template) {
		object(t.method("ANY")["Integration"])["PassthroughBehavior"] = "WHEN_NO_MATCH"
	}},
	{"every method but OPTIONS needs a token", "an open route of any verb", func(t *template) {
		route := t.method("POST")
		route["HttpMethod"], route["AuthorizationType"] = "ANY", "NONE"
	}},
	{"requests are validated", "no validator", func(t *template) { delete(t.method("GET"), "RequestValidatorId") }},
	{"requests are validated", "half a validator", func(t *template) { t.the("AWS::ApiGateway::RequestValidator")["ValidateRequestParameters"] = false }},
	{"requests are validated", "no model", func(t *template) { delete(t.method("POST"), "RequestModels") }},
	{"there are the agreed routes", "a verb more", func(t *template) { t.method("POST")["HttpMethod"] = "PUT" }},
	{"there are the agreed routes", "no answer for unknown ones", func(t *template) {
		maps.DeleteFunc(t.Resources, func(_ string, r *resource) bool { return r.Properties["HttpMethod"] == "ANY" })
	}},
	{"there are the agreed routes", "another path", func(t *template) {
		for _, part := range t.of("AWS::ApiGateway::Resource") {
			if part.Properties["PathPart"] == "signed" {
				part.Properties["PathPart"] = "sign"
			}
		}
	}},
	{"there are the agreed routes", "a parameter that API Gateway insists on", func(t *template) {
		object(t.method("GET")["RequestParameters"])["method.request.querystring.key"] = true
	}},
	{"OPTIONS lets in just the pages", "every page", func(t *template) {
		object(at(t.method("OPTIONS"), "Integration", "IntegrationResponses", 0, "ResponseParameters"))["method.response.header.Access-Control-Allow-Origin"] = "'*'"
	}},
	{"OPTIONS lets in just the pages", "a page less", func(t *template) {
		delete(object(at(t.method("OPTIONS"), "Integration", "IntegrationResponses", 0)), "ResponseTemplates")
	}},
	{"API Gateway's refusals have the contract's shape", "a cache may keep it", func(t *template) {
		delete(object(t.the("AWS::ApiGateway::GatewayResponse")["ResponseParameters"]), "gatewayresponse.header.Cache-Control")
	}},
	{"API Gateway's refusals have the contract's shape", "a mapped header, whose name is case-sensitive", func(t *template) {
		object(t.the("AWS::ApiGateway::GatewayResponse")["ResponseParameters"])["gatewayresponse.header.Access-Control-Allow-Origin"] = "method.request.header.Origin"
	}},
	{"API Gateway's refusals have the contract's shape", "no CORS", func(t *template) { delete(t.the("AWS::ApiGateway::GatewayResponse"), "ResponseParameters") }},
	{"API Gateway's refusals have the contract's shape", "API Gateway's own 404", func(t *template) {
		for id, response := range t.Resources {
			if response.Properties["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN" {
				delete(t.Resources, id)
			}
		}
	}},
	{"API Gateway's refusals have the contract's shape", "the gateway's own words", func(t *template) {
		object(t.the("AWS::ApiGateway::GatewayResponse")["ResponseTemplates"])["application/json"] = `{"error":{"code":"Forbidden","message":"$context.error.message","requestId":"$context.requestId"}}`
	}},
	{"the API is regional, throttled and logs no secret", "no bound", func(t *template) { delete(t.the("AWS::ApiGateway::Stage"), "MethodSettings") }},
	{"the API is regional, throttled and logs no secret", "the query in the log", func(t *template) {
		object(t.the("AWS::ApiGateway::Stage")["AccessLogSetting"])["Format"] = `{"path":"$context.path"}`
	}},
	{"the API is regional, throttled and logs no secret", "bodies in the log", func(t *template) {
		object(at(t.the("AWS::ApiGateway::Stage"), "MethodSettings", 0))["DataTraceEnabled"] = true
	}},
	{"the API is regional, throttled and logs no secret", "at the edge", func(t *template) {
		t.the("AWS::ApiGateway::RestApi")["EndpointConfiguration"] = map[string]any{"Types": []any{"EDGE"}}
	}},
	{"every log forgets", "one never does", func(t *template) { delete(t.the("AWS::Logs::LogGroup"), "RetentionInDays") }},
	{"the pool is closed and its client has no secret", "anybody signs up", func(t *template) {
		object(t.the("AWS::Cognito::UserPool")["AdminCreateUserConfig"])["AllowAdminCreateUserOnly"] = false
	}},
	{"the pool is closed and its client has no secret", "no second factor", func(t *template) { t.the("AWS::Cognito::UserPool")["MfaConfiguration"] = "OPTIONAL" }},
	{"the pool is closed and its client has no secret", "short passwords", func(t *template) {
		object(at(t.the("AWS::Cognito::UserPool"), "Policies", "PasswordPolicy"))["MinimumLength"] = 8
	}},
	{"the pool is closed and its client has no secret", "the password sent", func(t *template) {
		t.client()["ExplicitAuthFlows"] = append(list(t.client()["ExplicitAuthFlows"]), "ALLOW_USER_PASSWORD_AUTH")
	}},
	{"the pool is closed and its client has no secret", "users write their own address", func(t *template) { delete(t.client(), "WriteAttributes") }},
	{"the pool is closed and its client has no secret", "an address that nobody confirmed", func(t *template) {
		delete(t.the("AWS::Cognito::UserPool"), "UserAttributeUpdateSettings")
	}},
	{"the pool is closed and its client has no secret", "who exists", func(t *template) { t.client()["PreventUserExistenceErrors"] = "LEGACY" }},
	{"data outlives the stack outside local and dev", "the bucket goes", func(t *template) { t.Resources[uploadBucket].DeletionPolicy = "Delete" }},
	{"data outlives the stack outside local and dev", "what a failed creation made stays", func(t *template) { t.Resources[uploadBucket].DeletionPolicy = "Retain" }},
	{"data outlives the stack outside local and dev", "anything that a failed creation made stays", func(t *template) { t.of("AWS::ApiGateway::RestApi")[0].DeletionPolicy = "Retain" }},
	{"data outlives the stack outside local and dev", "the pool is replaced", func(t *template) { t.Resources[userPool].UpdateReplacePolicy = "Delete" }},
	{"data outlives the stack outside local and dev", "the pool is unprotected", func(t *template) { t.the("AWS::Cognito::UserPool")["DeletionProtection"] = "INACTIVE" }},
	{"logical ids of what holds data never move", "the bucket moved", func(t *template) { t.rename(uploadBucket, "UploadsBucket2") }},
	{"nothing replaces what holds data", "a bucket's name", func(t *template) { t.Resources[uploadBucket].Properties["BucketName"] = "uploads" }},
	{"nothing replaces what holds data", "another name to sign in by", func(t *template) { delete(t.the("AWS::Cognito::UserPool"), "UsernameAttributes") }},
	{"nothing replaces what holds data", "a client with a secret", func(t *template) { t.client()["GenerateSecret"] = true }},
	{"outputs are the contract's", "one less", func(t *template) { delete(t.Outputs, "Region") }},
	{"outputs are the contract's", "one more", func(t *template) { t.Outputs["UploadsApiEndpoint"] = map[string]any{"Value": "https://…"} }},
	{"outputs are the contract's", "an export", func(t *template) { t.Outputs["Region"]["Export"] = map[string]any{"Name": "region"} }},
	{"no dependency is said twice", "the function's role", func(t *template) {
		t.of("AWS::Lambda::Function")[0].DependsOn = []any{t.of("AWS::IAM::Role")[0].id}
	}},
	{"nothing is shared with the account", "the account's role for logs", func(t *template) { t.with("AWS::ApiGateway::Account", map[string]any{}) }},
	{"nothing is shared with the account", "a custom resource", func(t *template) { t.with("Custom::S3AutoDeleteObjects", map[string]any{}) }},
}

// TestInvariantsCanFail breaks stage production's template, and those of options, in every way
// listed, and wants the invariant to say so; an invariant that no mutation breaks is no invariant.
func TestInvariantsCanFail(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	untested := map[string]invariant{}
	for _, invariant := range invariants {
		untested[invariant.name] = invariant
	}
	known := maps.Clone(untested)
	text := synthesized(t, production.Name, production)
	for _, mutation := range mutations {
		delete(untested, mutation.invariant)
		t.Run(mutation.invariant+"/"+mutation.what, func(t *testing.T) {
			assertSeen(t, known, mutation, text, production)
		})
	}
	for _, mutation := range optionMutations {
		delete(untested, mutation.invariant)
		t.Run(mutation.invariant+"/"+mutation.option+"/"+mutation.what, func(t *testing.T) {
			stage := optionNamed(t, mutation.option).Stage()
			assertSeen(t, known, mutation.mutation, synthesized(t, mutation.option, stage), stage)
		})
	}
	for _, name := range slices.Sorted(maps.Keys(untested)) {
		t.Errorf("no mutation shows that %q can fail", name)
	}
}

// assertSeen wants the invariant to see the mutation, and nothing before it.
func assertSeen(t *testing.T, known map[string]invariant, mutation mutation, text []byte, stage infra.Stage) {
	t.Helper()
	invariant, ok := known[mutation.invariant]
	if !ok {
		t.Fatalf("there is no such invariant")
	}
	mutated := parse(t, text)
	if before := invariant.check(mutated, stage); len(before) != 0 {
		t.Fatalf("the invariant fails before the mutation: %s", before)
	}
	before, _ := json.Marshal(mutated)
	mutation.mutate(mutated)
	if after, _ := json.Marshal(mutated); string(before) == string(after) {
		t.Fatal("the mutation changed nothing")
	}
	if len(invariant.check(mutated, stage)) == 0 {
		t.Error("the invariant did not see it")
	}
}

func optionNamed(t *testing.T, name string) options.Option {
	t.Helper()
	for _, option := range options.All() {
		if option.Name == name {
			return option
		}
	}
	t.Fatalf("there is no option %q", name)
	return options.Option{}
}
