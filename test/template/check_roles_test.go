package template_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"signpost/internal/cfn"
	"signpost/lambda/config"
)

// Kinds of resources that grant beside a role's own policy.
var grantsElsewhere = []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::User", "AWS::IAM::Group"}

// guardDuty is the service that scans uploads.
const guardDuty = "malware-protection-plan.guardduty.amazonaws.com"

// viaS3 limits a grant on a key to requests that S3 makes for the role.
const viaS3 = `{"StringEquals":{"kms:ViaService":{"Fn::Join":["",["s3.",{"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"}]]}}}`

// checkRoles: each function, GuardDuty and the webhook have a role of their own, which only they can assume and
// which holds no more than it needs. That it holds enough is in the tables of test/iam.
func checkRoles(t *template, want asked) (found complaints) {
	for _, kind := range grantsElsewhere {
		for _, extra := range t.of(kind) {
			found.add("%s is an %s: a role's own policy is the only place for grants", extra.id, kind)
		}
	}
	unused := map[string]bool{}
	for _, role := range t.of("AWS::IAM::Role") {
		unused[role.id] = true
		if role.Properties["ManagedPolicyArns"] != nil {
			found.add("%s has managed policies", role.id)
		}
		found.equal(role.id+"'s boundary", at(role.Properties, "PermissionsBoundary"), orNil(want.boundary))
	}
	check := func(user *resource, role any, service string, most map[string]string) {
		id := reference(role)
		if !unused[id] {
			found.add("%s has no role of its own", user.id)
			return
		}
		delete(unused, id)
		checkTrust(t.Resources[id], service, &found)
		checkGrants(t.Resources[id], most, &found)
	}
	for _, function := range t.of("AWS::Lambda::Function") {
		check(function, function.Properties["Role"], "lambda.amazonaws.com", t.mostOfFunction(function, want))
		if function.Properties["Handler"] == "list" {
			found.equal("what "+function.id+" lists", at(t.grant("ListUploads"), "Condition"), folders(want))
		}
	}
	for _, plan := range t.of("AWS::GuardDuty::MalwareProtectionPlan") {
		check(plan, plan.Properties["Role"], guardDuty, t.mostOfScanner(want))
	}
	for _, destination := range t.of("AWS::Events::ApiDestination") {
		check(destination, t.caller(destination), eventBridge, map[string]string{"events:InvokeApiDestination": "${" + destination.id + ".Arn}"})
	}
	for id := range unused {
		found.add("nobody uses %s", id)
	}
	return found
}

func checkTrust(role *resource, service string, found *complaints) {
	for _, trust := range statements(role.Properties["AssumeRolePolicyDocument"]) {
		found.equal(role.id+"'s trust", []any{trust.Effect, trust.Principal, trust.Actions, trust.odd},
			[]any{"Allow", `{"Service":"` + service + `"}`, []string{"sts:AssumeRole"}, nil})
	}
}

// checkGrants: most holds the actions that the role may have, each with the only resource that it
// may have it on.
func checkGrants(role *resource, most map[string]string, found *complaints) {
	for _, policy := range list(role.Properties["Policies"]) {
		for _, grant := range statements(at(policy, "PolicyDocument")) {
			if grant.odd != nil {
				found.add("%s has a statement with %v", role.id, grant.odd)
			}
			for _, action := range grant.Actions {
				if resource, agreed := most[action]; !agreed || !slices.Equal(grant.Resources, []string{resource}) {
					found.add("%s holds %s on %v", role.id, action, grant.Resources)
				}
				if strings.HasPrefix(action, "kms:") && grant.Condition != viaS3 {
					found.add("%s may use the key without S3: %s", role.id, grant.Condition)
				}
			}
		}
	}
}

// mostOfFunction is what a function's role may hold at most.
func (t *template) mostOfFunction(function *resource, want asked) map[string]string {
	log := "${" + reference(at(function.Properties, "LoggingConfig", "LogGroup")) + ".Arn}"
	most := map[string]string{"logs:CreateLogStream": log, "logs:PutLogEvents": log}
	if want.tracing {
		most["xray:PutTelemetryRecords"], most["xray:PutTraceSegments"] = "*", "*" // X-Ray knows no resources
	}
	objects, key := t.uploads(want), t.uploadKey()
	switch function.Properties["Handler"] {
	case "upload":
		most["s3:PutObject"], most["kms:GenerateDataKey"] = objects, key
		if want.resumable {
			most["s3:AbortMultipartUpload"], most["s3:ListMultipartUploadParts"] = objects, objects
		}
		if want.multipart {
			most["kms:Decrypt"] = key
		}
	case "download":
		most["s3:GetObject"], most["kms:Decrypt"] = objects, key
	case "list":
		most["s3:ListBucket"] = "${" + t.uploadBucket().id + ".Arn}"
	case "delete":
		most["s3:DeleteObject"] = objects
	case "scan":
		most["s3:GetObjectTagging"] = objects
	}
	return most
}

