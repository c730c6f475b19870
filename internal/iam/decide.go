package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Request is one call, as the policies see it.
type Request struct {
	Principal Principal
	Action    string // "s3:PutObject"
	Resource  string // its ARN; "*" for an action that knows no resources, such as xray:PutTraceSegments
	// Context is what else is known of it. aws:PrincipalArn and aws:PrincipalAccount follow from the
	// principal and must not be given.
	Context Context
}

// Decision is the answer, and what it rests on: the Sids of the statements that allow, or deny.
type Decision struct {
	Allowed bool
	// By are the Sids of the statements that deny; of those that allow where none does. Empty where
	// nothing speaks of the request, which is a no too.
	By []string
}

func (d Decision) String() string {
	switch {
	case d.Allowed:
		return "allowed by " + strings.Join(d.By, ", ")
	case len(d.By) > 0:
		return "denied by " + strings.Join(d.By, ", ")
	}
	return "not allowed by anything"
}

// target is the resource of a request: whose it is, its policy, and what that policy is for.
type target struct {
	account string
	policy  *Document
	// policyMust: nobody gets in without the policy's leave, not even by leave of an administrator:
	// keys ("Key policies in AWS KMS") and roles that are to be assumed.
	policyMust bool
}

// grants are the statements of one policy, or set of policies, that match a request.
type grants struct{ allow, deny []string }

// decide applies the policies to the request.
func decide(request Request, to target) (Decision, error) {
	request, err := request.complete()
	if err != nil {
		return Decision{}, err
	}
	own := matching(request.Principal.Policies, request, "")
	bound := grants{allow: []string{"(no boundary)"}}
	if request.Principal.Boundary != nil {
		bound = matching([]Document{*request.Principal.Boundary}, request, "")
	}
	var policies []Document
	if to.policy != nil {
		policies = []Document{*to.policy}
	}
	// An account that a policy names hands the question on to its own policies; naming the principal
	// itself, or everyone, settles it.
	settled, handedOn := matching(policies, request, "principal"), matching(policies, request, "account")
	if denied := slices.Concat(own.deny, bound.deny, settled.deny, handedOn.deny); len(denied) > 0 {
		return Decision{By: denied}, nil
	}
	if request.Principal.Boundary != nil && len(own.allow) == 0 && len(settled.allow) > 0 {
		// What a boundary then counts for depends on how the policy names the role and its session.
		return Decision{}, fmt.Errorf("%v has a boundary, and only a resource's policy allows it %s: not known here", request.Principal, request.Action)
	}
	if len(bound.allow) == 0 {
		own.allow = nil
	}
	return allow(request.Principal, to, own, settled, handedOn), nil
}

// allow decides where nothing denies.
func allow(who Principal, to target, own, settled, handedOn grants) Decision {
	same := who.account() == to.account
	both := len(own.allow) > 0 && len(settled.allow)+len(handedOn.allow) > 0
	var yes bool
	switch {
	case who.account() == "": // anonymous, or a service
		yes = len(settled.allow) > 0
	case same && to.policyMust:
		yes = len(settled.allow) > 0 || both
	case same:
		yes = len(settled.allow) > 0 || len(own.allow) > 0
	default:
		yes = both
	}
	if !yes {
		return Decision{}
	}
	return Decision{Allowed: true, By: slices.Concat(own.allow, settled.allow, handedOn.allow)}
}

// matching collects the statements that cover the request. With of, which is for the policy of a
// resource, only those whose Principal names the request's: by itself ("principal") or by its
// account ("account").
func matching(documents []Document, request Request, of string) grants {
	var found grants
	for _, document := range documents {
		for _, one := range document.statements {
			if of != "" && !slices.ContainsFunc(one.principals, func(pattern principalPattern) bool {
				return pattern.matches(request.Principal) && (pattern.account != "") == (of == "account")
			}) {
				continue
			}
			covers := one.covers(request)
			name := one.sid
			if name == "" {
				name = "(no Sid)"
			}
			switch {
			case covers && one.deny:
				found.deny = append(found.deny, name)
			case covers:
				found.allow = append(found.allow, name)
			}
		}
	}
	return found
}

// complete checks the request and adds to its context what follows from the principal.
func (r Request) complete() (Request, error) {
	if err := r.Principal.check(); err != nil {
		return r, err
	}
	if !strings.Contains(r.Action, ":") || strings.ContainsAny(r.Action, "*?") || r.Resource != "*" && strings.ContainsAny(r.Resource, "*?") {
		return r, fmt.Errorf("a request is for one action and one resource, not for %s on %s", r.Action, r.Resource)
	}
	context, err := r.Context.normalized()
	if err != nil {
		return r, err
	}
	r.Action = strings.ToLower(r.Action)
	implied := Context{"aws:principalisawsservice": {"false"}}
	switch {
	case r.Principal.ARN != "":
		implied["aws:principalarn"], implied["aws:principalaccount"] = []string{r.Principal.ARN}, []string{r.Principal.account()}
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
