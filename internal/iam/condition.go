package iam

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Context is what a request carries: condition key → values, most keys with just one. Names of keys
// are in any case.
type Context map[string][]string

// condition is one operator on one key: `"StringEquals": {"s3:authType": ["POST"]}`.
type condition struct {
	key  string
	want []string
	test func(got, want string) bool

	negated  bool // StringNotEquals and the like: holds unless a value matches, so also without the key
	ifExists bool // …IfExists: holds where the request lacks the key
	null     bool // Null: whether the request lacks the key is all that counts
}

// operator is a condition operator: the kinds of key it takes, and how it compares one value.
type operator struct {
	kinds   []kind
	negated bool
	test    func(got, want string) bool
}

// operators follow "IAM JSON policy elements: Condition operators" (AWS IAM User Guide).
var operators = map[string]operator{
	"StringEquals":              {[]kind{text, arn}, false, func(got, want string) bool { return got == want }},
	"StringNotEquals":           {[]kind{text, arn}, true, func(got, want string) bool { return got == want }},
	"StringEqualsIgnoreCase":    {[]kind{text, arn}, false, strings.EqualFold},
	"StringNotEqualsIgnoreCase": {[]kind{text, arn}, true, strings.EqualFold},
	"StringLike":                {[]kind{text, arn}, false, func(got, want string) bool { return match(want, got) }},
	"StringNotLike":             {[]kind{text, arn}, true, func(got, want string) bool { return match(want, got) }},
	"Bool":                      {[]kind{boolean}, false, strings.EqualFold},
	"NumericEquals":             {[]kind{number}, false, numeric(func(got, want float64) bool { return got == want })},
	"NumericNotEquals":          {[]kind{number}, true, numeric(func(got, want float64) bool { return got == want })},
	"NumericLessThan":           {[]kind{number}, false, numeric(func(got, want float64) bool { return got < want })},
	"NumericLessThanEquals":     {[]kind{number}, false, numeric(func(got, want float64) bool { return got <= want })},
	"NumericGreaterThan":        {[]kind{number}, false, numeric(func(got, want float64) bool { return got > want })},
	"NumericGreaterThanEquals":  {[]kind{number}, false, numeric(func(got, want float64) bool { return got >= want })},
	"IpAddress":                 {[]kind{address}, false, inRange},
	"NotIpAddress":              {[]kind{address}, true, inRange},
	// Of ARNs, Equals and Like are the same.
	"ArnEquals":    {[]kind{arn}, false, func(got, want string) bool { return matchARN(want, got) }},
	"ArnLike":      {[]kind{arn}, false, func(got, want string) bool { return matchARN(want, got) }},
	"ArnNotEquals": {[]kind{arn}, true, func(got, want string) bool { return matchARN(want, got) }},
	"ArnNotLike":   {[]kind{arn}, true, func(got, want string) bool { return matchARN(want, got) }},
}

func numeric(holds func(got, want float64) bool) func(got, want string) bool {
	return func(got, want string) bool {
		g, _ := strconv.ParseFloat(got, 64) // both were checked to be numbers
		w, _ := strconv.ParseFloat(want, 64)
		return holds(g, w)
	}
}

func inRange(got, want string) bool {
	ip, _ := netip.ParseAddr(got) // both were checked to be addresses
	network, err := netip.ParsePrefix(want)
	if err != nil {
		single, _ := netip.ParseAddr(want)
		return single == ip
	}
	return network.Contains(ip)
}

func parseConditions(raw map[string]map[string]oneOrMore) ([]condition, error) {
	var all []condition
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		for _, key := range slices.Sorted(maps.Keys(raw[name])) {
			one, err := parseCondition(name, key, raw[name][key])
			if err != nil {
				return nil, fmt.Errorf("condition %s of %s: %w", name, key, err)
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func parseCondition(name, key string, want []string) (condition, error) {
	one := condition{key: strings.ToLower(key), want: want}
	known, err := lookUp(key)
	if err != nil {
		return one, err
	}
	if len(want) == 0 {
		return one, fmt.Errorf("it names no value")
	}
	if name == "Null" {
		one.null = true
		return one, valid(boolean, want)
	}
	name, forAnyValue := strings.CutPrefix(name, "ForAnyValue:")
	name, one.ifExists = strings.CutSuffix(name, "IfExists")
	operator, found := operators[name]
	if !found {
		return one, fmt.Errorf("the operator is not known here")
	}
	if !slices.Contains(operator.kinds, known.kind) {
		return one, fmt.Errorf("the operator is not for this kind of key")
	}
	// Without a set operator a key of several values is AWS's to interpret, and with one a key of a
	// single value can be made to hold by leaving it out ("Single-valued vs. multivalued context keys").
	if forAnyValue != known.many || forAnyValue && operator.negated {
		return one, fmt.Errorf("ForAnyValue belongs to a key of several values, to it alone and without a negation")
	}
	one.negated, one.test = operator.negated, operator.test
	if strings.HasPrefix(name, "String") {
		return one, nil // patterns, which need not be values
	}
	if strings.HasPrefix(name, "Arn") {
		return one, validPatterns(want)
	}
	return one, valid(known.kind, want)
}

// holds tells whether the condition is true of a request.
func (c condition) holds(values []string) bool {
	if c.null {
		return slices.ContainsFunc(c.want, func(want string) bool { return strings.EqualFold(want, strconv.FormatBool(len(values) == 0)) })
	}
	if len(values) == 0 {
		return c.negated || c.ifExists
	}
	matched := slices.ContainsFunc(values, func(got string) bool {
		return slices.ContainsFunc(c.want, func(want string) bool { return c.test(got, want) })
	})
	return matched != c.negated
}

// holdAll tells whether all conditions are true of a request.
func holdAll(conditions []condition, context Context) bool {
	return !slices.ContainsFunc(conditions, func(one condition) bool { return !one.holds(context[one.key]) })
}