// folders is the condition of listings: the prefix is a folder, and not one with the files of a
// whole kind.
func folders(want asked) map[string]any {
	var kinds []string
	for _, kind := range want.kinds {
		kinds = append(kinds, want.prefix+kind.Name+"/")
	}
	condition := map[string]any{"StringLike": map[string]string{"s3:prefix": want.prefix + "*/"}}
	if kinds != nil {
		condition["StringNotEquals"] = map[string]any{"s3:prefix": kinds}
	}
	return condition
}

// mostOfScanner is what GuardDuty's role may hold at most ("Create or update IAM role policy",
// Amazon GuardDuty User Guide).
func (t *template) mostOfScanner(want asked) map[string]string {
	bucket, key := "${"+t.uploadBucket().id+".Arn}", t.uploadKey()
	most := map[string]string{
		"s3:PutObject":  bucket + "/malware-protection-resource-validation-object",
		"s3:ListBucket": bucket, "s3:GetBucketNotification": bucket, "s3:PutBucketNotification": bucket,
		"kms:Decrypt": key, "kms:GenerateDataKey": key,
	}
	for _, action := range []string{"GetObject", "GetObjectVersion", "GetObjectTagging", "GetObjectVersionTagging", "PutObjectTagging", "PutObjectVersionTagging"} {
		most["s3:"+action] = t.uploads(want)
	}
	for _, action := range []string{"PutRule", "DeleteRule", "PutTargets", "RemoveTargets", "DescribeRule", "ListTargetsByRule"} {
		most["events:"+action] = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
	}
	return most
}

// uploads is the ARN of all that users upload.
func (t *template) uploads(want asked) string {
	return "${" + t.uploadBucket().id + ".Arn}/" + want.prefix + "*"
}

