package iam_test

import (
	"fmt"
	"testing"

	"signpost/internal/iam"
)

const accountID = "111122223333"

func identity(t *testing.T, text string) iam.Document {
	t.Helper()
	document, err := iam.ParseIdentity([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document
}

// target is a bucket with a policy, or with none if it is "".
func target(t *testing.T, policy string) iam.Target {
	t.Helper()
	if policy == "" {
		return iam.Target{AccountID: accountID}
	}
	document, err := iam.ParseResource([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	return iam.Target{AccountID: accountID, Policy: &document}
}

// policy is a document of these statements.
func policy(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

const (
	alice     = "arn:aws:iam::" + accountID + ":role/Alice"
	stranger  = "arn:aws:iam::444455556666:role/Alice"
	mayRead   = `{"Sid": "MayRead", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	mayNot    = `{"Sid": "MayNot", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}`
	letsRead  = `{"Sid": "LetsRead", "Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	forbids   = `{"Sid": "Forbids", "Effect": "Deny", "Principal": {"AWS": "%s"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	everybody = "*"
)

// TestPolicyEvaluationLogic has the cases of "Policy evaluation logic" and its pages "How AWS
// enforcement code logic evaluates requests to allow or deny access", "Evaluating identity-based
// policies with resource-based policies", "… with permissions boundaries" and "Cross-account policy
// evaluation logic" (AWS IAM User Guide).
func TestPolicyEvaluationLogic(t *testing.T) {
	for _, c := range []struct {
		name          string
		who           string // its ARN, "" for anonymous
		own, boundary string // statements, "" for none
		bucket        string
		want          string
	}{
		{"everything is denied by default", alice, "", "", "", "not allowed by anything"},
		{"an allow overrides the default", alice, mayRead, "", "", "allowed by MayRead"},
		{"an explicit deny overrides the allow", alice, mayRead + "," + mayNot, "", "", "denied by MayNot"},
		{"the order of statements doesn't count", alice, mayNot + "," + mayRead, "", "", "denied by MayNot"},

		{"within the account the resource's policy is enough", alice, "", "", fmt.Sprintf(letsRead, alice), "allowed by LetsRead"},
		{"within the account both may allow", alice, mayRead, "", fmt.Sprintf(letsRead, alice), "allowed by MayRead, LetsRead"},
		{"a policy that names somebody else allows nothing", alice, "", "", fmt.Sprintf(letsRead, "arn:aws:iam::111122223333:role/Bob"), "not allowed by anything"},
		{"a resource's deny overrides the identity's allow", alice, mayRead, "", fmt.Sprintf(forbids, alice), "denied by Forbids"},
		{"an identity's deny overrides the resource's allow", alice, mayNot, "", fmt.Sprintf(letsRead, alice), "denied by MayNot"},
		{"a deny of the account denies everybody in it", alice, mayRead, "", fmt.Sprintf(forbids, accountID), "denied by Forbids"},
		{"naming the account delegates to its own policies", alice, "", "", fmt.Sprintf(letsRead, accountID), "not allowed by anything"},

		{"a boundary doesn't grant", alice, "", mayRead, "", "not allowed by anything"},
		{"a boundary and an identity policy allow what both allow", alice, mayRead, mayRead, "", "allowed by MayRead"},
		{"a boundary removes what it doesn't allow", alice, mayRead, `{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}`, "", "not allowed by anything"},
		{"a boundary's deny is a deny", alice, mayRead, mayRead + "," + mayNot, "", "denied by MayNot"},

		{"across accounts the identity alone is not enough", stranger, mayRead, "", "", "not allowed by anything"},
		{"across accounts the resource alone is not enough", stranger, "", "", fmt.Sprintf(letsRead, stranger), "not allowed by anything"},
		{"across accounts both are enough together", stranger, mayRead, "", fmt.Sprintf(letsRead, stranger), "allowed by MayRead, LetsRead"},
		{"also if the policy names the account", stranger, mayRead, "", fmt.Sprintf(letsRead, "arn:aws:iam::444455556666:root"), "allowed by MayRead, LetsRead"},
		{"also if the policy names everybody", stranger, mayRead, "", fmt.Sprintf(letsRead, everybody), "allowed by MayRead, LetsRead"},
		{"not if the policy names another account", stranger, mayRead, "", fmt.Sprintf(letsRead, "777788889999"), "not allowed by anything"},
		{"across accounts a deny is a deny", stranger, mayRead, "", fmt.Sprintf(letsRead, everybody) + "," + fmt.Sprintf(forbids, stranger), "denied by Forbids"},

		{"an anonymous request needs a policy for everybody", "", "", "", fmt.Sprintf(letsRead, everybody), "allowed by LetsRead"},
		{"an account is not everybody", "", "", "", fmt.Sprintf(letsRead, accountID), "not allowed by anything"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bucket := target(t, "")
			if c.bucket != "" {
				bucket = target(t, policy(c.bucket))
			}
			who := iam.Principal{ARN: c.who}
			if c.own != "" {
				who.Policies = []iam.Document{identity(t, policy(c.own))}
			}
			if c.boundary != "" {
				document := identity(t, policy(c.boundary))
				who.Boundary = &document
			}
			got, err := iam.Decide(iam.Request{Principal: who, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a"}, bucket)
			if err != nil || got.String() != c.want {
				t.Errorf("%v (%v), want %s", got, err, c.want)
			}
		})
	}
}

// The policy of a key or a role must allow the request, whoever makes it ("Key policies in AWS
// KMS"; "How to use trust policies with IAM roles").
func TestRequiredPolicy(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/k"
	for _, c := range []struct{ name, policy, want string }{
		{"naming the account delegates to its policies", policy(`{"Sid": "Delegate", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`), "allowed by Everything, Delegate"},
		{"only another role is named", policy(`{"Sid": "Bob", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Bob"}, "Action": "kms:*", "Resource": "*"}`), "not allowed by anything"},
		{"the role itself is named", policy(`{"Sid": "Alice", "Effect": "Allow", "Principal": {"AWS": "` + alice + `"}, "Action": "kms:Decrypt", "Resource": "*"}`), "allowed by Everything, Alice"},
		{"for another action", policy(`{"Sid": "Alice", "Effect": "Allow", "Principal": {"AWS": "` + alice + `"}, "Action": "kms:Encrypt", "Resource": "*"}`), "not allowed by anything"},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := iam.Principal{ARN: alice, Policies: []iam.Document{identity(t, policy(`{"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}`))}}
			to := target(t, c.policy)
			to.PolicyRequired = true
			got, err := iam.Decide(iam.Request{Principal: who, Action: "kms:Decrypt", Resource: key}, to)
			if err != nil || got.String() != c.want {
				t.Errorf("%v (%v), want %s", got, err, c.want)
			}
		})
	}
}

// A service has only what a resource's policy allows it by name.
func TestServicePrincipal(t *testing.T) {
	bucket := target(t, policy(`{"Sid": "Logs", "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "*"}`))
	for service, want := range map[string]string{
		"logging.s3.amazonaws.com": "allowed by Logs", "s3.amazonaws.com": "not allowed by anything", "lambda.amazonaws.com": "not allowed by anything",
	} {
		got, err := iam.Decide(iam.Request{Principal: iam.Service(service), Action: "s3:PutObject", Resource: "arn:aws:s3:::docs/a"}, bucket)
		if err != nil || got.String() != want {
			t.Errorf("%s: %v (%v), want %s", service, got, err, want)
		}
	}
}

// Whether a boundary limits what only a resource's policy allows depends on how that policy names
// the caller, which is not supported.
func TestBoundaryWithResourcePolicyOnly(t *testing.T) {
	boundary := identity(t, policy(mayRead))
	who := iam.Principal{ARN: alice, Policies: []iam.Document{}, Boundary: &boundary}
	bucket := target(t, policy(fmt.Sprintf(letsRead, alice)))
	if got, err := iam.Decide(iam.Request{Principal: who, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a"}, bucket); err == nil {
		t.Errorf("got %v, want an error", got)
	}
}
