package cfn

import (
	"fmt"
	"regexp"
	"strings"
)

// Resolve returns a copy of value in which every intrinsic function is replaced by its result.
// reference returns the value of a reference, as Template.Reference does.
func Resolve(value any, reference func(name string) (string, bool)) (any, error) {
	if reference == nil {
		reference = func(string) (string, bool) { return "", false }
	}
	return resolver(reference).resolve(value)
}

type resolver func(name string) (string, bool)

func (r resolver) resolve(value any) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		if function, argument, ok := intrinsic(value); ok {
			return r.call(function, argument)
		}
		resolved := make(map[string]any, len(value))
		for name, inner := range value {
			var err error
			if resolved[name], err = r.resolve(inner); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		return resolved, nil
	case []any:
		resolved := make([]any, len(value))
		for i, inner := range value {
			var err error
			if resolved[i], err = r.resolve(inner); err != nil {
				return nil, err
			}
		}
		return resolved, nil
	}
	return value, nil
}

// intrinsic reports whether an object calls an intrinsic function: it has one key, "Ref" or
// "Fn::…".
func intrinsic(object map[string]any) (function string, argument any, ok bool) {
	if len(object) != 1 {
		return "", nil, false
	}
	for function, argument = range object {
	}
	return function, argument, function == "Ref" || strings.HasPrefix(function, "Fn::")
}

// call returns the result of the functions that synthesized resources use ("Intrinsic function
// reference", AWS CloudFormation User Guide).
func (r resolver) call(function string, argument any) (any, error) {
	text, isText := argument.(string)
	list, _ := argument.([]any)
	switch {
	case function == "Ref" && isText:
		return r.value(text)
	case function == "Fn::GetAtt" && len(list) == 2:
		return r.value(fmt.Sprintf("%v.%v", list[0], list[1]))
	case function == "Fn::Join" && len(list) == 2:
		return r.join(fmt.Sprint(list[0]), list[1])
	case function == "Fn::Sub" && isText && !strings.Contains(text, "${!"):
		return r.sub(text)
	}
	return nil, fmt.Errorf("the intrinsic function %s is not supported with the argument %v", function, argument)
}

func (r resolver) value(name string) (string, error) {
	value, known := r(name)
	if !known || name == "AWS::NoValue" {
		return "", fmt.Errorf("the reference to %s has no known value", name)
	}
	return value, nil
}

func (r resolver) join(delimiter string, list any) (string, error) {
	resolved, err := r.resolve(list)
	if err != nil {
		return "", err
	}
	items, ok := resolved.([]any)
	if !ok {
		return "", fmt.Errorf("Fn::Join takes a list, not %v", resolved)
	}
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = fmt.Sprint(item)
	}
	return strings.Join(texts, delimiter), nil
}

var subVariable = regexp.MustCompile(`\$\{[A-Za-z0-9:.]+\}`)

func (r resolver) sub(text string) (string, error) {
	var failed error
	result := subVariable.ReplaceAllStringFunc(text, func(variable string) string {
		value, err := r.value(variable[2 : len(variable)-1])
		if err != nil {
			failed = err
		}
		return value
	})
	return result, failed
}
