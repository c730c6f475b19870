package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"signpost/infra"
	"signpost/lambda/presign"
)

// checkRoles: the one role there is holds two statements, and may be taken on by Lambda alone.
func checkRoles(t *template, _ infra.Stage) (found complaints) {
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::UserPolicy", "AWS::IAM::RolePolicy"} {
		for _, extra := range t.of(kind) {
			found.add("%s is an %s: a role's own policy is the only place for grants", extra.id, kind)
		}
	}
	functions := t.of("AWS::Lambda::Function")
	found.equal("the number of roles", len(t.of("AWS::IAM::Role")), len(functions))
	for _, function := range functions {
		role := t.Resources[reference(function.Properties["Role"])]
		if role == nil {
			found.add("%s has no role of its own", function.id)
			continue
		}
		if role.Properties["ManagedPolicyArns"] != nil {
			found.add("%s has managed policies", role.id)
		}
		for _, trust := range statements(role.Properties["AssumeRolePolicyDocument"]) {
			found.equal(role.id+"'s trust", []any{trust.Effect, trust.Principal, trust.Actions, trust.odd},
				[]any{"Allow", `{"Service":"lambda.amazonaws.com"}`, []string{"sts:AssumeRole"}, nil})
		}
		var grants []string
		for _, policy := range list(role.Properties["Policies"]) {
			for _, grant := range statements(at(policy, "PolicyDocument")) {
				grants = append(grants, fmt.Sprintf("%s %v %v %v", grant.Effect, grant.Actions, grant.Resources, grant.odd))
			}
		}
		found.equal(role.id+"'s grants", grants, []string{
			fmt.Sprintf("Allow [s3:PutObject] [${%s.Arn}/uploads/*] []", t.uploadBucket().id),
			fmt.Sprintf("Allow [logs:CreateLogStream logs:PutLogEvents] [${%s.Arn}] []", reference(at(function.Properties, "LoggingConfig", "LogGroup"))),
		})
	}
	return found
}

// checkFunctionPermissions: only API Gateway, and only for a method that there is, in the stage.
func checkFunctionPermissions(t *template, _ infra.Stage) (found complaints) {
	methods := 0
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if method.Properties["HttpMethod"] != "OPTIONS" {
			methods++
		}
	}
	permissions := t.of("AWS::Lambda::Permission")
	found.equal("the number of permissions to invoke", len(permissions), methods)
	for _, permission := range permissions {
		found.equal(permission.id+"'s principal", permission.Properties["Principal"], "apigateway.amazonaws.com")
		found.equal(permission.id+"'s action", permission.Properties["Action"], "lambda:InvokeFunction")
		source := render(permission.Properties["SourceArn"])
		if strings.Contains(source, "*") || strings.Contains(source, "test-invoke-stage") || !strings.Contains(source, ":execute-api:") {
			found.add("%s lets in %s", permission.id, source)
		}
	}
	return found
}

func checkFunctions(t *template, _ infra.Stage) (found complaints) {
	groups := map[string]bool{}
	for _, function := range t.of("AWS::Lambda::Function") {
		for property, want := range map[string]any{
			"Runtime": "provided.al2023", "Architectures": []string{"arm64"}, "Handler": "bootstrap", "MemorySize": 128, "Timeout": 5,
		} {
			found.equal(function.id+"'s "+property, function.Properties[property], want)
		}
		group := reference(at(function.Properties, "LoggingConfig", "LogGroup"))
		if t.Resources[group] == nil || groups[group] {
			found.add("%s has no log group of its own", function.id)
		}
		groups[group] = true
	}
	return found
}

// setByLambda is what Lambda itself puts in, or may ("Using Lambda environment variables").
var setByLambda = map[string]string{
	"AWS_REGION":                "eu-west-1",
	"AWS_ACCESS_KEY_ID":         "AKIDEXAMPLE",
	"AWS_SECRET_ACCESS_KEY":     "example",
	"AWS_SESSION_TOKEN":         "example",
	"AWS_CREDENTIAL_EXPIRATION": "2026-01-02T03:04:05Z",
}

// checkEnvironment: the function asks for no name that isn't set, is given none that it doesn't
// ask for, and takes the values as they are.
func checkEnvironment(t *template, stage infra.Stage) (found complaints) {
	for _, function := range t.of("AWS::Lambda::Function") {
		asked := map[string]bool{}
		config, err := presign.ParseConfig(func(name string) string {
			if value, ok := setByLambda[name]; ok {
				return value
			}
			asked[name] = true
			return deployed(function.env()[name])
		})
		if err != nil {
			found.add("%s would not start: %v", function.id, err)
			continue
		}
		found.equal(function.id+"'s variables", slices.Sorted(maps.Keys(function.env())), slices.Sorted(maps.Keys(asked)))
		found.equal("the key prefix", config.KeyPrefix, "uploads/")
		found.equal("the origins", config.AllowedOrigins, stage.Uploads.AllowedOrigins)
		clients := []string{}
		for _, client := range t.of("AWS::Cognito::UserPoolClient") {
			clients = append(clients, deployed(map[string]any{"Ref": client.id}))
		}
		found.equal("the pool's clients", config.ClientIDs, clients)
		lifetime, size, types := 10*time.Minute, int64(5368709120), []string{"image/*", "application/pdf"}
		if stage.Uploads.URLLifetime != 0 {
			lifetime = stage.Uploads.URLLifetime
		}
		if stage.Uploads.MaxSize != 0 {
			size = stage.Uploads.MaxSize
		}
		if stage.Uploads.AllowedTypes != nil {
			types = stage.Uploads.AllowedTypes
		}
		found.equal("the URLs' lifetime", config.URLLifetime, lifetime)
		found.equal("the size limit", config.MaxSize, size)
		found.equal("the types", config.AllowedTypes, types)
	}
	return found
}

// deployed is what a value could be once deployed: a reference is some name in lower case.
func deployed(value any) string {
	if id := reference(value); id != "" {
		return strings.ToLower(id)
	}
	text, _ := value.(string)
	return text
}

// checkDependencies: what a property says already, DependsOn need not say again; cfn-lint warns
// of it (W3005).
func checkDependencies(t *template, _ infra.Stage) (found complaints) {
	for id, resource := range t.Resources {
		named := map[string]bool{}
		references(resource.Properties, named)
		for _, other := range texts(resource.DependsOn) {
			if named[other] {
				found.add("%s says twice that it depends on %s", id, other)
			}
			if t.Resources[other] == nil {
				found.add("%s depends on %s, which isn't there", id, other)
			}
		}
	}
	return found
}
