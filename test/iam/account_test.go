package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AccountID and Region are where every template is taken to be deployed.
const (
	AccountID = "111122223333"
	Region    = "eu-west-1"
)

// Account is a template's roles and resources, as if deployed into an account that has nothing else.
type Account struct {
	resources map[string]resource
	arns      map[string]string // by logical id
	roles     map[string]Principal
	targets   map[string]target // by ARN: what has a policy of its own
}

type resource struct {
	Type       string
	Properties map[string]json.RawMessage
}

// Outside is what a template names and does not hold.
type Outside struct {
	Boundaries map[string]Document // permissions boundaries, by ARN
	Keys       map[string]Document // KMS keys' policies, by ARN
}

// ReadTemplate reads a synthesized template. Every policy in it is understood, or an error.
func ReadTemplate(text []byte, outside Outside) (*Account, error) {
	var template struct{ Resources map[string]resource }
	if err := json.Unmarshal(text, &template); err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	account := &Account{resources: template.Resources, arns: map[string]string{}, roles: map[string]Principal{}, targets: map[string]target{}}
	for arn, policy := range outside.Keys {
		account.targets[arn] = target{account: strings.Split(arn, ":")[4], policy: &policy, policyMust: true}
	}
	ids := slices.Sorted(maps.Keys(template.Resources))
	for _, id := range ids {
		account.arns[id] = arnOf(id, template.Resources[id].Type)
	}
	for _, id := range ids {
		if err := account.read(id, outside); err != nil {
			return nil, fmt.Errorf("template: %s: %w", id, err)
		}
	}
	return account, nil
}

// arnOf is the ARN that a resource might get, "" for a type without policies and not named in any.
func arnOf(id, kind string) string {
	name := strings.ToLower(id)
	switch kind {
	case "AWS::S3::Bucket":
		return "arn:aws:s3:::" + name
	case "AWS::IAM::Role":
		return "arn:aws:iam::" + AccountID + ":role/" + id
	case "AWS::KMS::Key":
		return "arn:aws:kms:" + Region + ":" + AccountID + ":key/" + name
	case "AWS::SNS::Topic":
		return "arn:aws:sns:" + Region + ":" + AccountID + ":" + id
	case "AWS::Logs::LogGroup":
		return "arn:aws:logs:" + Region + ":" + AccountID + ":log-group:" + id + ":*"
	}
	return ""
}

// read takes in what a resource says of permissions.
func (a *Account) read(id string, outside Outside) error {
	one := a.resources[id]
	switch one.Type {
	case "AWS::IAM::Role":
		return a.readRole(id, one, outside)
	case "AWS::S3::BucketPolicy":
		return a.attach(one, "Bucket", false)
	case "AWS::SNS::TopicPolicy":
		return a.attach(one, "Topics", false)
	case "AWS::KMS::Key":
		return a.setPolicy(a.arns[id], one.Properties["KeyPolicy"], true)
	}
	for name, value := range one.Properties {
		if strings.HasPrefix(one.Type, "AWS::IAM::") || strings.Contains(string(value), `"Statement"`) {
			return fmt.Errorf("a policy in %s of %s is not known here", name, one.Type)
		}
	}
	return nil
}

func (a *Account) readRole(id string, one resource, outside Outside) error {
	role := Principal{ARN: a.arns[id], Policies: []Document{}}
	for name := range one.Properties {
		if !slices.Contains([]string{"AssumeRolePolicyDocument", "Description", "PermissionsBoundary", "Policies", "Tags"}, name) {
			return fmt.Errorf("a role's %s is not known here", name)
		}
	}
	var policies []struct{ PolicyDocument json.RawMessage }
	if raw := one.Properties["Policies"]; raw != nil {
		if err := json.Unmarshal(raw, &policies); err != nil {
			return err
		}
	}
	for _, policy := range policies {
		document, err := a.document(policy.PolicyDocument, ParseIdentity)
		if err != nil {
			return err
		}
		role.Policies = append(role.Policies, document)
	}
	if raw := one.Properties["PermissionsBoundary"]; raw != nil {
		name, err := a.resolve(raw)
		if err != nil {
			return err
		}
		boundary, found := outside.Boundaries[fmt.Sprint(name)]
		if !found {
			return fmt.Errorf("nobody says what the boundary %v allows", name)
		}
		role.Boundary = &boundary
	}
	a.roles[id] = role
	return a.setTrust(role.ARN, one.Properties["AssumeRolePolicyDocument"])
}

