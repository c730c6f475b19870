package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"signpost/internal/iam"
)

// TestConditions has the operators of "IAM JSON policy elements: Condition operators", what they
// make of a missing key, and how several values, keys and operators combine ("Conditions with
// multiple context keys or values").
func TestConditions(t *testing.T) {
	const age, ip, kind, secure, arn = "s3:signatureAge", "aws:SourceIp", "s3:authType", "aws:SecureTransport", "aws:SourceArn"
	for _, c := range []struct {
		condition string
		context   iam.Context
		holds     bool
	}{
		{`"StringEquals": {"s3:authType": "POST"}`, iam.Context{kind: {"POST"}}, true},
		{`"StringEquals": {"S3:AUTHTYPE": "POST"}`, iam.Context{"s3:AuthType": {"POST"}}, true}, // keys are not case-sensitive
		{`"StringEquals": {"s3:authType": "post"}`, iam.Context{kind: {"POST"}}, false},         // values are
		{`"StringEqualsIgnoreCase": {"s3:authType": "post"}`, iam.Context{kind: {"POST"}}, true},
		{`"StringNotEqualsIgnoreCase": {"s3:authType": "post"}`, iam.Context{kind: {"POST"}}, false},
		{`"StringEquals": {"s3:authType": "PO*"}`, iam.Context{kind: {"POST"}}, false},
		{`"StringLike": {"s3:authType": "PO*"}`, iam.Context{kind: {"POST"}}, true},
		{`"StringLike": {"s3:authType": "P?ST"}`, iam.Context{kind: {"POST"}}, true},
		{`"StringNotLike": {"s3:authType": "PO*"}`, iam.Context{kind: {"POST"}}, false},
		{`"StringEquals": {"s3:authType": ["REST-HEADER", "POST"]}`, iam.Context{kind: {"POST"}}, true},     // any of the values
		{`"StringNotEquals": {"s3:authType": ["REST-HEADER", "POST"]}`, iam.Context{kind: {"POST"}}, false}, // none of them
		{`"StringNotEquals": {"s3:authType": ["REST-HEADER", "POST"]}`, iam.Context{kind: {"REST-QUERY-STRING"}}, true},

		// A key that the request lacks never matches, so that a negation is true.
		{`"StringEquals": {"s3:authType": "POST"}`, iam.Context{}, false},
		{`"StringNotEquals": {"s3:authType": "POST"}`, iam.Context{}, true},
		{`"StringEqualsIfExists": {"s3:authType": "POST"}`, iam.Context{}, true},
		{`"StringEqualsIfExists": {"s3:authType": "POST"}`, iam.Context{kind: {"REST-HEADER"}}, false},
		{`"Bool": {"aws:SecureTransport": "false"}`, iam.Context{}, false},
		{`"BoolIfExists": {"aws:SecureTransport": "false"}`, iam.Context{}, true},
		{`"BoolIfExists": {"aws:SecureTransport": "false"}`, iam.Context{secure: {"true"}}, false},
		{`"NumericGreaterThan": {"s3:signatureAge": "5"}`, iam.Context{}, false},
		{`"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}`, iam.Context{}, true},
		{`"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::a"}`, iam.Context{}, true},
		{`"Null": {"s3:authType": "true"}`, iam.Context{}, true},
		{`"Null": {"s3:authType": "true"}`, iam.Context{kind: {"POST"}}, false},
		{`"Null": {"s3:authType": "false"}`, iam.Context{kind: {"POST"}}, true},

		{`"Bool": {"aws:SecureTransport": "false"}`, iam.Context{secure: {"false"}}, true},
		{`"Bool": {"aws:SecureTransport": false}`, iam.Context{secure: {"false"}}, true},
		{`"Bool": {"aws:SecureTransport": "false"}`, iam.Context{secure: {"true"}}, false},
		{`"NumericGreaterThan": {"s3:signatureAge": "600000"}`, iam.Context{age: {"600000"}}, false},
		{`"NumericGreaterThan": {"s3:signatureAge": 600000}`, iam.Context{age: {"600001"}}, true},
		{`"NumericGreaterThanEquals": {"s3:signatureAge": "600000"}`, iam.Context{age: {"600000"}}, true},
		{`"NumericLessThan": {"s3:signatureAge": "9"}`, iam.Context{age: {"10"}}, false}, // numbers, not text
		{`"NumericLessThan": {"s3:signatureAge": "10"}`, iam.Context{age: {"10"}}, false},
		{`"NumericLessThanEquals": {"s3:signatureAge": "10"}`, iam.Context{age: {"10.0"}}, true},
		{`"NumericEquals": {"s3:signatureAge": "10"}`, iam.Context{age: {"10.0"}}, true},
		{`"NumericNotEquals": {"s3:signatureAge": "10"}`, iam.Context{age: {"10.0"}}, false},
		{`"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}`, iam.Context{ip: {"203.0.113.255"}}, true},
		{`"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}`, iam.Context{ip: {"203.0.114.0"}}, false},
		{`"IpAddress": {"aws:SourceIp": "203.0.113.9"}`, iam.Context{ip: {"203.0.113.9"}}, true},
		{`"IpAddress": {"aws:SourceIp": "2001:db8::/32"}`, iam.Context{ip: {"2001:DB8:0::1"}}, true},
		{`"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}`, iam.Context{ip: {"198.51.100.1"}}, false},
		{`"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}`, iam.Context{ip: {"192.0.2.1"}}, true},

		// Each part of an ARN is compared separately; Equals takes patterns too.
		{`"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::a*"}`, iam.Context{arn: {"arn:aws:s3:::ab/c:d"}}, true},
		{`"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:111122223333:alarm:*"}`, iam.Context{arn: {"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x"}}, true},
		{`"ArnLike": {"aws:SourceArn": "arn:aws:*:alarm:x:y:z"}`, iam.Context{arn: {"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:x:y:z"}}, false},
		{`"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::a*"}`, iam.Context{arn: {"arn:aws:s3:::ab"}}, false},
		{`"ArnLike": {"aws:SourceArn": "arn:aws:s3:::A"}`, iam.Context{arn: {"arn:aws:s3:::a"}}, false},

		// A key with several values.
		{`"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "b"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "b"}}, true},
		{`"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "c"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "b"}}, false},
		{`"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "B"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "b"}}, false},
		{`"ForAnyValue:StringEqualsIgnoreCase": {"s3:RequestObjectTagKeys": "B"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "b"}}, true},
		{`"ForAnyValue:StringEqualsIgnoreCase": {"s3:RequestObjectTagKeys": "c"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "b"}}, false},
		{`"ForAnyValue:StringLike": {"s3:RequestObjectTagKeys": "b*"}`, iam.Context{"s3:RequestObjectTagKeys": {"a", "bb"}}, true},
		{`"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "b"}`, iam.Context{}, false},

		// All keys and all operators must be true.
		{`"StringEquals": {"s3:authType": "POST", "s3:signatureversion": "AWS"}`, iam.Context{kind: {"POST"}}, false},
		{`"StringEquals": {"s3:authType": "POST", "s3:signatureversion": "AWS"}`, iam.Context{kind: {"POST"}, "s3:signatureversion": {"AWS"}}, true},
		{`"StringEquals": {"s3:authType": "POST"}, "Bool": {"aws:SecureTransport": "true"}`, iam.Context{kind: {"POST"}, secure: {"false"}}, false},
		{`"StringNotEquals": {"s3:ExistingObjectTag/State": "clean"}`, iam.Context{"s3:ExistingObjectTag/state": {"clean"}}, false},
		{`"StringNotEquals": {"s3:ExistingObjectTag/State": "clean"}`, iam.Context{"s3:ExistingObjectTag/State": {"Clean"}}, true},
		{`"StringEquals": {"s3:ExistingObjectTag/State": "clean"}`, iam.Context{"s3:ExistingObjectTag/State": {""}}, false}, // a tag can be empty

		// The prefix of a listing.
		{`"StringLike": {"s3:prefix": "uploads/me/*"}`, iam.Context{"s3:prefix": {"uploads/me/"}}, true},
		{`"StringLike": {"s3:prefix": "uploads/me/*"}`, iam.Context{"s3:prefix": {"uploads/me"}}, false},
		{`"StringLike": {"s3:prefix": "uploads/me/*"}`, iam.Context{"s3:prefix": {""}}, false},
		{`"StringLike": {"s3:prefix": "uploads/me/*"}`, iam.Context{}, false},
		{`"StringLikeIfExists": {"s3:prefix": "uploads/me/*"}`, iam.Context{}, true},
		{`"StringEquals": {"s3:prefix": ["", "uploads/"], "s3:delimiter": "/"}`, iam.Context{"s3:prefix": {""}, "s3:delimiter": {"/"}}, true},
		{`"NumericLessThanEquals": {"s3:max-keys": "10"}`, iam.Context{"s3:max-keys": {"1000"}}, false},
	} {
		t.Run(c.condition+fmt.Sprint(c.context), func(t *testing.T) {
			who := iam.Principal{ARN: alice, Policies: []iam.Document{identity(t, policy(
				`{"Sid": "If", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {`+c.condition+`}}`))}}
			got, err := iam.Decide(iam.Request{Principal: who, Action: "s3:GetObject", Resource: "arn:aws:s3:::docs/a", Context: c.context}, target(t, ""))
			if err != nil || got.Allowed != c.holds {
				t.Errorf("holds: %v (%v), want %v", got.Allowed, err, c.holds)
			}
		})
	}
}

// TestPatterns: wildcards in actions and resources, of which only resources are case-sensitive.
func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		action, resource string // whole elements of the statement
		does, to         string
		want             bool
	}{
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "S3:PUTOBJECT", "uploads/a", true},
		{`"Action": "S3:Put*"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObjectAcl", "uploads/a/b/c", true},
		{`"Action": "s3:*Object"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObject", "Uploads/a", false},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObjectAcl", "uploads/a", false},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObject", "uploads-old/a", false},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObject", "uploads", false},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads/*"`, "s3:PutObject", "uploads/", true},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/uploads*"`, "s3:PutObject", "uploads-old/a", true},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/?/*.png"`, "s3:PutObject", "a/b/c.png", true},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/?/*.png"`, "s3:PutObject", "ab/c.png", false},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/*a*b"`, "s3:PutObject", "xaxbxab", true},
		{`"Action": "s3:PutObject"`, `"Resource": "arn:aws:s3:::docs/*a*b"`, "s3:PutObject", "xbxa", false},
		{`"Action": ["s3:GetObject", "s3:PutObject"]`, `"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::docs/*"]`, "s3:PutObject", "a", true},
		{`"Action": "*"`, `"Resource": "*"`, "s3:PutObject", "a", true},
		{`"NotAction": "s3:GetObject"`, `"Resource": "*"`, "s3:PutObject", "a", true},
		{`"NotAction": ["s3:Get*", "s3:put*"]`, `"Resource": "*"`, "s3:PutObject", "a", false},
		{`"Action": "s3:PutObject"`, `"NotResource": "arn:aws:s3:::docs/private/*"`, "s3:PutObject", "a", true},
		{`"Action": "s3:PutObject"`, `"NotResource": "arn:aws:s3:::docs/private/*"`, "s3:PutObject", "private/a", false},
	} {
		t.Run(strings.Join([]string{c.action, c.resource, c.does, c.to}, " "), func(t *testing.T) {
			who := iam.Principal{ARN: alice, Policies: []iam.Document{identity(t, policy(`{"Effect": "Allow", `+c.action+`, `+c.resource+`}`))}}
			got, err := iam.Decide(iam.Request{Principal: who, Action: c.does, Resource: "arn:aws:s3:::docs/" + c.to}, target(t, ""))
			if err != nil || got.Allowed != c.want {
				t.Errorf("allowed: %v (%v), want %v", got.Allowed, err, c.want)
			}
		})
	}
}
