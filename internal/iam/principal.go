package iam

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Principal is who makes a request. The zero value is anonymous: an unsigned request.
type Principal struct {
	ARN      string     // of an IAM role or user; a role's sessions are the role
	Policies []Document // its own
	Boundary *Document  // bounds what its own policies allow; nil is no boundary
	Service  string     // of an AWS service acting as itself: "logging.s3.amazonaws.com"
}

// Service is an AWS service acting as itself.
func Service(name string) Principal { return Principal{Service: name} }

// account is the principal's account, "" for those who have none.
func (p Principal) account() string {
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
		return fmt.Errorf("principal %q: want a role's or user's ARN, or a service", p.ARN)
	}
	if p.ARN == "" && (p.Policies != nil || p.Boundary != nil) {
		return fmt.Errorf("principal %v has policies of its own, as only a role or a user can", p)
	}
	return nil
}

// principalPattern is one entry of a Principal element: everyone, a service, a whole account, or one
// role or user by its ARN.
type principalPattern struct {
	everyone              bool
	service, account, arn string
}

func parsePrincipals(raw json.RawMessage) ([]principalPattern, error) {
	if string(raw) == `"*"` {
		return []principalPattern{{everyone: true}}, nil
	}
	var kinds map[string]oneOrMore
	if err := json.Unmarshal(raw, &kinds); err != nil {
		return nil, fmt.Errorf("the principal %s is not known here", raw)
	}
	var all []principalPattern
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
		return nil, fmt.Errorf("there is no principal")
	}
	return all, nil
}

var accountPattern = regexp.MustCompile(`^(?:arn:aws:iam::)?(\d{12})(?::root)?$`)

func parsePrincipal(kind, value string) (principalPattern, error) {
	switch account := accountPattern.FindStringSubmatch(value); {
	case kind == "AWS" && value == "*":
		return principalPattern{everyone: true}, nil
	case kind == "AWS" && account != nil:
		return principalPattern{account: account[1]}, nil
	case kind == "AWS" && principalARN.MatchString(value):
		return principalPattern{arn: value}, nil
	case kind == "Service" && strings.HasSuffix(value, ".amazonaws.com") && !strings.ContainsAny(value, "*?"):
		return principalPattern{service: value}, nil
	}
	return principalPattern{}, fmt.Errorf("the principal %s %q is not known here", kind, value)
}

func (p principalPattern) matches(principal Principal) bool {
	switch {
	case p.everyone:
		return true
	case p.service != "":
		return p.service == principal.Service
	case p.account != "":
		return p.account == principal.account()
	default:
		return p.arn == principal.ARN
	}
}
