package template_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"signpost/infra"
	"signpost/lambda/config"
)

// checkRoles: each function has a role of its own, which holds what its routes need and its own
// log, and may be taken on by Lambda alone.
func checkRoles(t *template, stage infra.Stage) (found complaints) {
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::UserPolicy", "AWS::IAM::RolePolicy"} {
		for _, extra := range t.of(kind) {
			found.add("%s is an %s: a role's own policy is the only place for grants", extra.id, kind)
		}
	}
	functions, roles := t.of("AWS::Lambda::Function"), 0
	for _, function := range functions {
		if role := t.Resources[reference(function.Properties["Role"])]; role == nil {
			found.add("%s has no role of its own", function.id)
		} else {
			roles++
			t.checkRole(role, "lambda.amazonaws.com", t.agreedGrants(function, stage), &found)
			checkRoleTags(role, stage, &found)
		}
	}
	for _, plan := range t.of("AWS::GuardDuty::MalwareProtectionPlan") {
		if role := t.Resources[reference(plan.Properties["Role"])]; role != nil {
			roles++
			t.checkRole(role, "malware-protection-plan.guardduty.amazonaws.com", t.scanGrants(stage), &found)
		}
	}
	found.equal("the number of roles", len(t.of("AWS::IAM::Role")), roles)
	for _, role := range t.of("AWS::IAM::Role") {
		found.equal(role.id+"'s boundary", orEmpty(role.Properties["PermissionsBoundary"]), stage.Uploads.PermissionsBoundaryARN)
	}
	return found
}

// checkRole: one service may take the role on, and it holds those grants alone.
func (t *template) checkRole(role *resource, service string, agreed []string, found *complaints) {
	if role.Properties["ManagedPolicyArns"] != nil {
		found.add("%s has managed policies", role.id)
	}
	for _, trust := range statements(role.Properties["AssumeRolePolicyDocument"]) {
		found.equal(role.id+"'s trust", []any{trust.Effect, trust.Principal, trust.Actions, trust.odd},
			[]any{"Allow", `{"Service":"` + service + `"}`, []string{"sts:AssumeRole"}, nil})
	}
	var grants []string
	for _, policy := range list(role.Properties["Policies"]) {
		for _, grant := range statements(at(policy, "PolicyDocument")) {
			grants = append(grants, fmt.Sprintf("%s %v %v %v %s", grant.Effect, grant.Actions, grant.Resources, grant.odd, grant.Condition))
		}
	}
	found.equal(role.id+"'s grants", grants, agreed)
}

// checkRoleTags: a role that signs has the stage's role tags, which an organisation's policies
// look at.
func checkRoleTags(role *resource, stage infra.Stage, found *complaints) {
	got := map[string]any{}
	for _, tag := range list(role.Properties["Tags"]) {
		got[render(at(tag, "Key"))] = at(tag, "Value")
	}
	for key, value := range stage.Uploads.RoleTags {
		found.equal(role.id+"'s tag "+key, got[key], value)
	}
}

// orEmpty is the value, or "" for none.
func orEmpty(value any) any {
	if value == nil {
		return ""
	}
	return value
}

// viaS3 bounds a grant of a key's to what S3 asks for in the role's name.
const viaS3 = `{"StringEquals":{"kms:ViaService":{"Fn::Join":["",["s3.",{"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"}]]}}}`

// agreedGrants are the statements that a function's role holds, and all of them.
func (t *template) agreedGrants(function *resource, stage infra.Stage) (grants []string) {
	allow := func(actions, resource string) {
		grants = append(grants, fmt.Sprintf("Allow [%s] [%s] [] null", actions, resource))
	}
	useKey := func(actions, key string) {
		grants = append(grants, fmt.Sprintf("Allow [%s] [%s] [] %s", actions, key, viaS3))
	}
	objects := "${" + t.uploadBucket().id + ".Arn}/" + keyPrefix(stage) + "*"
	key := t.uploadKey()
	switch function.Properties["Handler"] {
	case "upload":
		allow("s3:PutObject", objects)
		if stage.Uploads.ResumableUploads {
			allow("s3:AbortMultipartUpload s3:ListMultipartUploadParts", objects)
		}
		if key != "" && multipart(stage) {
			useKey("kms:Decrypt kms:GenerateDataKey", key)
		} else if key != "" {
			useKey("kms:GenerateDataKey", key)
		}
	case "download":
		allow("s3:GetObject", objects)
		if key != "" {
			useKey("kms:Decrypt", key)
		}
	}
	allow("logs:CreateLogStream logs:PutLogEvents", "${"+reference(at(function.Properties, "LoggingConfig", "LogGroup"))+".Arn}")
	if stage.Uploads.Tracing {
		allow("xray:PutTelemetryRecords xray:PutTraceSegments", "*")
	}
	return grants
}

