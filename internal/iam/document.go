package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Document is a policy, of an identity or of a resource.
type Document struct{ statements []statement }

// statement is one statement of a policy. Of a pair such as Action and NotAction one is empty.
type statement struct {
	sid                    string
	deny                   bool
	principals             []principalPattern // empty in the policy of an identity
	actions, notActions    []string           // in lower case
	resources, notResource []string
	conditions             []condition
}

// oneOrMore is a JSON value that may stand alone or in a list.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(raw []byte) error {
	var many []json.RawMessage
	if err := json.Unmarshal(raw, &many); err != nil {
		many = []json.RawMessage{raw}
	}
	for _, raw := range many {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			if text = string(raw); strings.ContainsAny(text[:1], "{[n") {
				return fmt.Errorf("%s is neither text, number nor boolean", text)
			}
		}
		*o = append(*o, text)
	}
	return nil
}

// ParseIdentity reads a policy of an identity, or a permissions boundary.
func ParseIdentity(text []byte) (Document, error) { return parse(text, false) }

// ParseResource reads a policy of a resource: each statement must say whom it is about.
func ParseResource(text []byte) (Document, error) { return parse(text, true) }

func parse(text []byte, ofResource bool) (Document, error) {
	var raw struct {
		Version   string
		Id        string //lint:ignore ST1003 the element's name
		Statement json.RawMessage
	}
	if err := strict(text, &raw); err != nil {
		return Document{}, fmt.Errorf("policy: %w", err)
	}
	// The older version, and the one that is meant where none stands, knows no policy variables.
	if raw.Version != "2012-10-17" {
		return Document{}, fmt.Errorf("policy: the version is %q, want 2012-10-17", raw.Version)
	}
	var many []json.RawMessage
	if err := json.Unmarshal(raw.Statement, &many); err != nil {
		many = []json.RawMessage{raw.Statement}
	}
	if len(many) == 0 {
		return Document{}, fmt.Errorf("policy: it has no statement")
	}
	var document Document
	for i, text := range many {
		one, err := parseStatement(text, ofResource)
		if err != nil {
			return Document{}, fmt.Errorf("policy: statement %d %s: %w", i, one.sid, err)
		}
		document.statements = append(document.statements, one)
	}
	return document, nil
}

func parseStatement(text []byte, ofResource bool) (statement, error) {
	var raw struct {
		Sid, Effect                              string
		Principal, NotPrincipal                  json.RawMessage
		Action, NotAction, Resource, NotResource oneOrMore
		Condition                                map[string]map[string]oneOrMore
	}
	if err := strict(text, &raw); err != nil {
		return statement{}, err
	}
	one := statement{
		sid: raw.Sid, deny: raw.Effect == "Deny",
		actions: lower(raw.Action), notActions: lower(raw.NotAction),
		resources: raw.Resource, notResource: raw.NotResource,
	}
	if raw.NotPrincipal != nil {
		return one, fmt.Errorf("NotPrincipal is not known here: AWS itself advises a condition on aws:PrincipalArn")
	}
	if raw.Effect != "Allow" && raw.Effect != "Deny" {
		return one, fmt.Errorf("the effect is %q, want Allow or Deny", raw.Effect)
	}
	if (raw.Principal != nil) != ofResource {
		return one, fmt.Errorf("a Principal belongs into each policy of a resource, and into no other")
	}
	if ofResource {
		var err error
		if one.principals, err = parsePrincipals(raw.Principal); err != nil {
			return one, err
		}
	}
	if (len(raw.Action) == 0) == (len(raw.NotAction) == 0) || (len(raw.Resource) == 0) == (len(raw.NotResource) == 0) {
		return one, fmt.Errorf("want one of Action and NotAction, and one of Resource and NotResource")
	}
	for _, pattern := range slices.Concat(one.actions, one.notActions) {
		if service, _, found := strings.Cut(pattern, ":"); pattern != "*" && (!found || strings.ContainsAny(service, "*?")) {
			return one, fmt.Errorf("%q is no action", pattern)
		}
	}
	for _, pattern := range slices.Concat(one.resources, one.notResource) {
		if pattern != "*" && (!strings.HasPrefix(pattern, "arn:") || strings.Count(pattern, ":") < 5) || strings.Contains(pattern, "${") {
			return one, fmt.Errorf("%q is no ARN, or has a policy variable, which is not known here", pattern)
		}
	}
	var err error
	one.conditions, err = parseConditions(raw.Condition)
	return one, err
}

// lower is names in the one case that they are compared in: "IAM JSON policy elements: Action".
func lower(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.ToLower(name)
	}
	return all
}

// strict decodes JSON and refuses what the target has no field for.
func strict(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(target)
}

// covers tells whether the statement is about the request, whoever makes it.
func (s statement) covers(request Request) bool {
	if !listed(request.Action, s.actions, s.notActions) || !listed(request.Resource, s.resources, s.notResource) {
		return false
	}
	return holdAll(s.conditions, request.Context)
}

// listed tells whether a name is in a list, or isn't in the list of all but.
func listed(name string, list, allBut []string) bool {
	in := func(pattern string) bool { return match(pattern, name) }
	if len(allBut) > 0 {
		return !slices.ContainsFunc(allBut, in)
	}
	return slices.ContainsFunc(list, in)
}
