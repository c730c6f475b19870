package iam_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"signpost/internal/cfn"
	"signpost/internal/iam"
)

// accountID and region are where every template is deployed to.
const (
	accountID = "111122223333"
	region    = "eu-west-1"
)

// account is an AWS account with nothing in it but the resources of a template.
type account struct {
	template *cfn.Template
	arns     map[string]string // by logical id
	roles    map[string]iam.Principal
	targets  map[string]iam.Target // resources with a policy, by ARN
}

// queueURL is the URL of a queue without its name.
const queueURL = "https://sqs." + region + ".amazonaws.com/" + accountID + "/"

// outside is what a template refers to and does not contain.
type outside struct {
	boundaries map[string]iam.Document // permissions boundaries, by ARN
	keys       map[string]iam.Document // the policies of KMS keys, by ARN
}

// deploy reads the policies of a synthesized template. A policy that it does not understand is an
// error.
func deploy(text []byte, beside outside) (*account, error) {
	template, err := cfn.Parse(text)
	if err != nil {
		return nil, err
	}
	a := &account{template: template, arns: map[string]string{}, roles: map[string]iam.Principal{}, targets: map[string]iam.Target{}}
	template.Reference = a.reference
	for arn, policy := range beside.keys {
		a.targets[arn] = iam.Target{AccountID: strings.Split(arn, ":")[4], Policy: &policy, PolicyRequired: true}
	}
	ids := slices.Sorted(maps.Keys(template.Resources))
	for _, id := range ids {
		a.arns[id] = arnOf(id, template.Resources[id].Type)
	}
	for _, id := range ids {
		if err := a.read(template.Resources[id], beside); err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
	}
	return a, nil
}

// arnOf makes up an ARN for a resource. It is "" for a type that has no policy and that no policy
// names.
func arnOf(id, resourceType string) string {
	name := strings.ToLower(id)
	switch resourceType {
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + name
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + accountID + ":role/" + id
	case "AWS::KMS::Key":
		return "arn:aws:kms:" + region + ":" + accountID + ":key/" + name
	case "AWS::SNS::Topic":
		return "arn:aws:sns:" + region + ":" + accountID + ":" + id
	case "AWS::SQS::Queue":
		return "arn:aws:sqs:" + region + ":" + accountID + ":" + id
	case "AWS::Events::Rule":
		return "arn:aws:events:" + region + ":" + accountID + ":rule/" + id
	case "AWS::Events::ApiDestination":
		return "arn:aws:events:" + region + ":" + accountID + ":api-destination/" + id + "/1234abcd-12ab-34cd-56ef-1234567890ab"
	case "AWS::Logs::LogGroup":
		return "arn:aws:logs:" + region + ":" + accountID + ":log-group:" + id + ":*"
	}
	return ""
}

// reference returns the value of a reference. The Ref of a topic is its ARN, that of a queue is its
// URL, and that of other resources is their name.
func (a *account) reference(name string) (string, bool) {
	if value, ok := cfn.PseudoParameters(accountID, region, "Signpost")[name]; ok {
		return value, true
	}
	if id, isARN := strings.CutSuffix(name, ".Arn"); isARN {
		return a.arns[id], a.arns[id] != ""
	}
	arn := a.arns[name]
	if strings.HasPrefix(arn, "arn:aws:sns:") {
		return arn, true
	}
	if strings.HasPrefix(arn, "arn:aws:sqs:") {
		return queueURL + name, true
	}
	return arn[strings.LastIndexAny(arn, ":/")+1:], arn != ""
}

// read takes the policies of a resource.
func (a *account) read(r *cfn.Resource, beside outside) error {
	switch r.Type {
	case "AWS::IAM::Role":
		return a.readRole(r, beside)
	case "AWS::S3::BucketPolicy":
		return a.attach(r, "Bucket")
	case "AWS::SNS::TopicPolicy":
		return a.attach(r, "Topics")
	case "AWS::SQS::QueuePolicy":
		return a.attach(r, "Queues")
	case "AWS::KMS::Key":
		return a.setPolicy(a.arns[r.ID], r.Properties["KeyPolicy"], true)
	}
	for name, value := range r.Properties {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		if strings.HasPrefix(r.Type, "AWS::IAM::") || strings.Contains(string(text), `"Statement"`) {
			return fmt.Errorf("a policy in %s of %s is not supported", name, r.Type)
		}
	}
	return nil
}

func (a *account) readRole(r *cfn.Resource, beside outside) error {
	for name := range r.Properties {
		if !slices.Contains([]string{"AssumeRolePolicyDocument", "Description", "PermissionsBoundary", "Policies", "Tags"}, name) {
			return fmt.Errorf("a role's %s is not supported", name)
		}
	}
	role := iam.Principal{ARN: a.arns[r.ID], Policies: []iam.Document{}}
	policies, _ := r.Properties["Policies"].([]any)
	for _, policy := range policies {
		document, err := a.document(cfn.At(policy, "PolicyDocument"), iam.ParseIdentity)
		if err != nil {
			return err
		}
		role.Policies = append(role.Policies, document)
	}
	if value := r.Properties["PermissionsBoundary"]; value != nil {
		name, err := a.template.Resolve(value)
		if err != nil {
			return err
		}
		boundary, found := beside.boundaries[fmt.Sprint(name)]
		if !found {
			return fmt.Errorf("it is not known what the boundary %v allows", name)
		}
		role.Boundary = &boundary
	}
	a.roles[r.ID] = role
	return a.setTrust(role.ARN, r.Properties["AssumeRolePolicyDocument"])
}

