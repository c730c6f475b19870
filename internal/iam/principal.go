package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Principal makes a request. The zero value is anonymous: the request is not signed.
type Principal struct {
	ARN      string     // of an IAM role or user; the sessions of a role count as the role
	Policies []Document // its identity policies
	Boundary *Document  // its permissions boundary, or nil
	Service  string     // an AWS service that acts for itself, such as "logging.s3.amazonaws.com"
}

// Service returns the principal of an AWS service that acts for itself.
func Service(name string) Principal { return Principal{Service: name} }

// accountID returns the principal's account, or "" for an anonymous request or a service.
func (p Principal) accountID() string {
	if p.ARN == "" {
		return ""
	}
	return strings.Split(p.ARN, ":")[4]
}

func (p Principal) String() string {
	switch {
	case p.ARN != "":
		return p.ARN
	case p.Service != "":
		return p.Service
	}
	return "anonymous"
}

var principalARN = regexp.MustCompile(`^arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)

func (p Principal) check() error {
	if p.ARN != "" && (p.Service != "" || !principalARN.MatchString(p.ARN)) {
		return fmt.Errorf("the principal %q is neither the ARN of a role or a user nor a service", p.ARN)
	}
	if p.ARN == "" && (p.Policies != nil || p.Boundary != nil) {
		return fmt.Errorf("the principal %v has identity policies, which only a role or a user can have", p)
	}
	return nil
}

// PrincipalPattern is one entry of a Principal element. Exactly one field is set.
type PrincipalPattern struct {
	Everyone  bool
	Service   string // "logging.s3.amazonaws.com"
	AccountID string // everybody in an account
	ARN       string // one role or user
}

func parsePrincipals(raw json.RawMessage) ([]PrincipalPattern, error) {
	if string(raw) == `"*"` {
		return []PrincipalPattern{{Everyone: true}}, nil
	}
	var kinds map[string]stringOrList
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return nil, fmt.Errorf("the principal %s is not supported", raw)
	}
	var all []PrincipalPattern
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, value := range kinds[kind] {
			one, err := parsePrincipal(kind, value)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it has no principal")
	}
	return all, nil
}

var accountPattern = regexp.MustCompile(`^(?:arn:aws:iam::)?(\d{12})(?::root)?$`)

func parsePrincipal(kind, value string) (PrincipalPattern, error) {
	switch account := accountPattern.FindStringSubmatch(value); {
	case kind == "AWS" && value == "*":
		return PrincipalPattern{Everyone: true}, nil
	case kind == "AWS" && account != nil:
		return PrincipalPattern{AccountID: account[1]}, nil
	case kind == "AWS" && principalARN.MatchString(value):
		return PrincipalPattern{ARN: value}, nil
	case kind == "Service" && strings.HasSuffix(value, ".amazonaws.com") && !strings.ContainsAny(value, "*?"):
		return PrincipalPattern{Service: value}, nil
	}
	return PrincipalPattern{}, fmt.Errorf("the principal %s %q is not supported", kind, value)
}

func (p PrincipalPattern) matches(principal Principal) bool {
	switch {
	case p.Everyone:
		return true
	case p.Service != "":
		return p.Service == principal.Service
	case p.AccountID != "":
		return p.AccountID == principal.accountID()
	default:
		return p.ARN == principal.ARN
	}
}
