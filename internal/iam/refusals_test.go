package iam_test

import (
	"strings"
	"testing"

	"signpost/internal/iam"
)

// An evaluator that skipped what it doesn't support would call an unsafe policy safe.
func TestParseRefusesWhatIsNotSupported(t *testing.T) {
	const statement = `"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"`
	for _, c := range []struct{ policy, says string }{
		{policy(`{` + statement + `, "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}}`), "aws:currenttime is not supported"},
		{policy(`{` + statement + `, "Condition": {"BinaryEquals": {"s3:authType": "QQ=="}}}`), "operator is not supported"},
		{policy(`{` + statement + `, "Condition": {"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "operator is not supported"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "several values"},
		{policy(`{` + statement + `, "Condition": {"ForAnyValue:StringEquals": {"s3:authType": "POST"}}}`), "several values"},
		{policy(`{` + statement + `, "Condition": {"ForAnyValue:StringNotEquals": {"s3:RequestObjectTagKeys": "a"}}}`), "negations are not supported"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:signatureAge": "600000"}}}`), "not for this kind of key"},
		{policy(`{` + statement + `, "Condition": {"NumericGreaterThan": {"s3:signatureAge": "10m"}}}`), `"10m" is not a value`},
		{policy(`{` + statement + `, "Condition": {"Bool": {"aws:SecureTransport": "no"}}}`), `"no" is not a value`},
		{policy(`{` + statement + `, "Condition": {"Null": {"s3:authType": "yes"}}}`), `"yes" is not a value`},
		{policy(`{` + statement + `, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}}`), `is not a value`},
		{policy(`{` + statement + `, "Condition": {"ArnLike": {"aws:SourceArn": "*"}}}`), "is not an ARN"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:authType": []}}}`), "has no value"},
		{policy(`{` + statement + `, "Condition": {"StringEquals": {"s3:VersionId": "a"}}}`), "s3:versionid is not supported"},
		{policy(`{` + statement + `, "Condition": {"StringLike": {"s3:prefix": "uploads/${aws:username}/*"}}}`), "policy variable"},
		{policy(`{` + statement + `, "Conditions": {}}`), "unknown field"},
		{policy(`{` + statement + `, "Principal": "*"}`), "has a Principal"},
		{policy(`{` + statement + `, "NotAction": "s3:PutObject"}`), "one of Action and NotAction"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject"}`), "one of Resource and NotResource"},
		{policy(`{"Effect": "Permit", "Action": "s3:GetObject", "Resource": "*"}`), `"Permit"`},
		{policy(`{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}`), "is not an action"},
		{policy(`{"Effect": "Allow", "Action": "s*:GetObject", "Resource": "*"}`), "is not an action"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:docs/*"}`), "is not an ARN"},
		{policy(`{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/${aws:username}/*"}`), "policy variable"},
		{policy(``), "no statement"},
		{`{"Statement": [{` + statement + `}]}`, "version"},
		{`{"Version": "2008-10-17", "Statement": [{` + statement + `}]}`, "version"},
	} {
		if _, err := iam.ParseIdentity([]byte(c.policy)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s\ngot %v, want an error with %q", c.policy, err, c.says)
		}
	}
	for _, c := range []struct{ principal, says string }{
		{`"NotPrincipal": {"AWS": "111122223333"}`, "NotPrincipal"},
		{`"Sid": "None"`, "has a Principal"},
		{`"Principal": {"Federated": "cognito-identity.amazonaws.com"}`, "not supported"},
		{`"Principal": {"CanonicalUser": "79a59df900b949e5"}`, "not supported"},
		{`"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}`, "not supported"},
		{`"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/A/B"}`, "not supported"},
		{`"Principal": {"Service": "*"}`, "not supported"},
		{`"Principal": "111122223333"`, "not supported"},
		{`"Principal": {}`, "no principal"},
	} {
		if _, err := iam.ParseResource([]byte(policy(`{` + statement + `, ` + c.principal + `}`))); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want an error with %q", c.principal, err, c.says)
		}
	}
}

func TestDecideRefusesBadRequests(t *testing.T) {
	good := iam.Request{Principal: iam.Principal{ARN: alice}, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a"}
	for says, change := range map[string]func(*iam.Request){
		"one action":           func(r *iam.Request) { r.Action = "s3:*" },
		"one resource":         func(r *iam.Request) { r.Resource = "arn:aws:s3:::docs/*" },
		"is not supported":     func(r *iam.Request) { r.Context = iam.Context{"s3:signatureMinutes": {"1"}} },
		`"ten" is not a value`: func(r *iam.Request) { r.Context = iam.Context{"s3:signatureAge": {"ten"}} },
		"2 values":             func(r *iam.Request) { r.Context = iam.Context{"s3:authType": {"POST", "REST-HEADER"}} },
		"follows from": func(r *iam.Request) {
			r.Context = iam.Context{"aws:PrincipalArn": {"arn:aws:iam::111122223333:role/Root"}}
		},
		"neither the ARN of":    func(r *iam.Request) { r.Principal.ARN = "arn:aws:sts::111122223333:assumed-role/A/B" },
		"has identity policies": func(r *iam.Request) { r.Principal = iam.Principal{Policies: []iam.Document{}} },
	} {
		bad := good
		change(&bad)
		if got, err := iam.Decide(bad, target(t, "")); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v (%v), want an error with %q", got, err, says)
		}
	}
	if _, err := iam.Decide(good, target(t, "")); err != nil {
		t.Error(err)
	}
}