// scanGrants are the statements that GuardDuty's role holds, and all of them ("Create or update IAM
// role policy", Amazon GuardDuty User Guide).
func (t *template) scanGrants(stage infra.Stage) (grants []string) {
	allow := func(actions, resource, condition string) {
		grants = append(grants, fmt.Sprintf("Allow [%s] [%s] [] %s", actions, resource, condition))
	}
	bucket := "${" + t.uploadBucket().id + ".Arn}"
	rules := "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
	allow("events:DeleteRule events:PutRule events:PutTargets events:RemoveTargets", rules,
		`{"StringLike":{"events:ManagedBy":"malware-protection-plan.guardduty.amazonaws.com"}}`)
	allow("events:DescribeRule events:ListTargetsByRule", rules, "null")
	allow("s3:GetObjectTagging s3:GetObjectVersionTagging s3:PutObjectTagging s3:PutObjectVersionTagging", bucket+"/"+keyPrefix(stage)+"*", "null")
	allow("s3:GetBucketNotification s3:PutBucketNotification", bucket, "null")
	allow("s3:PutObject", bucket+"/malware-protection-resource-validation-object", "null")
	allow("s3:ListBucket", bucket, "null")
	allow("s3:GetObject s3:GetObjectVersion", bucket+"/"+keyPrefix(stage)+"*", "null")
	if key := t.uploadKey(); key != "" {
		allow("kms:Decrypt kms:GenerateDataKey", key, viaS3)
	}
	return grants
}

// uploadKey is the ARN of the key that uploads are encrypted under; "" is S3's own.
func (t *template) uploadKey() string {
	key := at(t.uploadBucket().Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID")
	if key == nil {
		return ""
	}
	return render(key)
}

// keyPrefix is where a stage's uploads lie.
func keyPrefix(stage infra.Stage) string { return cmp.Or(stage.Uploads.KeyPrefix, "uploads/") }

// checkFunctionPermissions: only API Gateway, and only for a method that there is, in the stage.
func checkFunctionPermissions(t *template, _ infra.Stage) (found complaints) {
	methods := 0
	for _, method := range t.of("AWS::ApiGateway::Method") {
		if at(method.Properties, "Integration", "Type") == "AWS_PROXY" {
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

func checkFunctions(t *template, stage infra.Stage) (found complaints) {
	handlers, want := []any{}, []string{"upload"}
	if stage.Uploads.Downloads {
		want = []string{"download", "upload"}
	}
	for _, function := range t.of("AWS::Lambda::Function") {
		handlers = append(handlers, function.Properties["Handler"])
	}
	found.equal("the functions", handlers, want)
	groups := map[string]bool{}
	for _, function := range t.of("AWS::Lambda::Function") {
		for property, want := range map[string]any{
			"Runtime": "provided.al2023", "Architectures": []string{"arm64"}, "MemorySize": cmp.Or(stage.Uploads.MemoryMB, 128), "Timeout": 5,
			"ReservedConcurrentExecutions": orNil(stage.Uploads.ReservedConcurrency),
			"TracingConfig":                tracing(stage),
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

// tracing is what a traced stage's functions have.
func tracing(stage infra.Stage) any {
	if !stage.Uploads.Tracing {
		return nil
	}
	return map[string]string{"Mode": "Active"}
}

// orNil is n, or nil for none.
func orNil(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// checkEnvironment: a function asks for no name that isn't set, is given none that it doesn't ask
// for, and takes the values as they are.
func checkEnvironment(t *template, stage infra.Stage) (found complaints) {
	for _, function := range t.of("AWS::Lambda::Function") {
		asked := map[string]bool{}
		getenv := func(name string) string {
			asked[name] = true
			return deployed(function.env()[name])
		}
		parse := config.UploadFromEnvironment
		if function.Properties["Handler"] == "download" {
			parse = func(getenv func(string) string) (config.Upload, error) {
				download, err := config.DownloadFromEnvironment(getenv)
				return config.Upload{Shared: download.Shared}, err
			}
		}
		cfg, err := parse(getenv)
		if err != nil {
			found.add("%s would not start: %v", function.id, err)
			continue
		}
		found.equal(function.id+"'s variables", slices.Sorted(maps.Keys(function.env())), slices.Sorted(maps.Keys(asked)))
		found.equal("the key prefix", cfg.KeyPrefix, keyPrefix(stage))
		found.equal("the origins", cfg.AllowedOrigins, stage.Uploads.AllowedOrigins)
		clients := stage.Uploads.UserPoolClientIDs
		for _, client := range t.of("AWS::Cognito::UserPoolClient") {
			clients = append(clients, deployed(map[string]any{"Ref": client.id}))
		}
		found.equal("the pool's clients", cfg.ClientIDs, clients)
		found.equal("the URLs' lifetime", cfg.URLLifetime, cmp.Or(stage.Uploads.URLLifetime, 10*time.Minute))
		tokens := "id"
		if stage.Uploads.OAuthScopes != nil {
			tokens = "access"
		}
		found.equal("the tokens", cfg.TokenUse, tokens)
		found.equal("the group", cfg.RequiredGroup, stage.Uploads.RequiredGroup)
		found.equal("the metrics' namespace", cfg.MetricsNamespace, cmp.Or(stage.Uploads.MetricsNamespace, "Signpost"))
		if function.Properties["Handler"] == "download" {
			continue
		}
		found.equal("the size limit", cfg.MaxSize, cmp.Or(stage.Uploads.MaxSize, 5368709120))
		found.equal("the multipart threshold", cfg.MultipartThreshold, cmp.Or(stage.Uploads.MultipartThreshold, 104857600))
		found.equal("resuming", cfg.ResumableUploads, stage.Uploads.ResumableUploads)
		types := []string{"image/*", "application/pdf"}
		if stage.Uploads.AllowedTypes != nil {
			types = stage.Uploads.AllowedTypes
		}
		found.equal("the types", cfg.AllowedTypes, types)
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
