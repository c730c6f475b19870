package iam_test

import (
	"strings"
	"testing"

	"signpost/test/iam"
	"signpost/test/template/options"
)

// TestWhatIsNotKnownIsRefused: an evaluator that skips what it does not know would call a policy
// safe that is not.
func TestWhatIsNotKnownIsRefused(t *testing.T) {
	const statement = `"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"`
	for _, c := range []struct{ policy, says string }{
		{policy(`{` + statement + `, "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}`), "aws:currenttime is not known"},
		{policy(`{` + statement + `, "Condition": {"BinaryEquals": {"s3:authType": "QQ=="}}}`), "operator is not known"},
		{policy(`{` + statement + `, "Condition": {"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "operator is not known"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "several values"},
		{policy(`{` + statement + `, "Condition": {"ForAnyValue:StringEquals": {"s3:authType": "POST"}}}`), "several values"},
		{policy(`{` + statement + `, "Condition": {"ForAnyValue:StringNotEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "without a negation"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:signatureAge": "600000"}}}`), "not for this kind of key"},
		{policy(`{` + statement + `, "Condition": {"NumericGreaterThan": {"s3:signatureAge": "10m"}}}`), `"10m" is not a value`},
		{policy(`{` + statement + `, "Condition": {"Bool": {"aws:SecureTransport": "no"}}}`), `"no" is not a value`},
		{policy(`{` + statement + `, "Condition": {"Null": {"s3:authType": "yes"}}}`), `"yes" is not a value`},
		{policy(`{` + statement + `, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}}`), `is not a value`},
		{policy(`{` + statement + `, "Condition": {"ArnLike": {"aws:SourceArn": "*"}}}`), "is no ARN"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:authType": []}}}`), "names no value"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:prefix": "a"}}}`), "s3:prefix is not known"},
		{policy(`{` + statement + `, "Conditions": {}}`), "unknown field"},
		{policy(`{` + statement + `, "Principal": "*"}`), "a Principal belongs"},
		{policy(`{` + statement + `, "NotAction": "s3:PutObject"}`), "one of Action and NotAction"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject"}`), "one of Resource and NotResource"},
		{policy(`{"Effect": "Permit", "Action": "s3:GetObject", "Resource": "*"}`), `"Permit"`},
		{policy(`{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}`), "is no action"},
		{policy(`{"Effect": "Allow", "Action": "s*:GetObject", "Resource": "*"}`), "is no action"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:docs/*"}`), "is no ARN"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/${aws:username}/*"}`), "policy variable"},
		{policy(``), "no statement"},
		{`{"Statement": [{` + statement + `}]}`, "version"},
		{`{"Version": "2008-10-17", "Statement": [{` + statement + `}]}`, "version"},
	} {
		if _, err := iam.ParseIdentity([]byte(c.policy)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s\nis refused with %v, want %q", c.policy, err, c.says)
		}
	}
	for _, c := range []struct{ principal, says string }{
		{`"NotPrincipal": {"AWS": "111122223333"}`, "NotPrincipal"},
		{`"Sid": "None"`, "a Principal belongs"},
		{`"Principal": {"Federated": "cognito-identity.amazonaws.com"}`, "not known"},
		{`"Principal": {"CanonicalUser": "79a59df900b949e5"}`, "not known"},
		{`"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}`, "not known"},
		{`"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/A/B"}`, "not known"},
		{`"Principal": {"Service": "*"}`, "not known"},
		{`"Principal": "111122223333"`, "not known"},
		{`"Principal": {}`, "no principal"},
	} {
		if _, err := iam.ParseResource([]byte(policy(`{` + statement + `, ` + c.principal + `}`))); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s is refused with %v, want %q", c.principal, err, c.says)
		}
	}
}

func TestRequestsThatAreNoneAreRefused(t *testing.T) {
	good := iam.Request{Principal: iam.Principal{ARN: alice}, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a"}
	for says, change := range map[string]func(*iam.Request){
		"one action":           func(r *iam.Request) { r.Action = "s3:*" },
		"one resource":         func(r *iam.Request) { r.Resource = "arn:aws:s3:::docs/*" },
		"is not known":         func(r *iam.Request) { r.Context = iam.Context{"s3:signatureMinutes": {"1"}} },
		`"ten" is not a value`: func(r *iam.Request) { r.Context = iam.Context{"s3:signatureAge": {"ten"}} },
		"2 values":             func(r *iam.Request) { r.Context = iam.Context{"s3:authType": {"POST", "REST-HEADER"}} },
		"follows from": func(r *iam.Request) {
			r.Context = iam.Context{"aws:PrincipalArn": {"arn:aws:iam::111122223333:role/Root"}}
		},
		"want a role's":           func(r *iam.Request) { r.Principal.ARN = "arn:aws:sts::111122223333:assumed-role/A/B" },
		"has policies of its own": func(r *iam.Request) { r.Principal = iam.Principal{Policies: []iam.Document{}} },
	} {
		bad := good
		change(&bad)
		if got, err := inAccount(t, "").Decide(bad); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the answer is %v (%v), want an error with %q", got, err, says)
		}
	}
	if _, err := inAccount(t, "").Decide(good); err != nil {
		t.Error(err)
	}
}

// TestPoliciesOutOfSightAreRefused: a grant in a kind of resource that nobody reads would go unseen.
func TestPoliciesOutOfSightAreRefused(t *testing.T) {
	trust := `"AssumeRolePolicyDocument": ` + policy(`{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}`)
	grant := policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}`)
	for name, resource := range map[string]string{
		"a managed policy":     `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"a policy of its own":  `{"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"a user":               `{"Type": "AWS::IAM::User", "Properties": {"UserName": "eve"}}`,
		"AWS's managed policy": `{"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"], ` + trust + `}}`,
		"an unknown boundary":  `{"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": "arn:aws:iam::111122223333:policy/b", ` + trust + `}}`,
		"a queue's policy":     `{"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": ` + grant + `}}`,
		"another bucket":       `{"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Fn::ImportValue": "b"}, "PolicyDocument": ` + grant + `}}`,
		"an import":            `{"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": ` + strings.Replace(grant, `"*"`, `{"Fn::ImportValue": "b"}`, 1) + `}], ` + trust + `}}`,
	} {
		if _, err := iam.ReadTemplate([]byte(`{"Resources": {"X": `+resource+`}}`), iam.Outside{}); err == nil || !strings.Contains(err.Error(), "X: ") {
			t.Errorf("%s is refused with %v", name, err)
		}
	}
}

// TestABoundaryBounds: what the boundary of the option leaves out is gone, whatever the role says.
func TestABoundaryBounds(t *testing.T) {
	for _, option := range options.All() {
		if option.Name != "permissions-boundary" {
			continue
		}
		beside := outside(t)
		beside.Boundaries = map[string]iam.Document{options.BoundaryARN: identity(t, policy(`{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}`))}
		stage := option.Stage()
		stage.Name = "default-" + option.Name
		w, err := deployed(synthesized(t, stage), beside, identity(t, everythingAllowed))
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range w.check([]row{
			{"upload", "s3:PutObject", "files/uploads/me/01/cat.png", put, no},
			{"upload", "logs:PutLogEvents", "upload-log", plain, yes},
			{"scanner", "s3:GetObject", "files/uploads/me/01/cat.png", header, no},
		}) {
			t.Error(problem)
		}
		return
	}
	t.Error("there is no option permissions-boundary")
}
