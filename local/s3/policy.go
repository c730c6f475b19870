package s3

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/auth"
)

// Statement is one statement of an IAM policy document, as it stands in the template.
type Statement struct {
	Effect    string     `json:"Effect"`
	Principal any        `json:"Principal,omitempty"`
	Action    StringList `json:"Action"`
	Resource  StringList `json:"Resource"`
	Condition Condition  `json:"Condition,omitempty"`
}

// StringList is a JSON string or a list of them; policies use both.
type StringList []string

// UnmarshalJSON reads either form.
func (l *StringList) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = StringList{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

// policy is everything that decides a request: what the template's bucket policy says, and what each role's identity
// policy allows.
//
// versitygw evaluates effects, principals, actions and resources. It refuses condition keys that it does not know,
// s3:signatureAge among them. So the conditions are decided here, for each request at the moment it is authorized,
// and versitygw is handed the statements whose conditions hold, without them. By then the signature has been
// checked, as on AWS.
type policy struct {
	bucket     string
	statements []Statement
	now        func() time.Time
}

func newPolicy(cfg Config, now func() time.Time) *policy {
	p := &policy{bucket: cfg.Bucket, now: now}
	for _, s := range cfg.Policy {
		if !namesService(s.Principal) {
			s.Principal = everyone
			p.statements = append(p.statements, s)
		}
	}
	for _, u := range cfg.Users {
		for _, s := range u.Allow {
			s.Principal = u.Credentials.AccessKeyID
			p.statements = append(p.statements, s)
		}
	}
	return p
}

const everyone = "*"

// namesService tells whether a statement is for an AWS service (log delivery, say); none calls the local run.
func namesService(principal any) bool {
	m, ok := principal.(map[string]any)
	if !ok {
		return false
	}
	_, ok = m["Service"]
	return ok
}

// validate refuses, at start, a policy that this S3 could only half apply.
func (p *policy) validate(bucket string, iam auth.IAMService) error {
	for i, s := range p.statements {
		if err := s.Condition.validate(); err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	raw, err := document(p.statements)
	if err != nil {
		return err
	}
	var parsed auth.BucketPolicy
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return err
	}
	return parsed.Validate(bucket, iam)
}

// forRequest is the policy document that decides the request behind ctx.
func (p *policy) forRequest(ctx context.Context) ([]byte, error) {
	request, ok := ctx.(*fasthttp.RequestCtx)
	if !ok {
		return document(p.statements)
	}
	keys := requestKeys(request, p.now())
	var holding []Statement
	for _, s := range p.statements {
		if s.Condition.holds(keys) {
			holding = append(holding, s)
		}
	}
	return document(holding)
}

// document writes the statements without their conditions, which are decided already.
func document(statements []Statement) ([]byte, error) {
	decided := make([]Statement, len(statements))
	for i, s := range statements {
		s.Condition = nil
		decided[i] = s
	}
	return json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": decided})
}
