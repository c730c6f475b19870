package uploads

import (
	"fmt"
	"strings"
)

// PropsError lists everything that is wrong with some Props, in the order of the fields.
type PropsError struct{ Problems []Problem }

// Problem is one thing that is wrong with the props.
type Problem struct {
	Field   string // the path of the Go field: "AllowedOrigins", "Alarms.TopicARN"
	Message string // what is wrong and what would be right, on one line
}

// Error is one line for each problem: "AllowedOrigins: …".
func (e *PropsError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.Field + ": " + problem.Message
	}
	return strings.Join(lines, "\n")
}

// collect runs the checks and returns what they add, as a [*PropsError], or nil.
func collect(checks func(problems)) error {
	var list []Problem
	checks(problems{list: &list})
	if len(list) == 0 {
		return nil
	}
	return &PropsError{list}
}

// problems collects what is wrong with the fields of Props, or of one of its nested types.
type problems struct {
	list *[]Problem
	path string // the path of the nested type, "Alarms."; empty for Props itself
}

// in returns a collector for the fields of a nested type. What it adds goes into the same list.
func (p problems) in(field string) problems { return problems{p.list, p.path + field + "."} }

// add adds a problem with a field.
func (p problems) add(field, format string, args ...any) {
	*p.list = append(*p.list, Problem{p.path + field, fmt.Sprintf(format, args...)})
}

// notBoth adds a problem if both of two fields are given that exclude each other.
func (p problems) notBoth(one string, hasOne bool, other string, hasOther bool) {
	if hasOne && hasOther {
		p.add(other, "is given, and so is %s%s: give only one of the two", p.path, one)
	}
}
