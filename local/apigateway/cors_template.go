package apigateway

import (
	"fmt"
	"regexp"
	"strings"
)

// velocity is a parsed mapping template, in the part of the Velocity Template Language that CORS answers use:
//
//	#set($origin = $input.params().header.get("Origin"))        also $input.params("Origin")
//	#if($origin == "a" || $origin.matches("b.*")) … #else … #end
//	#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
//
// Text between directives is the body, which a CORS answer does not have. Anything else is an error at start.
type velocity []statement

// statement is a #set, or an #if with its branches.
type statement struct {
	target      string // of #set: a variable's name, or "context.responseOverride.header.NAME"
	value       expression
	condition   expression // of #if
	then, other velocity
}

// expression gives a string; a condition gives "true" or "".
type expression func(scope) string

type scope struct {
	header    func(name string) string // of the request, by its exact name
	variables map[string]string
}

const overridePrefix = "context.responseOverride.header."

// run gives the response headers that the template overrides.
func (v velocity) run(header func(string) string) map[string]string {
	s := scope{header, map[string]string{}}
	v.execute(s)
	overrides := map[string]string{}
	for name, value := range s.variables {
		if header, ok := strings.CutPrefix(name, overridePrefix); ok {
			overrides[header] = value
		}
	}
	return overrides
}

func (v velocity) execute(s scope) {
	for _, st := range v {
		switch {
		case st.condition == nil:
			s.variables[st.target] = st.value(s)
		case st.condition(s) != "":
			st.then.execute(s)
		default:
			st.other.execute(s)
		}
	}
}

// parser reads a template from left to right.
type parser struct{ rest string }

func parseVelocity(template string) (velocity, error) {
	p := &parser{template}
	program, end, err := p.block()
	if err == nil && end != "" {
		err = fmt.Errorf("%s without #if", end)
	}
	if err != nil {
		return nil, fmt.Errorf("mapping template: %w", err)
	}
	return program, nil
}

var directive = regexp.MustCompile(`^\s*#(set|if|else|end)\b`)

// block reads statements up to the template's end, or to the #else or #end that closes the block.
func (p *parser) block() (velocity, string, error) {
	var program velocity
	for strings.TrimSpace(p.rest) != "" {
		m := directive.FindStringSubmatch(p.rest)
		if m == nil {
			return nil, "", fmt.Errorf("the local run cannot render %q", strings.TrimSpace(p.rest))
		}
		p.rest = p.rest[len(m[0]):]
		var st statement
		var err error
		switch m[1] {
		case "set":
			st, err = p.set()
		case "if":
			st, err = p.branch()
		default:
			return program, "#" + m[1], nil
		}
		if err != nil {
			return nil, "", err
		}
		program = append(program, st)
	}
	return program, "", nil
}

var assignment = regexp.MustCompile(`^\s*\(\s*\$([\w.-]+)\s*=`)

func (p *parser) set() (statement, error) {
	m := assignment.FindStringSubmatch(p.rest)
	if m == nil {
		return statement{}, fmt.Errorf("#set has no variable: %q", p.rest)
	}
	if strings.Contains(m[1], ".") && !strings.HasPrefix(m[1], overridePrefix) {
		return statement{}, fmt.Errorf("the local run cannot set $%s", m[1])
	}
	p.rest = p.rest[len(m[0]):]
	value, err := p.or()
	if err != nil {
		return statement{}, err
	}
	return statement{target: m[1], value: value}, p.expect(")")
}

func (p *parser) branch() (st statement, err error) {
	if err = p.expect("("); err != nil {
		return st, err
	}
	if st.condition, err = p.or(); err != nil {
		return st, err
	}
	if err = p.expect(")"); err != nil {
		return st, err
	}
	var end string
	if st.then, end, err = p.block(); err == nil && end == "#else" {
		st.other, end, err = p.block()
	}
	if err == nil && end != "#end" {
		err = fmt.Errorf("#if without #end")
	}
	return st, err
}

func (p *parser) or() (expression, error) {
	left, err := p.comparison()
	for err == nil && p.accept("||") {
		var right expression
		first := left
		right, err = p.comparison()
		left = func(s scope) string { return truth(first(s) != "" || right(s) != "") }
	}
	return left, err
}

func (p *parser) comparison() (expression, error) {
	left, err := p.operand()
	if err != nil || !p.accept("==") {
		return left, err
	}
	right, err := p.operand()
	return func(s scope) string { return truth(left(s) == right(s)) }, err
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return ""
}

var (
	text      = regexp.MustCompile(`^\s*(?:"([^"$]*)"|'([^']*)')`)
	parameter = regexp.MustCompile(`^\s*\$input\.params\(\)\.header\.get\(["']([\w-]+)["']\)|^\s*\$input\.params\(["']([\w-]+)["']\)`)
	variable  = regexp.MustCompile(`^\s*\$(\w+)`)
	matches   = regexp.MustCompile(`^\.matches\("([^"]*)"\)`)
)

// operand reads a string, a request header, or a variable, and a .matches(…) behind it.
func (p *parser) operand() (expression, error) {
	var value expression
	switch {
	case text.MatchString(p.rest):
		m := p.take(text)
		literal := m[1] + m[2]
		value = func(scope) string { return literal }
	case parameter.MatchString(p.rest):
		m := p.take(parameter)
		header := m[1] + m[2]
		value = func(s scope) string { return s.header(header) }
	case variable.MatchString(p.rest):
		name := p.take(variable)[1]
		value = func(s scope) string { return s.variables[name] }
	default:
		return nil, fmt.Errorf("the local run cannot evaluate %q", strings.TrimSpace(p.rest))
	}
	if !matches.MatchString(p.rest) {
		return value, nil
	}
	pattern, err := regexp.Compile("^(?:" + p.take(matches)[1] + ")$") // Java's matches is of the whole string
	if err != nil {
		return nil, err
	}
	return func(s scope) string { return truth(pattern.MatchString(value(s))) }, nil
}

func (p *parser) take(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(p.rest)
	p.rest = p.rest[len(m[0]):]
	return m
}

func (p *parser) accept(token string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " \t\r\n"), token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) expect(token string) error {
	if !p.accept(token) {
		return fmt.Errorf("%q expected at %q", token, p.rest)
	}
	return nil
}
