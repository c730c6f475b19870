package webhook

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pattern is an event pattern: for each path, what its value may be. An event matches if every path
// does ("Creating Amazon EventBridge event patterns", Amazon EventBridge User Guide).
type pattern map[string][]allowed

// allowed is one value that a path may have: this text, or any text that begins with it.
type allowed struct {
	text     string
	isPrefix bool
}

// parsePattern reads a pattern of strings and prefixes.
func parsePattern(value any) (pattern, error) {
	parsed := pattern{}
	if err := parsed.add("$", value); err != nil {
		return nil, err
	}
	if len(parsed) == 0 {
		return nil, fmt.Errorf("the pattern is empty")
	}
	return parsed, nil
}

func (p pattern) add(path string, value any) error {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if strings.HasPrefix(name, "$") || strings.Contains(name, ".") {
				return fmt.Errorf("the field %q at %s of the pattern is not supported", name, path)
			}
			if err := p.add(path+"."+name, value[name]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for _, one := range value {
			this, err := parseAllowed(one)
			if err != nil {
				return fmt.Errorf("%s of the pattern: %w", path, err)
			}
			p[path] = append(p[path], this)
		}
		if len(value) > 0 {
			return nil
		}
	}
	return fmt.Errorf("%s of the pattern is %v, not an object or a list of values", path, value)
}

func parseAllowed(value any) (allowed, error) {
	if text, isText := value.(string); isText {
		return allowed{text: text}, nil
	}
	object, _ := value.(map[string]any)
	prefix, isText := object["prefix"].(string)
	if !isText || len(object) != 1 {
		return allowed{}, fmt.Errorf("the value %v is not supported, only strings and prefixes are", value)
	}
	return allowed{text: prefix, isPrefix: true}, nil
}

func (p pattern) matches(event Event) bool {
	for path, values := range p {
		value, _ := event.at(path)
		text, isText := value.(string)
		if !isText || !slices.ContainsFunc(values, func(a allowed) bool { return a.text == text || a.isPrefix && strings.HasPrefix(text, a.text) }) {
			return false
		}
	}
	return true
}
