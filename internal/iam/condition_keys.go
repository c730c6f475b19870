package iam

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Context holds the condition keys of a request: most have one value, some have several. Names are
// case-insensitive.
type Context map[string][]string

// kind is the type of a condition key's values.
type kind int

const (
	text kind = iota
	number
	boolean
	address // an IP address in a request, an address or a range in a policy
	arn
)

// key describes a condition key.
type key struct {
	kind  kind
	many  bool // a request can have several values
	empty bool // a value can be any text, even none
}

// keys are the supported condition keys, by their names in lower case: of "AWS global condition
// context keys" (AWS IAM User Guide) and of each service's page in the Service Authorization
// Reference, those that a policy of this project uses and those that a request of the tests or of
// the local S3 carries.
var keys = map[string]key{
	"aws:principalaccount":       {kind: text},
	"aws:principalarn":           {kind: arn}, // of a role's session it is the role's; an anonymous request has none
	"aws:principalisawsservice":  {kind: boolean},
	"aws:securetransport":        {kind: boolean},
	"aws:sourceaccount":          {kind: text},
	"aws:sourcearn":              {kind: arn},
	"aws:sourceip":               {kind: address}, // missing if the request comes through a VPC endpoint
	"events:managedby":           {kind: text},
	"kms:viaservice":             {kind: text},
	"s3:authtype":                {kind: text}, // REST-HEADER, REST-QUERY-STRING, POST
	"s3:delimiter":               {kind: text, empty: true},
	"s3:existingobjecttag/":      {kind: text, empty: true},
	"s3:if-match":                {kind: text},
	"s3:if-none-match":           {kind: text},
	"s3:max-keys":                {kind: number},
	"s3:objectcreationoperation": {kind: boolean},
	"s3:prefix":                  {kind: text, empty: true}, // of a listing
	"s3:requestobjecttagkeys":    {kind: text, many: true},
	"s3:signatureage":            {kind: number}, // milliseconds
	"s3:signatureversion":        {kind: text},   // AWS is version 2, AWS4-HMAC-SHA256 version 4
	"s3:x-amz-content-sha256":    {kind: text},
}

// lookUp finds a condition key. A family such as s3:ExistingObjectTag/<key> has any member.
func lookUp(name string) (key, error) {
	name = strings.ToLower(name)
	found, ok := keys[name]
	if family, member, isFamily := strings.Cut(name, "/"); isFamily && member != "" {
		found, ok = keys[family+"/"]
	}
	if !ok {
		return key{}, fmt.Errorf("the condition key %s is not supported", name)
	}
	return found, nil
}

// checkValues refuses values that are not of their kind: they would count as zero, or never match.
func checkValues(kind kind, values []string) error {
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

// checkTextPatterns refuses policy variables. Any other text can be a pattern.
func checkTextPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if strings.Contains(pattern, "${") {
			return fmt.Errorf("%q has a policy variable, which is not supported", pattern)
		}
	}
	return nil
}

// checkARNPatterns refuses what can't be the pattern of an ARN.
func checkARNPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if strings.Count(pattern, ":") < 5 || strings.Contains(pattern, "${") {
			return fmt.Errorf("%q is not an ARN, or has a policy variable, which is not supported", pattern)
		}
	}
	return nil
}

// normalize returns the context with names in lower case. It refuses unknown keys and wrong values.
func (c Context) normalize() (Context, error) {
	normalized := Context{}
	for name, values := range c {
		known, err := lookUp(name)
		if err == nil && !known.empty {
			err = checkValues(known.kind, values)
		}
		if err == nil && (len(values) == 0 || len(values) > 1 && !known.many) {
			err = fmt.Errorf("it has %d values", len(values))
		}
		if err != nil {
			return nil, fmt.Errorf("the request's %s: %w", name, err)
		}
		normalized[strings.ToLower(name)] = values
	}
	return normalized, nil
}
