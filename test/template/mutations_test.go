package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"signpost/infra"
	"signpost/test/template/options"
)

// mutation is a way for a template to go wrong that an invariant must notice: stage production's
// template, or that of the option.
type mutation struct {
	invariant, option, what string
	mutate                  func(t *template)
}

// first returns the properties of a type's first resource, by id.
func (t *template) first(kind string) map[string]any { return t.of(kind)[0].Properties }

// method returns the properties of the first method with that verb, by id.
func (t *template) method(verb string) map[string]any {
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if method.Properties["HttpMethod"] == verb {
			return method.Properties
		}
	}
	return nil
}

// grant returns the statement of a role with this Sid.
func (t *template) grant(sid string) map[string]any {
	for _, role := range t.of("AWS::IAM::Role") {
		for _, one := range list(at(role.Properties, "Policies", 0, "PolicyDocument", "Statement")) {
			if at(one, "Sid") == sid {
				return object(one)
			}
		}
	}
	return nil
}

func (t *template) environment() map[string]any {
	return object(at(t.first("AWS::Lambda::Function"), "Environment", "Variables"))
}

func (t *template) corsRule() map[string]any {
	return object(at(t.uploadBucket().Properties, "CorsConfiguration", "CorsRules", 0))
}

func (t *template) lifecycleRule(index int) map[string]any {
	return object(at(t.uploadBucket().Properties, "LifecycleConfiguration", "Rules", index))
}

func (t *template) add(kind string) {
	t.Resources["Extra"] = &resource{id: "Extra", Type: kind, Properties: map[string]any{}}
}

func object(value any) map[string]any { return value.(map[string]any) }

// function returns the properties of the function with that handler.
func (t *template) function(handler string) map[string]any {
	for _, function := range t.of("AWS::Lambda::Function") {
		if function.Properties["Handler"] == handler {
			return function.Properties
		}
	}
	return nil
}

// authorizerPermission returns the properties of the permission to call the function that verifies
// tokens.
func (t *template) authorizerPermission() map[string]any {
	for _, permission := range t.of("AWS::Lambda::Permission") {
		if strings.Contains(permission.id, "TokenAuthorizer") {
			return permission.Properties
		}
	}
	return nil
}

// variables returns the environment of the function with that handler.
func (t *template) variables(handler string) map[string]any {
	return object(at(t.function(handler), "Environment", "Variables"))
}

// without returns what a value could be once deployed, without part of its text.
func without(value any, part string) string { return strings.Replace(deployed(value), part, "", 1) }

// objectsUnder is the ARN of what lies under a prefix of a bucket.
func objectsUnder(bucket, prefix string) map[string]any {
	return map[string]any{"Fn::Join": []any{"", []any{map[string]any{"Fn::GetAtt": []any{bucket, "Arn"}}, "/" + prefix + "*"}}}
}

const (
	uploadBucket = "UploadsBucketC4B27CC7"
	logBucket    = "UploadsAccessLogBucket6A3DCCE0"
)

var mutations = slices.Concat(roleMutations, bucketMutations, apiMutations, dataMutations, webhookMutations)

