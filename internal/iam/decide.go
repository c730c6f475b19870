// Package iam evaluates IAM policies: it decides, as AWS would, whether the policies of a caller
// and of a resource allow a request.
//
//	policy, err := iam.ParseIdentity(text)
//	decision, err := iam.Decide(iam.Request{
//		Principal: iam.Principal{ARN: roleARN, Policies: []iam.Document{policy}},
//		Action:    "s3:PutObject", Resource: "arn:aws:s3:::bucket/uploads/cat.png",
//		Context:   iam.Context{"aws:SecureTransport": {"true"}},
//	}, iam.Target{AccountID: accountID, Policy: &bucketPolicy})
//
// The rules are those of "Policy evaluation logic" and "Cross-account policy evaluation logic" (AWS
// IAM User Guide). A Deny that matches always wins. Otherwise something must allow the request.
// Within one account, either the caller's own policies or the resource's policy is enough. Between
// accounts, both must allow it. The policy of a KMS key and the trust policy of a role must allow
// it in any case ("Key policies in AWS KMS").
//
// Whatever the package doesn't support is an error, never an answer: an operator, a condition key,
// an element, a kind of principal. Add it, with the page that describes it, rather than work around
// it. The package doesn't know the policies of organizations, sessions and VPC endpoints, nor S3's
// Block Public Access.
//
// The local S3 and the tests use it. It decides nothing in production.
package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Request is one call to AWS.
type Request struct {
	Principal Principal
	Action    string // "s3:PutObject"
	Resource  string // its ARN, or "*" for an action without resources, such as xray:PutTraceSegments
	// Context holds the other condition keys of the request. Those that follow from the principal,
	// such as aws:PrincipalArn, are added and must not be given.
	Context Context
}

// Target is the resource that a request is for.
type Target struct {
	AccountID string
	Policy    *Document // nil if it has none
	// PolicyRequired says that nobody has access unless the policy allows it, not even an
	// administrator of the account: KMS keys ("Key policies in AWS KMS"), and roles that are
	// assumed.
	PolicyRequired bool
}

// Decision is the answer to a request.
type Decision struct {
	Allowed bool
	// Statements holds the Sids of the statements that decided: those that deny, or else those that
	// allow. It is empty if no statement matches the request, which is refused then.
	Statements []string
}

func (d Decision) String() string {
	switch {
	case d.Allowed:
		return "allowed by " + strings.Join(d.Statements, ", ")
	case len(d.Statements) > 0:
		return "denied by " + strings.Join(d.Statements, ", ")
	}
	return "not allowed by anything"
}

// matches holds the Sids of the statements that match a request, by their effect.
type matches struct{ allow, deny []string }

// Decide applies all policies to the request.
func Decide(request Request, target Target) (Decision, error) {
	request, err := request.complete()
	if err != nil {
		return Decision{}, err
	}
	own := match(request, request.Principal.Policies, anyPrincipal)
	boundary := matches{allow: []string{"(no boundary)"}}
	if request.Principal.Boundary != nil {
		boundary = match(request, []Document{*request.Principal.Boundary}, anyPrincipal)
	}
	var policies []Document
	if target.Policy != nil {
		policies = []Document{*target.Policy}
	}
	// A resource's policy that names the caller itself, or everyone, grants access. One that names
	// an account leaves the decision to that account's own policies.
	direct, delegated := match(request, policies, namesPrincipal), match(request, policies, namesAccount)
	if denied := slices.Concat(own.deny, boundary.deny, direct.deny, delegated.deny); len(denied) > 0 {
		return Decision{Statements: denied}, nil
	}
	if request.Principal.Boundary != nil && len(own.allow) == 0 && len(direct.allow) > 0 {
		// What a boundary then counts for depends on how the policy names the role and its session.
		return Decision{}, fmt.Errorf("%v has a boundary, and only the resource's policy allows it %s: not supported", request.Principal, request.Action)
	}
	if len(boundary.allow) == 0 {
		own.allow = nil
	}
	return allow(request.Principal, target, own, direct, delegated), nil
}

// allow decides a request that nothing denies.
func allow(caller Principal, target Target, own, direct, delegated matches) Decision {
	sameAccount := caller.accountID() == target.AccountID
	both := len(own.allow) > 0 && len(direct.allow)+len(delegated.allow) > 0
	var allowed bool
	switch {
	case caller.accountID() == "": // anonymous, or an AWS service
		allowed = len(direct.allow) > 0
	case sameAccount && target.PolicyRequired:
		allowed = len(direct.allow) > 0 || both
	case sameAccount:
		allowed = len(direct.allow) > 0 || len(own.allow) > 0
	default:
		allowed = both
	}
	if !allowed {
		return Decision{}
	}
	return Decision{Allowed: true, Statements: slices.Concat(own.allow, direct.allow, delegated.allow)}
}

// The ways in which a statement can name the caller. Identity policies have no Principal element.
func anyPrincipal(Statement, Principal) bool { return true }

func namesPrincipal(s Statement, caller Principal) bool {
	return slices.ContainsFunc(s.Principals, func(p PrincipalPattern) bool { return p.AccountID == "" && p.matches(caller) })
}

func namesAccount(s Statement, caller Principal) bool {
	return slices.ContainsFunc(s.Principals, func(p PrincipalPattern) bool { return p.AccountID != "" && p.matches(caller) })
}

// match collects the statements that match the request and name its principal in that way.
func match(request Request, documents []Document, names func(Statement, Principal) bool) matches {
	var found matches
	for _, document := range documents {
		for _, statement := range document.Statements {
			if !names(statement, request.Principal) || !statement.matches(request) {
				continue
			}
			sid := statement.Sid
			if sid == "" {
				sid = "(no Sid)"
			}
			if statement.Effect == Deny {
				found.deny = append(found.deny, sid)
			} else {
				found.allow = append(found.allow, sid)
			}
		}
	}
	return found
}

// complete checks the request and adds the condition keys that follow from the principal.
func (r Request) complete() (Request, error) {
	if err := r.Principal.check(); err != nil {
		return r, err
	}
	if !strings.Contains(r.Action, ":") || strings.ContainsAny(r.Action, "*?") || r.Resource != "*" && strings.ContainsAny(r.Resource, "*?") {
		return r, fmt.Errorf("a request is for one action and one resource, not for %s on %s", r.Action, r.Resource)
	}
	context, err := r.Context.normalize()
	if err != nil {
		return r, err
	}
	implied := Context{"aws:principalisawsservice": {"false"}}
	switch {
	case r.Principal.ARN != "":
		implied["aws:principalarn"], implied["aws:principalaccount"] = []string{r.Principal.ARN}, []string{r.Principal.accountID()}
	case r.Principal.Service != "":
		implied["aws:principalisawsservice"] = []string{"true"}
	}
	for name, values := range implied {
		if context[name] != nil {
			return r, fmt.Errorf("%s follows from the principal", name)
		}
		context[name] = values
	}
	r.Context = context
	return r, nil
}