// setTrust reads a role's trust policy. Its statements have no Resource: the role is the resource.
func (a *account) setTrust(arn string, policy any) error {
	document, ok := policy.(map[string]any)
	list, isList := document["Statement"].([]any)
	if !ok || !isList {
		return errors.New("a role needs a trust policy with a list of statements")
	}
	trust := maps.Clone(document)
	var statements []any
	for _, value := range list {
		statement, ok := value.(map[string]any)
		if !ok || statement["Resource"] != nil || statement["NotResource"] != nil {
			return errors.New("a trust policy with a Resource is not supported")
		}
		statement = maps.Clone(statement)
		statement["Resource"] = arn
		statements = append(statements, statement)
	}
	trust["Statement"] = statements
	return a.setPolicy(arn, trust, true)
}

// attach gives a policy to the resources that the property names.
func (a *account) attach(r *cfn.Resource, property string) error {
	resolved, err := a.template.Resolve(r.Properties[property])
	if err != nil {
		return err
	}
	names, isList := resolved.([]any)
	if !isList {
		names = []any{resolved}
	}
	for _, name := range names {
		arn := fmt.Sprint(name)
		if id, isQueue := strings.CutPrefix(arn, queueURL); isQueue {
			arn = a.arns[id]
		}
		if !strings.HasPrefix(arn, "arn:") {
			arn = "arn:aws:s3:::" + arn
		}
		if err := a.setPolicy(arn, r.Properties["PolicyDocument"], false); err != nil {
			return err
		}
	}
	return nil
}

func (a *account) setPolicy(arn string, policy any, required bool) error {
	document, err := a.document(policy, iam.ParseResource)
	if err != nil {
		return err
	}
	if _, ok := a.targets[arn]; ok {
		return fmt.Errorf("%s has two policies", arn)
	}
	a.targets[arn] = iam.Target{AccountID: accountID, Policy: &document, PolicyRequired: required}
	return nil
}

// document resolves the references of a policy and parses it.
func (a *account) document(policy any, parse func([]byte) (iam.Document, error)) (iam.Document, error) {
	resolved, err := a.template.Resolve(policy)
	if err != nil {
		return iam.Document{}, err
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return iam.Document{}, err
	}
	return parse(text)
}

// arn returns the ARN of the resource of a type whose logical id begins with prefix.
func (a *account) arn(prefix, resourceType string) (string, error) {
	var found []string
	for _, r := range a.template.OfType(resourceType) {
		if strings.HasPrefix(r.ID, prefix) {
			found = append(found, r.ID)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one %s whose logical id begins with %s, got %v", resourceType, prefix, found)
	}
	return a.arns[found[0]], nil
}

// decide answers a request for a resource of this account.
func (a *account) decide(request iam.Request) (iam.Decision, error) {
	target := iam.Target{AccountID: accountID}
	for arn, candidate := range a.targets {
		// The policy of a bucket is for its objects too.
		if request.Resource == arn || strings.HasPrefix(arn, "arn:aws:s3:::") && strings.HasPrefix(request.Resource, arn+"/") {
			target = candidate
		}
	}
	if service, _, _ := strings.Cut(request.Action, ":"); target.Policy == nil && (service == "kms" || service == "sts") {
		return iam.Decision{}, fmt.Errorf("the policy of %s is not known", request.Resource)
	}
	return iam.Decide(request, target)
}

// A grant in a kind of resource that is not read would go unseen.
func TestDeployRefusesUnreadPolicies(t *testing.T) {
	trust := `"AssumeRolePolicyDocument": ` + policy(`{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}`)
	grant := policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`)
	for name, resource := range map[string]string{
		"ManagedPolicy":      `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"Policy":             `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"User":               `{"Type": "AWS::IAM::User", "Properties": {"UserName": "eve"}}`,
		"ManagedPolicyOfAWS": `{"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"], ` + trust + `}}`,
		"UnknownBoundary":    `{"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": "arn:aws:iam::111122223333:policy/b", ` + trust + `}}`,
		"BusPolicy":          `{"Type": "AWS::Events::EventBusPolicy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"ImportedBucket":     `{"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Fn::ImportValue": "b"}, "PolicyDocument": ` + grant + `}}`,
		"ImportedResource":   `{"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": ` + strings.Replace(grant, `"*"`, `{"Fn::ImportValue": "b"}`, 1) + `}], ` + trust + `}}`,
		"TrustMissing":       `{"Type": "AWS::IAM::Role"}`,
	} {
		if _, err := deploy([]byte(`{"Resources": {"X": `+resource+`}}`), outside{}); err == nil || !strings.Contains(err.Error(), "X: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The policy of a key that the template does not contain decides who may use it.
func TestUnknownKeyIsNotJudged(t *testing.T) {
	a, err := deploy([]byte(`{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}`), outside{keys: map[string]iam.Document{otherKey: ofResource(t, delegating)}})
	if err != nil {
		t.Fatal(err)
	}
	request := iam.Request{
		Principal: iam.Principal{ARN: "arn:aws:iam::" + accountID + ":role/Admin", Policies: []iam.Document{identity(t, everythingAllowed)}},
		Action:    "kms:Decrypt", Resource: otherKey,
	}
	if got, err := a.decide(request); err != nil || !got.Allowed {
		t.Errorf("got %v (%v), want it allowed", got, err)
	}
	request.Resource += "2"
	if got, err := a.decide(request); err == nil {
		t.Errorf("got %v for a key whose policy is not known", got)
	}
}

// policy is a document of these statements.
func policy(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}