var roleMutations = []mutation{
	{"roles hold no more than they need", "", "any action of S3's", func(t *template) { t.grant("PutUploads")["Action"] = "s3:*" }},
	{"roles hold no more than they need", "", "one more action", func(t *template) { t.grant("PutUploads")["Action"] = []any{"s3:PutObject", "s3:GetObject"} }},
	{"roles hold no more than they need", "", "the whole bucket", func(t *template) { t.grant("PutUploads")["Resource"] = objectsUnder(uploadBucket, "") }},
	{"roles hold no more than they need", "", "another bucket", func(t *template) { t.grant("PutUploads")["Resource"] = objectsUnder(logBucket, "uploads/") }},
	{"roles hold no more than they need", "", "everything but", func(t *template) { t.grant("PutUploads")["NotAction"] = "iam:*" }},
	{"roles hold no more than they need", "", "a managed policy", func(t *template) {
		t.first("AWS::IAM::Role")["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
	}},
	{"roles hold no more than they need", "", "a policy beside the role", func(t *template) { t.add("AWS::IAM::Policy") }},
	{"roles hold no more than they need", "", "a role that nobody uses", func(t *template) { t.add("AWS::IAM::Role") }},
	{"roles hold no more than they need", "", "anybody assumes the role", func(t *template) {
		object(at(t.first("AWS::IAM::Role"), "AssumeRolePolicyDocument", "Statement", 0))["Principal"] = "*"
	}},
	{"roles hold no more than they need", "resumable-uploads", "a listing of the bucket", func(t *template) {
		t.grant("ResumeUploads")["Action"] = []any{"s3:AbortMultipartUpload", "s3:ListBucketMultipartUploads"}
	}},
	{"roles hold no more than they need", "downloads", "one role for two functions", func(t *template) {
		t.of("AWS::Lambda::Function")[0].Properties["Role"] = t.of("AWS::Lambda::Function")[1].Properties["Role"]
	}},
	{"roles hold no more than they need", "listings", "every prefix", func(t *template) { delete(t.grant("ListUploads"), "Condition") }},
	{"roles hold no more than they need", "listings", "the beginning of a folder's name", func(t *template) {
		object(at(t.grant("ListUploads"), "Condition", "StringLike"))["s3:prefix"] = "uploads/*"
	}},
	{"roles hold no more than they need", "listings-of-kinds", "everybody's files of a kind", func(t *template) {
		delete(object(t.grant("ListUploads")["Condition"]), "StringNotEquals")
	}},
	{"roles hold no more than they need", "listings", "a listing of versions", func(t *template) {
		t.grant("ListUploads")["Action"] = []any{"s3:ListBucket", "s3:ListBucketVersions"}
	}},
	{"roles hold no more than they need", "deletions", "deletion for good", func(t *template) { t.grant("DeleteUploads")["Action"] = "s3:DeleteObject*" }},
	{"roles hold no more than they need", "scans", "the file itself", func(t *template) { t.grant("GetScanResults")["Action"] = []any{"s3:GetObjectTagging", "s3:GetObject"} }},
	{"roles hold no more than they need", "key-prefix", "the default prefix", func(t *template) { t.grant("PutUploads")["Resource"] = objectsUnder(uploadBucket, "uploads/") }},
	{"roles hold no more than they need", "own-key", "every key", func(t *template) { t.grant("EncryptUploads")["Resource"] = "*" }},
	{"roles hold no more than they need", "own-key", "the key without S3", func(t *template) { delete(t.grant("EncryptUploads"), "Condition") }},
	{"roles hold no more than they need", "existing-key", "decryption that no request needs", func(t *template) {
		t.grant("EncryptUploads")["Action"] = []any{"kms:Decrypt", "kms:GenerateDataKey"}
	}},
	{"roles hold no more than they need", "tracing", "reading traces", func(t *template) { t.grant("SendTraces")["Action"] = "xray:*" }},
	{"roles hold no more than they need", "malware-scan", "the scanner deletes", func(t *template) { t.grant("AllowMalwareScan")["Action"] = []any{"s3:GetObject", "s3:DeleteObject"} }},
	{"roles hold no more than they need", "permissions-boundary", "a role without it", func(t *template) { delete(t.first("AWS::IAM::Role"), "PermissionsBoundary") }},
	{"only API Gateway calls the functions", "", "for every method", func(t *template) { t.first("AWS::Lambda::Permission")["SourceArn"] = "arn:aws:execute-api:*" }},
	{"only API Gateway calls the functions", "", "for the console's test button", func(t *template) {
		t.first("AWS::Lambda::Permission")["SourceArn"] = "arn:aws:execute-api:eu-west-1:1:a/test-invoke-stage/POST/uploads"
	}},
	{"roles hold no more than they need", "issuers", "who verifies tokens reads files", func(t *template) {
		role := t.Resources[reference(t.function("authorize")["Role"])]
		object(at(role.Properties, "Policies", 0, "PolicyDocument", "Statement", 0))["Action"] = []any{"logs:PutLogEvents", "s3:GetObject"}
	}},
	{"only API Gateway calls the functions", "issuers", "any authorizer of the API", func(t *template) {
		t.authorizerPermission()["SourceArn"] = "arn:aws:execute-api:eu-west-1:111122223333:api/authorizers/another"
	}},
	{"only API Gateway calls the functions", "issuers", "a method calls the function that verifies tokens", func(t *template) {
		t.authorizerPermission()["SourceArn"] = t.first("AWS::Lambda::Permission")["SourceArn"]
	}},
	{"only API Gateway calls the functions", "", "anybody", func(t *template) { t.first("AWS::Lambda::Permission")["Principal"] = "*" }},
	{"each function starts with its environment", "", "a variable less", func(t *template) { delete(t.environment(), "ALLOWED_ORIGINS") }},
	{"each function starts with its environment", "", "a variable more", func(t *template) { t.environment()["LOG_LEVEL"] = "debug" }},
	{"each function starts with its environment", "", "a prefix without a slash", func(t *template) { t.environment()["KEY_PREFIX"] = "uploads" }},
	{"each function starts with its environment", "", "another client", func(t *template) { t.environment()["USER_POOL_CLIENT_IDS"] = "another" }},
	{"each function starts with its environment", "oauth-scopes", "ID tokens", func(t *template) { t.environment()["TOKEN_USE"] = "id" }},
	{"each function starts with its environment", "transfer-acceleration", "URLs of the regional host", func(t *template) { delete(t.environment(), "TRANSFER_ACCELERATION") }},
	{"each function starts with its environment", "transfer-acceleration", "a bucket that isn't accelerated", func(t *template) {
		delete(t.uploadBucket().Properties, "AccelerateConfiguration")
	}},
	{"each function starts with its environment", "", "URLs of a host that the bucket doesn't have", func(t *template) { t.environment()["TRANSFER_ACCELERATION"] = "true" }},
	{"each function starts with its environment", "kinds", "no kinds", func(t *template) { delete(t.environment(), "KINDS") }},
	{"each function starts with its environment", "kinds", "a kind of everybody", func(t *template) { t.environment()["KINDS"] = `[{"name":"avatar"}]` }},
	{"each function starts with its environment", "", "a kind that nobody asked for", func(t *template) { t.environment()["KINDS"] = `[{"name":"avatar"}]` }},
	{"each function starts with its environment", "no-unnamed-kind", "files without a kind", func(t *template) { t.environment()["NO_UNNAMED_KIND"] = "false" }},
	{"each function starts with its environment", "issuers", "another issuer", func(t *template) {
		t.variables("authorize")["ISSUERS"] = `[{"url":"https://example.com","aud":["web"],"alg":["RS256"]}]`
	}},
	{"each function starts with its environment", "issuers", "claims of no kind", func(t *template) { delete(t.variables("authorize"), "KIND_CLAIMS") }},
	{"each function starts with its environment", "issuers", "claims that the function takes from API Gateway", func(t *template) { delete(t.variables("upload"), "LAMBDA_AUTHORIZER") }},
	{"each function starts with its environment", "issuers-beside-existing-pool", "any token of the pool", func(t *template) {
		variables := t.variables("authorize")
		variables["ISSUERS"] = without(variables["ISSUERS"], `,"claims":{"scope":["signpost/upload"]}`)
	}},
	{"each function starts with its environment", "issuers-beside-existing-pool", "a pool as if it were another issuer", func(t *template) {
		variables := t.variables("authorize")
		variables["ISSUERS"] = without(variables["ISSUERS"], `,"use":"access"`)
	}},
	{"each function starts with its environment", "required-group", "everybody", func(t *template) { t.environment()["REQUIRED_GROUP"] = "" }},
}

var bucketMutations = []mutation{
	{"bucket policies refuse and allow nobody", "", "somebody reads", func(t *template) {
		t.refusal("DenyOldSignedUrls")["Effect"], t.refusal("DenyOldSignedUrls")["Action"] = "Allow", "s3:GetObject"
	}},
	{"bucket policies refuse and allow nobody", "", "anybody writes the access log", func(t *template) {
		object(at(t.first("AWS::S3::BucketPolicy"), "PolicyDocument", "Statement", 1))["Principal"] = "*"
	}},
	{"bucket policies refuse and allow nobody", "", "forms of one user", func(t *template) { t.refusal("DenyPostForms")["Principal"] = "somebody" }},
	{"bucket policies refuse and allow nobody", "malware-scan", "no replication refused", func(t *template) { t.refusal("NoReplicationAroundTheScan")["Sid"] = "Other" }},
	{"bucket policies refuse and allow nobody", "source-ranges", "the networks of another prefix", func(t *template) {
		t.refusal("DenyOtherNetworks")["Resource"] = objectsUnder(uploadBucket, "other/")
	}},
	{"bucket policies refuse and allow nobody", "deletions-from-ranges", "deletions from everywhere", func(t *template) {
		t.refusal("DenyOtherNetworks")["Action"] = "s3:PutObject"
	}},
	{"signed URLs grow no older than the functions sign them for", "", "the age in seconds", func(t *template) {
		object(at(t.refusal("DenyOldSignedUrls"), "Condition", "NumericGreaterThan"))["s3:signatureAge"] = "300"
	}},
	{"signed URLs grow no older than the functions sign them for", "", "the age as a number", func(t *template) {
		object(at(t.refusal("DenyOldSignedUrls"), "Condition", "NumericGreaterThan"))["s3:signatureAge"] = 300000
	}},
	{"only the pages reach the bucket", "", "every page", func(t *template) { t.corsRule()["AllowedOrigins"] = []any{"*"} }},
	{"only the pages reach the bucket", "", "reading", func(t *template) { t.corsRule()["AllowedMethods"] = []any{"PUT", "GET"} }},
	{"only the pages reach the bucket", "no-multipart", "parts", func(t *template) { t.corsRule()["AllowedMethods"] = []any{"PUT", "POST"} }},
	{"only the pages reach the bucket", "", "every header", func(t *template) { t.corsRule()["AllowedHeaders"] = []any{"*"} }},
	{"only the pages reach the bucket", "", "pages read the access log", func(t *template) {
		t.Resources[logBucket].Properties["CorsConfiguration"] = t.uploadBucket().Properties["CorsConfiguration"]
	}},
	{"what is stored stays", "", "unfinished uploads stay too", func(t *template) { delete(t.uploadBucket().Properties, "LifecycleConfiguration") }},
	{"what is stored stays", "", "uploads go", func(t *template) { t.lifecycleRule(0)["ExpirationInDays"] = 1.0 }},
	{"what is stored stays", "expiry", "everything goes", func(t *template) { delete(t.lifecycleRule(1), "Prefix") }},
	{"what is stored stays", "expiry", "older versions stay", func(t *template) { delete(t.lifecycleRule(2), "NoncurrentVersionExpiration") }},
	{"what is stored stays", "kinds-that-expire", "files of a kind stay", func(t *template) { delete(t.lifecycleRule(1), "ExpirationInDays") }},
	{"what is stored stays", "kinds-that-expire", "those of another kind go", func(t *template) { t.lifecycleRule(1)["Prefix"] = "uploads/document/" }},
	{"what is stored stays", "kinds-that-expire", "those of kinds with similar names go", func(t *template) { t.lifecycleRule(1)["Prefix"] = "uploads/draft" }},
	{"what is stored stays", "kinds-that-expire", "all go", func(t *template) { t.lifecycleRule(1)["Prefix"] = "uploads/" }},
	{"all uploads are scanned", "malware-scan", "those under another prefix", func(t *template) {
		object(at(t.first("AWS::GuardDuty::MalwareProtectionPlan"), "ProtectedResource", "S3Bucket"))["ObjectPrefixes"] = []any{"images/"}
	}},
	{"all uploads are scanned", "malware-scan", "before the bucket lets it", func(t *template) { t.of("AWS::GuardDuty::MalwareProtectionPlan")[0].DependsOn = nil }},
}

var apiMutations = []mutation{
	{"every method needs a token", "", "an open method", func(t *template) { t.method("POST")["AuthorizationType"] = "NONE" }},
	{"every method needs a token", "", "an access token", func(t *template) { t.method("GET")["AuthorizationScopes"] = []any{"uploads/write"} }},
	{"every method needs a token", "oauth-scopes", "an ID token", func(t *template) { delete(t.method("POST"), "AuthorizationScopes") }},
	{"every method needs a token", "existing-pool", "any account's pool", func(t *template) { t.first("AWS::ApiGateway::Authorizer")["ProviderARNs"] = []any{"*"} }},
	{"every method needs a token", "issuers", "an open method", func(t *template) { t.method("POST")["AuthorizationType"] = "NONE" }},
	{"every method needs a token", "issuers", "another function is asked", func(t *template) {
		t.first("AWS::ApiGateway::Authorizer")["AuthorizerUri"] = map[string]any{"Fn::GetAtt": []any{"UploadsUploadFunction6D75C9EB", "Arn"}}
	}},
	{"every method needs a token", "issuers", "results are kept for longer", func(t *template) { t.first("AWS::ApiGateway::Authorizer")["AuthorizerResultTtlInSeconds"] = 300.0 }},
	{"every method needs a token", "issuers", "another header", func(t *template) {
		t.first("AWS::ApiGateway::Authorizer")["IdentitySource"] = "method.request.header.X-Token"
	}},
	{"every method needs a token", "", "OPTIONS reaches the function", func(t *template) { object(t.method("OPTIONS")["Integration"])["Type"] = "AWS_PROXY" }},
	{"every method needs a token", "", "an unknown route reaches the function", func(t *template) { t.method("ANY")["Integration"] = t.method("POST")["Integration"] }},
	{"every method needs a token", "", "an unknown route's answer quotes the caller", func(t *template) {
		object(at(t.method("ANY"), "Integration", "IntegrationResponses", 0, "ResponseTemplates"))["application/json"] = `$input.params('Authorization')`
	}},
	{"every method needs a token", "", "an unknown route's answer reads the body", func(t *template) {
		object(t.method("ANY")["Integration"])["PassthroughBehavior"] = "WHEN_NO_MATCH"
	}},
	{"every method needs a token", "", "an open route of any verb", func(t *template) {
		route := t.method("POST")
		route["HttpMethod"], route["AuthorizationType"] = "ANY", "NONE"
	}},
	{"the pages can read what API Gateway answers", "", "preflight for every page", func(t *template) {
		object(at(t.method("OPTIONS"), "Integration", "IntegrationResponses", 0, "ResponseParameters"))["method.response.header.Access-Control-Allow-Origin"] = "'*'"
	}},
	{"the pages can read what API Gateway answers", "several-origins", "a page less", func(t *template) {
		delete(object(at(t.method("OPTIONS"), "Integration", "IntegrationResponses", 0)), "ResponseTemplates")
	}},
	{"the pages can read what API Gateway answers", "", "no CORS", func(t *template) { delete(t.first("AWS::ApiGateway::GatewayResponse"), "ResponseParameters") }},
	{"the pages can read what API Gateway answers", "", "API Gateway's own 404", func(t *template) {
		maps.DeleteFunc(t.Resources, func(_ string, r *resource) bool {
			return r.Properties["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN"
		})
	}},
	{"the pages can read what API Gateway answers", "", "API Gateway's own words, which quote the caller", func(t *template) {
		object(t.first("AWS::ApiGateway::GatewayResponse")["ResponseTemplates"])["application/json"] = `{"error":{"message":"$context.error.message"}}`
	}},
	{"the API's logs hold no secret", "", "the path", func(t *template) {
		object(t.first("AWS::ApiGateway::Stage")["AccessLogSetting"])["Format"] = `{"path":"$context.path"}`
	}},
	{"the API's logs hold no secret", "issuers", "a subject, which may be any text", func(t *template) {
		setting := object(t.first("AWS::ApiGateway::Stage")["AccessLogSetting"])
		setting["Format"] = strings.Replace(render(setting["Format"]), "principalId", "subject", 1)
	}},
	{"the API's logs hold no secret", "", "bodies", func(t *template) {
		object(at(t.first("AWS::ApiGateway::Stage"), "MethodSettings", 0))["DataTraceEnabled"] = true
	}},
	{"the web ACL lets no more through than it must", "web-acl", "it refuses long names", func(t *template) {
		group := object(at(t.first("AWS::WAFv2::WebACL"), "Rules", 1, "Statement", "ManagedRuleGroupStatement"))
		group["RuleActionOverrides"] = list(group["RuleActionOverrides"])[:1]
	}},
	{"monitoring sees everything that is there", "alarms", "a file sets off an alarm", func(t *template) {
		for _, alarm := range t.of("AWS::CloudWatch::Alarm") {
			alarm.Properties["Threshold"] = 1.0
		}
	}},
	{"monitoring sees everything that is there", "log-queries", "a function's log unread", func(t *template) {
		for _, query := range t.of("AWS::Logs::QueryDefinition") {
			query.Properties["LogGroupNames"] = []any{map[string]any{"Ref": "UploadsApiAccessLogsFAA55349"}}
		}
	}},
	{"monitoring sees everything that is there", "log-queries", "whole lines", func(t *template) { t.first("AWS::Logs::QueryDefinition")["QueryString"] = "fields @message" }},
	{"monitoring sees everything that is there", "dashboard", "nothing", func(t *template) { t.first("AWS::CloudWatch::Dashboard")["DashboardBody"] = "{}" }},
	{"the user pool is closed", "", "anybody signs up", func(t *template) {
		object(t.first("AWS::Cognito::UserPool")["AdminCreateUserConfig"])["AllowAdminCreateUserOnly"] = false
	}},
	{"the user pool is closed", "", "no second factor", func(t *template) { t.first("AWS::Cognito::UserPool")["MfaConfiguration"] = "OPTIONAL" }},
	{"the user pool is closed", "", "the password is sent", func(t *template) {
		client := t.first("AWS::Cognito::UserPoolClient")
		client["ExplicitAuthFlows"] = append(list(client["ExplicitAuthFlows"]), "ALLOW_USER_PASSWORD_AUTH")
	}},
	{"the user pool is closed", "", "users write their own address", func(t *template) { delete(t.first("AWS::Cognito::UserPoolClient"), "WriteAttributes") }},
	{"the user pool is closed", "kinds", "a group that nobody can be in", func(t *template) { t.first("AWS::Cognito::UserPoolGroup")["GroupName"] = "editors" }},
	{"the user pool is closed", "required-group", "a new group by the same name", func(t *template) {
		for _, group := range t.of("AWS::Cognito::UserPoolGroup") {
			delete(t.Resources, group.id)
			group.id = "Renamed"
			t.Resources[group.id] = group
		}
	}},
	{"the user pool is closed", "existing-pool", "a group in the given one", func(t *template) {
		t.add("AWS::Cognito::UserPoolGroup")
		t.Resources["Extra"].Properties["GroupName"] = "editors"
	}},
	{"the user pool is closed", "existing-pool", "a pool beside the given one", func(t *template) { t.add("AWS::Cognito::UserPool") }},
}

var dataMutations = []mutation{
	{"data outlives the stack", "", "the bucket goes", func(t *template) { t.uploadBucket().DeletionPolicy = "Delete" }},
	{"data outlives the stack", "", "the bucket is replaced", func(t *template) { t.uploadBucket().UpdateReplacePolicy = "Delete" }},
	{"data outlives the stack", "", "what a failed creation made stays", func(t *template) { t.of("AWS::ApiGateway::RestApi")[0].DeletionPolicy = "Retain" }},
	{"data outlives the stack", "", "the pool is unprotected", func(t *template) { t.first("AWS::Cognito::UserPool")["DeletionProtection"] = "INACTIVE" }},
	{"data outlives the stack", "first-deployment", "the pool keeps it from being undone", func(t *template) { t.first("AWS::Cognito::UserPool")["DeletionProtection"] = "ACTIVE" }},
	{"data outlives the stack", "own-key", "the key goes", func(t *template) { t.of("AWS::KMS::Key")[0].DeletionPolicy = "Delete" }},
	{"data outlives the stack", "disposable", "it stays", func(t *template) { t.uploadBucket().DeletionPolicy = "Retain" }},
	{"logical ids of what holds data never change", "", "the bucket's", func(t *template) {
		t.Resources["UploadsBucket2"] = t.Resources[uploadBucket]
		delete(t.Resources, uploadBucket)
	}},
	{"nothing replaces what holds data", "", "a bucket's name", func(t *template) { t.uploadBucket().Properties["BucketName"] = "uploads" }},
	{"nothing replaces what holds data", "", "another name to sign in by", func(t *template) { delete(t.first("AWS::Cognito::UserPool"), "UsernameAttributes") }},
	{"nothing is shared with the account", "", "the account's role for logs", func(t *template) { t.add("AWS::ApiGateway::Account") }},
	{"nothing is shared with the account", "", "a custom resource", func(t *template) { t.add("Custom::S3AutoDeleteObjects") }},
}

// TestInvariantsCanFail breaks templates in every way listed and checks that the invariant notices.
// An invariant that no mutation breaks proves nothing.
func TestInvariantsCanFail(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	byName, untested := map[string]invariant{}, map[string]bool{}
	for _, invariant := range invariants {
		byName[invariant.name], untested[invariant.name] = invariant, true
	}
	for _, mutation := range mutations {
		delete(untested, mutation.invariant)
		t.Run(mutation.invariant+"/"+mutation.what, func(t *testing.T) {
			name, stage := production.Name, production
			if mutation.option != "" {
				name, stage = mutation.option, optionNamed(t, mutation.option).Stage()
			}
			mutated := parse(t, synthesized(t, name, stage))
			invariant, want := byName[mutation.invariant], askedOf(stage)
			if invariant.check == nil {
				t.Fatal("there is no such invariant")
			}
			if before := invariant.check(mutated, want); len(before) != 0 {
				t.Fatalf("the invariant fails before the mutation: %s", before)
			}
			before := text(mutated)
			mutation.mutate(mutated)
			if text(mutated) == before {
				t.Fatal("the mutation changed nothing")
			}
			if len(invariant.check(mutated, want)) == 0 {
				t.Error("the invariant did not notice")
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(untested)) {
		t.Errorf("no mutation shows that %q can fail", name)
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
