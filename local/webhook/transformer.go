package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// transformer writes the body of an event: a JSON object in which variables stand for values
// ("Amazon EventBridge input transformation", Amazon EventBridge User Guide).
type transformer struct {
	paths    map[string]string // by variable
	template string
}

// variable is a variable of a template: "<key>".
var variable = regexp.MustCompile(`<([^<>]*)>`)

// pathForm is dot notation. Array indices and wildcards are not supported.
var pathForm = regexp.MustCompile(`^\$(\.[A-Za-z0-9_-]+)+$`)

// newTransformer checks that the template is a JSON object, that it has each variable where a value
// can be, and that the variables are the ones with a path. EventBridge itself checks none of this.
func newTransformer(paths map[string]string, template string) (*transformer, error) {
	used := map[string]bool{}
	for _, found := range variable.FindAllStringSubmatch(template, -1) {
		if paths[found[1]] == "" {
			return nil, fmt.Errorf("the variable <%s> has no path", found[1])
		}
		used[found[1]] = true
	}
	for name, path := range paths {
		if !used[name] {
			return nil, fmt.Errorf("the template has no variable <%s>", name)
		}
		if !pathForm.MatchString(path) {
			return nil, fmt.Errorf("the path %s is not supported: only names and dots are", path)
		}
	}
	// A variable is replaced by null here. In a string, it would leave quotes around that.
	var object map[string]any
	if err := json.Unmarshal([]byte(variable.ReplaceAllString(template, "null")), &object); err != nil {
		return nil, fmt.Errorf("the template %s is not a JSON object: %w", template, err)
	}
	for name, value := range object {
		if text, isText := value.(string); isText && strings.Contains(text, "null") {
			return nil, fmt.Errorf("the variable of the field %q is in a string, which is not supported", name)
		}
	}
	return &transformer{paths: paths, template: template}, nil
}

// body writes the body of an event. A variable becomes the value as JSON: a string with its quotes,
// and a number without.
func (t *transformer) body(event Event) ([]byte, error) {
	var failed error
	written := variable.ReplaceAllStringFunc(t.template, func(name string) string {
		path := t.paths[strings.Trim(name, "<>")]
		value, there := event.at(path)
		if !there {
			failed = fmt.Errorf("the event has no %s", path)
		}
		return encode(value)
	})
	return []byte(written), failed
}

// encode is JSON, with <, > and & as they are.
func encode(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.Encode(value)
	return strings.TrimSuffix(out.String(), "\n")
}
