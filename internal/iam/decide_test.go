package iam_test

import (
	"fmt"
	"testing"

	"signpost/test/iam"
)

// inAccount is a template with one bucket, "docs", under a policy; "" is none.
func inAccount(t *testing.T, bucketPolicy string) *iam.Account {
	t.Helper()
	policy := ""
	if bucketPolicy != "" {
		policy = fmt.Sprintf(`, "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "docs"}, "PolicyDocument": %s}}`, bucketPolicy)
	}
	account, err := iam.ReadTemplate([]byte(`{"Resources": {"docs": {"Type": "AWS::S3::Bucket"}`+policy+`}}`), iam.Outside{})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// policy wraps statements.
func policy(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

const (
	alice     = "arn:aws:iam::" + iam.AccountID + ":role/Alice"
	stranger  = "arn:aws:iam::444455556666:role/Alice"
	mayRead   = `{"Sid": "MayRead", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	mayNot    = `{"Sid": "MayNot", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}`
	letsRead  = `{"Sid": "LetsRead", "Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	forbids   = `{"Sid": "Forbids", "Effect": "Deny", "Principal": {"AWS": "%s"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}`
	everybody = "*"
)

// TestPolicyEvaluationLogic are the cases of "Policy evaluation logic" and its pages "How AWS
// enforcement code logic evaluates requests to allow or deny access", "Evaluating identity-based
// policies with resource-based policies", "… with permissions boundaries" and "Cross-account policy
// evaluation logic" (AWS IAM User Guide).
func TestPolicyEvaluationLogic(t *testing.T) {
	for _, c := range []struct {
		name          string
		who           string // its ARN, "" for nobody in particular
		own, boundary string // statements, "" for none
		bucket        string
		want          string
	}{
		{"by default all is denied", alice, "", "", "", "not allowed by anything"},
		{"an allow overrides the default", alice, mayRead, "", "", "allowed by MayRead"},
		{"an explicit deny overrides the allow", alice, mayRead + "," + mayNot, "", "", "denied by MayNot"},
		{"in whatever order", alice, mayNot + "," + mayRead, "", "", "denied by MayNot"},

		{"in the account the resource's policy is enough", alice, "", "", fmt.Sprintf(letsRead, alice), "allowed by LetsRead"},
		{"in the account either will do", alice, mayRead, "", fmt.Sprintf(letsRead, alice), "allowed by MayRead, LetsRead"},
		{"a policy of somebody else is none", alice, "", "", fmt.Sprintf(letsRead, "arn:aws:iam::111122223333:role/Bob"), "not allowed by anything"},
		{"a resource's deny overrides the identity's allow", alice, mayRead, "", fmt.Sprintf(forbids, alice), "denied by Forbids"},
		{"an identity's deny overrides the resource's allow", alice, mayNot, "", fmt.Sprintf(letsRead, alice), "denied by MayNot"},
		{"a deny of the whole account is of each in it", alice, mayRead, "", fmt.Sprintf(forbids, iam.AccountID), "denied by Forbids"},
		{"naming the own account hands the question on", alice, "", "", fmt.Sprintf(letsRead, iam.AccountID), "not allowed by anything"},

		{"a boundary does not grant", alice, "", mayRead, "", "not allowed by anything"},
		{"a boundary and an identity allow what both do", alice, mayRead, mayRead, "", "allowed by MayRead"},
		{"a boundary takes back what it does not name", alice, mayRead, `{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}`, "", "not allowed by anything"},
		{"a boundary's deny is a deny", alice, mayRead, mayRead + "," + mayNot, "", "denied by MayNot"},

		{"across accounts the identity alone is not enough", stranger, mayRead, "", "", "not allowed by anything"},
		{"across accounts the resource alone is not enough", stranger, "", "", fmt.Sprintf(letsRead, stranger), "not allowed by anything"},
		{"across accounts both are", stranger, mayRead, "", fmt.Sprintf(letsRead, stranger), "allowed by MayRead, LetsRead"},
		{"so they are where the account is named", stranger, mayRead, "", fmt.Sprintf(letsRead, "arn:aws:iam::444455556666:root"), "allowed by MayRead, LetsRead"},
		{"or everybody", stranger, mayRead, "", fmt.Sprintf(letsRead, everybody), "allowed by MayRead, LetsRead"},
		{"not where another account is", stranger, mayRead, "", fmt.Sprintf(letsRead, "777788889999"), "not allowed by anything"},
		{"across accounts a deny is a deny", stranger, mayRead, "", fmt.Sprintf(letsRead, everybody) + "," + fmt.Sprintf(forbids, stranger), "denied by Forbids"},

		{"an unsigned request needs a policy for everybody", "", "", "", fmt.Sprintf(letsRead, everybody), "allowed by LetsRead"},
		{"an account is not everybody", "", "", "", fmt.Sprintf(letsRead, iam.AccountID), "not allowed by anything"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bucket := ""
			if c.bucket != "" {
				bucket = policy(c.bucket)
			}
			who := iam.Principal{ARN: c.who}
			if c.own != "" {
				who.Policies = []iam.Document{identity(t, policy(c.own))}
			}
			if c.boundary != "" {
				document := identity(t, policy(c.boundary))
				who.Boundary = &document
			}
			got, err := inAccount(t, bucket).Decide(iam.Request{Principal: who, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a"})
			if err != nil || got.String() != c.want {
				t.Errorf("%v (%v), want %s", got, err, c.want)
			}
		})
	}
}

// TestKeysAndRolesMustAgree: what is a key's or a role's own policy must say yes, whoever asks ("Key
// policies in AWS KMS"; "How to use trust policies with IAM roles").
func TestKeysAndRolesMustAgree(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/k"
	for _, c := range []struct{ name, policy, want string }{
		{"the account is named, so its policies decide", handedOn, "allowed by Everything, HandedOn"},
		{"only another role is named", policy(`{"Sid": "Bob", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Bob"}, "Action": "kms:*", "Resource": "*"}`), "not allowed by anything"},
		{"the role itself is named", policy(`{"Sid": "Alice", "Effect": "Allow", "Principal": {"AWS": "` + alice + `"}, "Action": "kms:Decrypt", "Resource": "*"}`), "allowed by Everything, Alice"},
		{"for another action", policy(`{"Sid": "Alice", "Effect": "Allow", "Principal": {"AWS": "` + alice + `"}, "Action": "kms:Encrypt", "Resource": "*"}`), "not allowed by anything"},
	} {
		t.Run(c.name, func(t *testing.T) {
			account, err := iam.ReadTemplate([]byte(`{}`), iam.Outside{Keys: map[string]iam.Document{key: ofResource(t, c.policy)}})
			if err != nil {
				t.Fatal(err)
			}
			who := iam.Principal{ARN: alice, Policies: []iam.Document{identity(t, everythingAllowed)}}
			got, err := account.Decide(iam.Request{Principal: who, Action: "kms:Decrypt", Resource: key})
			if err != nil || got.String() != c.want {
				t.Errorf("%v (%v), want %s", got, err, c.want)
			}
			if _, err := account.Decide(iam.Request{Principal: who, Action: "kms:Decrypt", Resource: key + "2"}); err == nil {
				t.Error("a key whose policy nobody knows was judged")
			}
		})
	}
}