// setTrust reads a role's trust, which is a policy of the role as a resource, and names none.
func (a *Account) setTrust(arn string, raw json.RawMessage) error {
	var trust struct {
		Version   string
		Statement []map[string]any
	}
	if err := strict(raw, &trust); err != nil {
		return err
	}
	for _, statement := range trust.Statement {
		if statement["Resource"] != nil || statement["NotResource"] != nil {
			return fmt.Errorf("a trust with a Resource is not known here")
		}
		statement["Resource"] = arn
	}
	whole, err := json.Marshal(map[string]any{"Version": trust.Version, "Statement": trust.Statement})
	if err != nil {
		return err
	}
	return a.setPolicy(arn, whole, true)
}

// attach gives a policy to the resources that one of its properties names.
func (a *Account) attach(one resource, property string, must bool) error {
	named, err := a.resolve(one.Properties[property])
	if err != nil {
		return err
	}
	names, isList := named.([]any)
	if !isList {
		names = []any{named}
	}
	for _, name := range names {
		arn := fmt.Sprint(name)
		if !strings.HasPrefix(arn, "arn:") {
			arn = "arn:aws:s3:::" + arn
		}
		if err := a.setPolicy(arn, one.Properties["PolicyDocument"], must); err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) setPolicy(arn string, raw json.RawMessage, must bool) error {
	document, err := a.document(raw, ParseResource)
	if err != nil {
		return err
	}
	if _, twice := a.targets[arn]; twice {
		return fmt.Errorf("%s has two policies", arn)
	}
	a.targets[arn] = target{account: AccountID, policy: &document, policyMust: must}
	return nil
}

// document resolves a policy's references and parses it.
func (a *Account) document(raw json.RawMessage, parse func([]byte) (Document, error)) (Document, error) {
	resolved, err := a.resolve(raw)
	if err != nil {
		return Document{}, err
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return Document{}, err
	}
	return parse(text)
}

// Role is the role whose logical id begins with prefix.
func (a *Account) Role(prefix string) (Principal, error) {
	id, err := a.only(prefix, "AWS::IAM::Role")
	return a.roles[id], err
}

// Roles are the logical ids of all roles.
func (a *Account) Roles() []string { return slices.Sorted(maps.Keys(a.roles)) }

// ARN is that of the resource of a type whose logical id begins with prefix.
func (a *Account) ARN(prefix, kind string) (string, error) {
	id, err := a.only(prefix, kind)
	return a.arns[id], err
}

func (a *Account) only(prefix, kind string) (string, error) {
	var found []string
	for id, one := range a.resources {
		if one.Type == kind && strings.HasPrefix(id, prefix) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one %s by the name of %s…, found %v", kind, prefix, found)
	}
	return found[0], nil
}

// Decide answers a request for a resource of this account.
func (a *Account) Decide(request Request) (Decision, error) {
	to := target{account: AccountID}
	for arn, candidate := range a.targets {
		// Objects are under their bucket's policy.
		if request.Resource == arn || strings.HasPrefix(arn, "arn:aws:s3:::") && strings.HasPrefix(request.Resource, arn+"/") {
			to = candidate
		}
	}
	if service, _, _ := strings.Cut(request.Action, ":"); to.policy == nil && (service == "kms" || service == "sts") {
		return Decision{}, fmt.Errorf("nobody says what the policy of %s is", request.Resource)
	}
	return decide(request, to)
}
