package cloudformation

import (
	"fmt"
	"regexp"
	"strings"
)

// resolve replaces every intrinsic function in v by its value.
func (t *Template) resolve(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if name, arg, ok := intrinsic(v); ok {
			return t.call(name, arg)
		}
		resolved := make(map[string]any, len(v))
		for key, value := range v {
			r, err := t.resolve(value)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			resolved[key] = r
		}
		return resolved, nil
	case []any:
		resolved := make([]any, len(v))
		for i, value := range v {
			r, err := t.resolve(value)
			if err != nil {
				return nil, err
			}
			resolved[i] = r
		}
		return resolved, nil
	}
	return v, nil
}

// intrinsic tells whether a JSON object is a function call: one key, "Ref" or "Fn::…".
func intrinsic(m map[string]any) (name string, arg any, ok bool) {
	if len(m) != 1 {
		return "", nil, false
	}
	for name, arg = range m {
	}
	return name, arg, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

func (t *Template) call(name string, arg any) (any, error) {
	switch name {
	case "Ref":
		if id, ok := arg.(string); ok {
			return t.value(id), nil
		}
	case "Fn::GetAtt":
		if parts, ok := arg.([]any); ok && len(parts) == 2 {
			return t.value(fmt.Sprintf("%v.%v", parts[0], parts[1])), nil
		}
	case "Fn::Join":
		return t.join(arg)
	case "Fn::Sub":
		if text, ok := arg.(string); ok {
			return subVariable.ReplaceAllStringFunc(text, func(m string) string { return t.value(m[2 : len(m)-1]) }), nil
		}
	}
	return nil, fmt.Errorf("cloudformation: the local run cannot resolve %s %v", name, arg)
}

var subVariable = regexp.MustCompile(`\$\{[A-Za-z0-9:.]+\}`)

func (t *Template) value(name string) string {
	if v, ok := t.values[name]; ok {
		return v
	}
	return name
}

func (t *Template) join(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return nil, fmt.Errorf("cloudformation: Fn::Join takes a delimiter and a list, not %v", arg)
	}
	list, err := t.resolve(args[1])
	if err != nil {
		return nil, err
	}
	items, ok := list.([]any)
	if !ok {
		return nil, fmt.Errorf("cloudformation: Fn::Join takes a list, not %v", list)
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = fmt.Sprint(item)
	}
	return strings.Join(parts, fmt.Sprint(args[0])), nil
}
