package iam

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// condition is one operator with one key: `"StringEquals": {"s3:authType": ["POST"]}`.
type condition struct {
	key  string
	want []string
	test func(got, want string) bool

	negated  bool // StringNotEquals and the like: true unless a value matches, and so without the key too
	ifExists bool // …IfExists: true if the request lacks the key
	null     bool // Null: only looks at whether the request lacks the key
}

// operator is a condition operator: the kinds of key that it accepts, and how it compares one
// value.
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
	"StringLike":                {[]kind{text, arn}, false, func(got, want string) bool { return matchPattern(want, got) }},
	"StringNotLike":             {[]kind{text, arn}, true, func(got, want string) bool { return matchPattern(want, got) }},
	"Bool":                      {[]kind{boolean}, false, strings.EqualFold},
	"NumericEquals":             {[]kind{number}, false, numeric(func(got, want float64) bool { return got == want })},
	"NumericNotEquals":          {[]kind{number}, true, numeric(func(got, want float64) bool { return got == want })},
	"NumericLessThan":           {[]kind{number}, false, numeric(func(got, want float64) bool { return got < want })},
	"NumericLessThanEquals":     {[]kind{number}, false, numeric(func(got, want float64) bool { return got <= want })},
	"NumericGreaterThan":        {[]kind{number}, false, numeric(func(got, want float64) bool { return got > want })},
	"NumericGreaterThanEquals":  {[]kind{number}, false, numeric(func(got, want float64) bool { return got >= want })},
	"IpAddress":                 {[]kind{address}, false, inRange},
	"NotIpAddress":              {[]kind{address}, true, inRange},
	// ArnEquals and ArnLike do the same.
	"ArnEquals":    {[]kind{arn}, false, func(got, want string) bool { return matchARN(want, got) }},
	"ArnLike":      {[]kind{arn}, false, func(got, want string) bool { return matchARN(want, got) }},
	"ArnNotEquals": {[]kind{arn}, true, func(got, want string) bool { return matchARN(want, got) }},
	"ArnNotLike":   {[]kind{arn}, true, func(got, want string) bool { return matchARN(want, got) }},
}

func numeric(holds func(got, want float64) bool) func(got, want string) bool {
	return func(got, want string) bool {
		g, _ := strconv.ParseFloat(got, 64) // checkValues has found both to be numbers
		w, _ := strconv.ParseFloat(want, 64)
		return holds(g, w)
	}
}

func inRange(got, want string) bool {
	ip, _ := netip.ParseAddr(got) // checkValues has found both to be addresses or ranges
	network, err := netip.ParsePrefix(want)
	if err != nil {
		single, _ := netip.ParseAddr(want)
		return single == ip
	}
	return network.Contains(ip)
}

func parseConditions(raw map[string]map[string]stringOrList) ([]condition, error) {
	var all []condition
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		for _, key := range slices.Sorted(maps.Keys(raw[name])) {
			c, err := parseCondition(name, key, raw[name][key])
			if err != nil {
				return nil, fmt.Errorf("condition %s of %s: %w", name, key, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func parseCondition(name, key string, want []string) (condition, error) {
	c := condition{key: strings.ToLower(key), want: want}
	known, err := lookUp(key)
	if err != nil {
		return c, err
	}
	if len(want) == 0 {
		return c, errors.New("it has no value")
	}
	if name == "Null" {
		c.null = true
		return c, checkValues(boolean, want)
	}
	name, forAnyValue := strings.CutPrefix(name, "ForAnyValue:")
	name, c.ifExists = strings.CutSuffix(name, "IfExists")
	operator, found := operators[name]
	if !found {
		return c, errors.New("the operator is not supported")
	}
	if !slices.Contains(operator.kinds, known.kind) {
		return c, errors.New("the operator is not for this kind of key")
	}
	// A key with several values needs a set operator, and a key with one value must not have one:
	// it could then be true of a request without the key ("Single-valued vs. multivalued context
	// keys").
	if forAnyValue != known.many || forAnyValue && operator.negated {
		return c, errors.New("ForAnyValue is for keys with several values only, and is required for them; its negations are not supported")
	}
	c.negated, c.test = operator.negated, operator.test
	if strings.HasPrefix(name, "String") {
		return c, checkTextPatterns(want)
	}
	if strings.HasPrefix(name, "Arn") {
		return c, checkARNPatterns(want)
	}
	return c, checkValues(known.kind, want)
}

// holds reports whether the condition is true of a request that has these values of its key.
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

// allHold reports whether all conditions are true of a normalized context.
func allHold(conditions []condition, context Context) bool {
	return !slices.ContainsFunc(conditions, func(c condition) bool { return !c.holds(context[c.key]) })
}
