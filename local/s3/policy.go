package s3

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/auth"

	"signpost/internal/iam"
)

// policy decides every request: it holds the bucket's policy and the identity policies of the roles
// that sign.
//
// versitygw evaluates effects, principals, actions and resources. It refuses condition keys that it
// doesn't know, and s3:signatureAge is one. So package iam evaluates the conditions, for each
// request at the moment it is authorized, and versitygw gets the statements whose conditions are
// true, without the conditions. As on AWS, the signature has been checked by then.
type policy struct {
	bucket     string
	document   iam.Document // the bucket's policy
	users      map[string]User
	statements []statement // of the bucket's policy and of all roles
	now        func() time.Time
	tags       func(key, versionID string) map[string]string // of an object
}

// statement is a statement with the principal that versitygw knows: "*" or an access key id.
type statement struct {
	iam.Statement
	principal string
}

const everyone = "*"

// newPolicy refuses policies that this S3 can't apply in full.
func newPolicy(cfg Config, now func() time.Time) (*policy, error) {
	p := &policy{bucket: cfg.Bucket, document: cfg.Policy, users: map[string]User{}, now: now}
	for _, s := range cfg.Policy.Statements {
		isOther := func(p iam.PrincipalPattern) bool { return p.Service == "" && !p.Everyone }
		switch {
		case slices.ContainsFunc(s.Principals, isOther):
			return nil, fmt.Errorf("statement %q of the bucket policy: the local S3 supports only * and AWS services as principals", s.Sid)
		case slices.ContainsFunc(s.Principals, func(p iam.PrincipalPattern) bool { return p.Everyone }):
			p.statements = append(p.statements, statement{s, everyone})
		}
		// AWS services, such as S3's log delivery, don't call the local run.
	}
	for _, u := range cfg.Users {
		p.users[u.Credentials.AccessKeyID] = u
		for _, document := range u.Policies {
			for _, s := range document.Statements {
				p.statements = append(p.statements, statement{s, u.Credentials.AccessKeyID})
			}
		}
	}
	for _, s := range p.statements {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("statement %q: %w", s.Sid, err)
		}
	}
	return p, nil
}

// check refuses the elements and condition keys that this S3 doesn't support.
func (s statement) check() error {
	if len(s.NotActions) > 0 || len(s.NotResources) > 0 {
		return errors.New("the local S3 doesn't support NotAction and NotResource")
	}
	for _, key := range s.ConditionKeys() {
		if !isSupported(key) {
			return fmt.Errorf("the local S3 doesn't support the condition key %s", key)
		}
	}
	return nil
}

// validate refuses, at start, a policy with something that versitygw doesn't know.
func (p *policy) validate(users auth.IAMService) error {
	raw, err := document(p.statements)
	if err != nil {
		return err
	}
	var parsed auth.BucketPolicy
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return err
	}
	return parsed.Validate(p.bucket, users)
}

// forRequest returns the policy document that decides the request behind ctx.
func (p *policy) forRequest(ctx context.Context) ([]byte, error) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return document(p.statements)
	}
	keys := p.conditionKeys(request)
	if arn := p.users[caller(ctx)].ARN; arn != "" {
		keys["aws:PrincipalArn"] = []string{arn}
	}
	var holding []statement
	for _, s := range p.statements {
		holds, err := s.ConditionsHold(keys)
		if err != nil {
			return nil, err
		}
		if holds {
			holding = append(holding, s)
		}
	}
	return document(holding)
}

// replicationActions are what S3 does itself when it replicates objects. There is no replication
// here, and versitygw doesn't know the actions.
var replicationActions = []string{
	"s3:GetObjectVersionForReplication", "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags",
}

// document writes the statements as a bucket policy without conditions.
func document(statements []statement) ([]byte, error) {
	type item struct {
		Effect           iam.Effect
		Principal        string
		Action, Resource []string
	}
	items := []item{}
	for _, s := range statements {
		isReplication := func(action string) bool { return slices.Contains(replicationActions, action) }
		if actions := slices.DeleteFunc(slices.Clone(s.Actions), isReplication); len(actions) > 0 {
			items = append(items, item{s.Effect, s.principal, actions, s.Resources})
		}
	}
	return json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": items})
}

// conditionKeys returns the condition keys of a request, without the caller's.
func (p *policy) conditionKeys(r *fasthttp.RequestCtx) iam.Context {
	keys := conditionKeys(r, p.now())
	looksAtTags := func(s statement) bool {
		return slices.ContainsFunc(s.ConditionKeys(), func(key string) bool { return strings.HasPrefix(key, existingTag) })
	}
	_, key := target(r)
	if key == "" || !hasExistingTags(r) || !slices.ContainsFunc(p.statements, looksAtTags) {
		return keys
	}
	tags := p.tags(key, string(r.QueryArgs().Peek("versionId")))
	// The names of condition keys are case-insensitive, those of tags are not. Of two tags whose
	// names differ in case only, one counts, always the same.
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		keys[existingTag+strings.ToLower(name)] = []string{tags[name]}
	}
	return keys
}

// caller returns the access key id that signed the request, or "".
func caller(ctx context.Context) string {
	account, _ := ctx.Value("account").(auth.Account)
	return account.Access
}

// allowsListing reports whether the caller of the request may list the bucket with the prefix.
func (p *policy) allowsListing(ctx context.Context, prefix string) (bool, error) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	user, known := p.users[caller(ctx)]
	if !ok || !known {
		return false, nil
	}
	keys := conditionKeys(request, p.now())
	keys["s3:prefix"] = []string{prefix}
	decision, err := iam.Decide(iam.Request{
		Principal: iam.Principal{ARN: user.ARN, Policies: user.Policies},
		Action:    "s3:ListBucket", Resource: "arn:aws:s3:::" + p.bucket, Context: keys,
	}, iam.Target{AccountID: accountOf(user.ARN), Policy: &p.document})
	return decision.Allowed, err
}

// accountOf returns the account of a role. The bucket is in the same.
func accountOf(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) < 5 {
		return ""
	}
	return parts[4]
}