// uploadKey is the ARN of the key that uploads are encrypted under, "null" where S3 holds the keys.
func (t *template) uploadKey() string {
	return render(at(t.uploadBucket().Properties, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID"))
}

// orNil is text, or nil where it is empty.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// checkFunctionPermissions: only API Gateway may call a function, and only for one method in one
// stage, or the one that verifies tokens for the API's authorizer.
func checkFunctionPermissions(t *template, _ asked) (found complaints) {
	for _, permission := range t.of("AWS::Lambda::Permission") {
		found.equal(permission.id, []any{permission.Properties["Principal"], permission.Properties["Action"]}, []string{"apigateway.amazonaws.com", "lambda:InvokeFunction"})
		source := render(permission.Properties["SourceArn"])
		if strings.Contains(source, "*") || strings.Contains(source, "test-invoke-stage") || !strings.Contains(source, ":execute-api:") {
			found.add("%s lets in %s", permission.id, source)
		}
		verifies := t.Resources[reference(permission.Properties["FunctionName"])].Properties["Handler"] == "authorize"
		isAuthorizer := slices.ContainsFunc(t.of("AWS::ApiGateway::Authorizer"), func(authorizer *resource) bool {
			return strings.HasSuffix(source, "/authorizers/${"+authorizer.id+"}")
		})
		found.equal("whether "+permission.id+" is for the authorizer", isAuthorizer, verifies)
	}
	return found
}

// optionalVariables are the variables that the environment sets only for what they turn on.
func optionalVariables(want asked) map[string]bool {
	return map[string]bool{
		"TRANSFER_ACCELERATION": want.acceleration, "KINDS": want.kinds != nil, "NO_UNNAMED_KIND": !want.unnamedKind,
		"LAMBDA_AUTHORIZER": want.issuers != nil, "LISTINGS": want.listings, "DELETIONS": want.deletions, "SCANS": want.scans,
	}
}

// checkEnvironment: each function starts with its environment, which sets the variables that it
// reads and no others. The bucket is accelerated together with the URLs.
func checkEnvironment(t *template, want asked) (found complaints) {
	found.equal("whether the bucket is accelerated", at(t.uploadBucket().Properties, "AccelerateConfiguration", "AccelerationStatus") == "Enabled", want.acceleration)
	for _, function := range t.of("AWS::Lambda::Function") {
		if function.Properties["Handler"] == "authorize" {
			checkAuthorizerEnvironment(t, function, want, &found)
			continue
		}
		read := map[string]bool{}
		settings, err := settingsOf(function, func(name string) string {
			if isSet, optional := optionalVariables(want)[name]; !optional || isSet {
				read[name] = true
			}
			return deployed(function.env()[name])
		})
		if err != nil {
			found.add("%s would not start: %v", function.id, err)
			continue
		}
		found.equal(function.id+"'s variables", slices.Sorted(maps.Keys(function.env())), slices.Sorted(maps.Keys(read)))
		found.equal("whether URLs are accelerated", settings.TransferAcceleration, want.acceleration)
		found.equal("the key prefix", settings.KeyPrefix, want.prefix)
		found.equal("the origins", settings.AllowedOrigins, want.origins)
		needsKind := function.Properties["Handler"] == "upload" && !want.unnamedKind
		found.equal("whether each file needs a kind", function.env()["NO_UNNAMED_KIND"] == "true", needsKind)
		found.equal("the kinds", settings.Kinds, kindsOf(want))
		found.equal("whether another function verifies tokens", settings.LambdaAuthorizer, want.issuers != nil)
		if want.issuers == nil {
			found.equal("whether it asks for access tokens", settings.TokenUse == "access", want.scopes != nil)
			found.equal("the group", settings.RequiredGroup, want.group)
			found.equal("the app clients", settings.ClientIDs, t.clients(want))
		}
	}
	return found
}

// clients are the ids of the app clients whose tokens are accepted.
func (t *template) clients(want asked) []string {
	var clients []string
	for _, client := range t.of("AWS::Cognito::UserPoolClient") {
		clients = append(clients, deployed(map[string]any{"Ref": client.id}))
	}
	return append(clients, want.clientIDs...)
}

// checkAuthorizerEnvironment: the function that verifies tokens knows all issuers with what they
// must have, the pool among them, and the claims of all kinds.
func checkAuthorizerEnvironment(t *template, function *resource, want asked, found *complaints) {
	settings, err := config.AuthorizerFromEnvironment(func(name string) string { return deployed(function.env()[name]) })
	if err != nil {
		found.add("%s would not start: %v", function.id, err)
		return
	}
	variables := []string{"ISSUERS"}
	if len(settings.KindClaims) > 0 {
		variables = append(variables, "KIND_CLAIMS")
	}
	found.equal(function.id+"'s variables", slices.Sorted(maps.Keys(function.env())), slices.Sorted(slices.Values(variables)))
	var issuers []config.Issuer
	for _, issuer := range want.issuers.List {
		algorithms := issuer.Algorithms
		if algorithms == nil {
			algorithms = []string{"RS256"}
		}
		issuers = append(issuers, config.Issuer{
			URL: issuer.URL, Audiences: issuer.Audiences, Algorithms: algorithms, RequiredClaims: issuer.RequiredClaims, OwnerClaim: issuer.OwnerClaim,
		})
	}
	if !want.noPool {
		issuers = append(issuers, t.poolIssuer(want))
	}
	found.equal("the issuers", settings.Issuers, issuers)
	for _, kind := range want.kinds {
		required := maps.Clone(kind.RequiredClaims)
		if kind.RequiredGroup != "" {
			required = map[string][]string{"cognito:groups": {kind.RequiredGroup}}
			maps.Copy(required, kind.RequiredClaims)
		}
		for claim, values := range required {
			for _, value := range values {
				if !slices.Contains(settings.KindClaims[claim], value) {
					found.add("%s doesn't hand on %s %q of kind %s", function.id, claim, value, kind.Name)
				}
			}
		}
	}
}

// poolIssuer is the user pool as the function that verifies tokens should know it. Its URL is as in
// "Understanding the ID token" (Amazon Cognito Developer Guide).
func (t *template) poolIssuer(want asked) config.Issuer {
	pool := config.Issuer{Audiences: t.clients(want), Algorithms: []string{"RS256"}, TokenUse: "id"}
	if arn := strings.Split(want.poolARN, ":"); len(arn) > 5 {
		pool.URL = "https://cognito-idp." + arn[3] + ".amazonaws.com/" + strings.TrimPrefix(arn[5], "userpool/")
	}
	if want.poolIssuer != "" {
		pool.URL = want.poolIssuer
	}
	for _, made := range t.of("AWS::Cognito::UserPool") {
		pool.URL = "https://" + strings.ToLower(made.id+".ProviderName")
	}
	required := config.RequiredClaims{}
	if want.group != "" {
		required["cognito:groups"] = []string{want.group}
	}
	if want.scopes != nil {
		pool.TokenUse, required["scope"] = "access", want.scopes
	}
	if len(required) > 0 {
		pool.RequiredClaims = required
	}
	return pool
}

// kindsOf are the kinds as a function should know them: all that they are asked for but the days,
// of which only S3 knows.
func kindsOf(want asked) (kinds []config.Kind) {
	for _, kind := range want.kinds {
		kinds = append(kinds, config.Kind{
			Name: kind.Name, AllowedTypes: kind.AllowedTypes, MaxSize: kind.MaxSize, URLLifetime: kind.URLLifetime,
			RequiredGroup: kind.RequiredGroup, RequiredClaims: kind.RequiredClaims, RequiredMetadata: kind.RequiredMetadata, NoDownloads: kind.NoDownloads,
		})
	}
	return kinds
}

// settingsOf reads the settings that every function has.
func settingsOf(function *resource, getenv func(string) string) (config.Shared, error) {
	if function.Properties["Handler"] == "upload" {
		upload, err := config.UploadFromEnvironment(getenv)
		return upload.Shared, err
	}
	files, err := config.FilesFromEnvironment(getenv)
	return files.Shared, err
}

// deployed is what a value could be once deployed: a reference is some name in lower case. A variable
// that isn't set is empty.
func deployed(value any) string {
	if value == nil {
		return ""
	}
	resolved, err := cfn.Resolve(value, func(name string) (string, bool) {
		if text, ok := cfn.PseudoParameters("111122223333", "us-east-1", "Signpost")[name]; ok {
			return text, true
		}
		return strings.ToLower(name), true
	})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(resolved)
}
