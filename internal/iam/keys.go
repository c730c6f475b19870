package iam

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// kind is what a condition key's values are.
type kind int

const (
	text kind = iota
	number
	boolean
	address // of the internet: a range in a policy, an address in a request
	arn
)

// key is a condition key: what its values are, and whether a request can carry several.
type key struct {
	kind kind
	many bool
}

// keys are the condition keys known here, by their names in lower case: of "AWS global condition
// context keys" (AWS IAM User Guide) and of each service's page in the Service Authorization
// Reference those that a policy of ours uses, and those that a request is put together from.
var keys = map[string]key{
	"aws:principalaccount":       {kind: text},
	"aws:principalarn":           {kind: arn}, // of a session it is the role's; an anonymous request has none
	"aws:principalisawsservice":  {kind: boolean},
	"aws:securetransport":        {kind: boolean},
	"aws:sourceaccount":          {kind: text},
	"aws:sourcearn":              {kind: arn},
	"aws:sourceip":               {kind: address}, // absent where the request comes by a VPC endpoint
	"events:managedby":           {kind: text},
	"kms:viaservice":             {kind: text},
	"s3:authtype":                {kind: text}, // REST-HEADER, REST-QUERY-STRING, POST
	"s3:existingobjecttag/":      {kind: text},
	"s3:if-none-match":           {kind: text},
	"s3:objectcreationoperation": {kind: boolean},
	"s3:requestobjecttagkeys":    {kind: text, many: true},
	"s3:signatureage":            {kind: number}, // milliseconds
	"s3:signatureversion":        {kind: text},   // AWS is version 2, AWS4-HMAC-SHA256 version 4
}

// lookUp finds a condition key. Of a family such as s3:ExistingObjectTag/<key> any member will do.
func lookUp(name string) (key, error) {
	name = strings.ToLower(name)
	found, ok := keys[name]
	if family, member, isFamily := strings.Cut(name, "/"); isFamily && member != "" {
		found, ok = keys[family+"/"]
	}
	if !ok {
		return key{}, fmt.Errorf("the condition key %s is not known here", name)
	}
	return found, nil
}

// valid complains of values that are not of their kind, so that none is taken for zero or for no match.
func valid(kind kind, values []string) error {
	for _, value := range values {
		var ok bool
		switch kind {
		case number:
			_, err := strconv.ParseFloat(value, 64)
			ok = err == nil
		case boolean:
			ok = value == "true" || value == "false"
		case address:
			_, errRange := netip.ParsePrefix(value)
			_, err := netip.ParseAddr(value)
			ok = err == nil || errRange == nil
		case arn:
			ok = strings.HasPrefix(value, "arn:") && strings.Count(value, ":") >= 5
		default:
			ok = value != ""
		}
		if !ok {
			return fmt.Errorf("%q is not a value of this key", value)
		}
	}
	return nil
}

// validPatterns complains of what can't be an ARN's pattern.
func validPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if strings.Count(pattern, ":") < 5 || strings.Contains(pattern, "${") {
			return fmt.Errorf("%q is no ARN, or has a policy variable, which is not known here", pattern)
		}
	}
	return nil
}

// normalized is the context under lower-case names, checked.
func (c Context) normalized() (Context, error) {
	lower := Context{}
	for name, values := range c {
		known, err := lookUp(name)
		if err == nil {
			err = valid(known.kind, values)
		}
		if err == nil && (len(values) == 0 || len(values) > 1 && !known.many) {
			err = fmt.Errorf("%d values", len(values))
		}
		if err != nil {
			return nil, fmt.Errorf("the request's %s: %w", name, err)
		}
		lower[strings.ToLower(name)] = values
	}
	return lower, nil
}
