package config

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// variable is an environment variable that carries one setting.
type variable struct {
	name  string
	value value
	unset string // what the variable means if it isn't set or is empty

	// omitUnset leaves the variable out of the environment if its value is that of unset. A
	// variable that is added later has it, so that templates that don't use it stay as they are.
	omitUnset bool

	// unless, if it isn't nil, is a flag that leaves the setting out: it is neither written nor
	// read. The flag's own variable is before this one.
	unless *bool
}

func (v variable) leftOut() bool { return v.unless != nil && *v.unless }

// value is a setting, as it is written to and read from a variable.
type value interface {
	write() string
	// read stores what s stands for. The error is for a text that the setting's type can't hold.
	read(s string) error
	// problems returns what is wrong with the setting, each to be read after the variable's name.
	problems() []string
}

type variables []variable

func (vs variables) write() map[string]string {
	environment := make(map[string]string, len(vs))
	for _, v := range vs {
		if v.leftOut() {
			continue
		}
		if s := v.value.write(); !v.omitUnset || s != v.unset {
			environment[v.name] = s
		}
	}
	return environment
}

func (vs variables) read(getenv func(string) string) error {
	var found []error
	for _, v := range vs {
		if v.leftOut() {
			continue
		}
		if err := v.value.read(cmp.Or(getenv(v.name), v.unset)); err != nil {
			found = append(found, fmt.Errorf("%s: %w", v.name, err))
		}
	}
	return errors.Join(append(found, vs.problems()...)...)
}

func (vs variables) problems() []error {
	var found []error
	for _, v := range vs {
		if v.leftOut() {
			continue
		}
		for _, problem := range v.value.problems() {
			found = append(found, errors.New(v.name+": "+problem))
		}
	}
	return found
}

// text is a string that must keep a rule.
type text struct {
	s    *string
	rule func(string) string
}

func (t text) write() string       { return *t.s }
func (t text) read(s string) error { *t.s = s; return nil }
func (t text) problems() []string  { return quoted(t.rule, *t.s) }

// optional makes a rule that also accepts an empty string.
func optional(rule func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return rule(s)
	}
}

// list is one or more strings, separated by commas, that must each keep a rule. Spaces around
// commas are ignored.
type list struct {
	values *[]string
	rule   func(string) string
}

func (l list) write() string { return strings.Join(*l.values, ",") }

func (l list) read(s string) error {
	*l.values = nil
	if s == "" {
		return nil
	}
	for element := range strings.SplitSeq(s, ",") {
		*l.values = append(*l.values, strings.TrimSpace(element))
	}
	return nil
}

func (l list) problems() []string {
	if len(*l.values) == 0 {
		return []string{"is empty: give one or more values, separated by commas"}
	}
	return quoted(l.rule, *l.values...)
}

// quoted returns the problems that a rule finds, each after the quoted value.
func quoted(rule func(string) string, values ...string) (found []string) {
	for _, value := range values {
		if problem := rule(value); problem != "" {
			found = append(found, strconv.Quote(value)+" "+problem)
		}
	}
	return found
}

// number is a whole number within bounds. A text that is not a number is read as -1, which no
// bounds include.
type number struct {
	n        *int64
	min, max int64
}

func (n number) write() string { return strconv.FormatInt(*n.n, 10) }

func (n number) read(s string) error {
	parsed, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		parsed = -1
	}
	*n.n = parsed
	return nil
}

func (n number) problems() []string {
	if *n.n < n.min || *n.n > n.max {
		return []string{fmt.Sprintf("must be a whole number from %d to %d", n.min, n.max)}
	}
	return nil
}

// seconds is a duration of whole seconds within bounds.
type seconds struct {
	d        *time.Duration
	min, max time.Duration
}

func (s seconds) write() string { return strconv.FormatInt(int64(*s.d/time.Second), 10) }

func (s seconds) read(text string) error {
	n := number{n: new(int64)}
	_ = n.read(text)
	if *n.n > int64(s.max/time.Second) {
		*n.n = -1 // a larger number could overflow into a valid duration
	}
	*s.d = time.Duration(*n.n) * time.Second
	return nil
}

func (s seconds) problems() []string {
	if *s.d < s.min || *s.d > s.max || *s.d%time.Second != 0 {
		return []string{fmt.Sprintf("must be a whole number from %d to %d", s.min/time.Second, s.max/time.Second)}
	}
	return nil
}

// flag is true or false.
type flag struct{ on *bool }

func (f flag) write() string { return strconv.FormatBool(*f.on) }

func (f flag) read(s string) error {
	switch s {
	case "true", "false":
		*f.on = s == "true"
		return nil
	}
	return fmt.Errorf("%q is neither true nor false", s)
}

func (f flag) problems() []string { return nil }
