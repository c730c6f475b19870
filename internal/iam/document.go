package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Document is a policy, of an identity or of a resource.
type Document struct{ Statements []Statement }

// Effect is what a statement does with the requests that it matches.
type Effect string

// The two effects.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Statement is one statement of a policy. Of a pair such as Actions and NotActions, one is empty.
type Statement struct {
	Sid                     string
	Effect                  Effect
	Principals              []PrincipalPattern // empty in an identity's policy
	Actions, NotActions     []string
	Resources, NotResources []string

	conditions []condition
}

// stringOrList is a JSON value that may stand alone or in a list.
type stringOrList []string

func (s *stringOrList) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		list = []json.RawMessage{raw}
	}
	for _, raw := range list {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			if text = string(raw); strings.ContainsAny(text[:1], "{[n") {
				return fmt.Errorf("%s is not a string, a number or a boolean", text)
			}
		}
		*s = append(*s, text)
	}
	return nil
}

// ParseIdentity reads a policy of an identity, or a permissions boundary.
func ParseIdentity(text []byte) (Document, error) { return parse(text, false) }

// ParseResource reads a policy of a resource: each of its statements must have a Principal.
func ParseResource(text []byte) (Document, error) { return parse(text, true) }

func parse(text []byte, ofResource bool) (Document, error) {
	var raw struct {
		Version   string
		Id        string //lint:ignore ST1003 the element's name
		Statement json.RawMessage
	}
	if err := decodeStrict(text, &raw); err != nil {
		return Document{}, fmt.Errorf("policy: %w", err)
	}
	// The older version, which is also the default, has no policy variables.
	if raw.Version != "2012-10-17" {
		return Document{}, fmt.Errorf("policy: the version is %q, want 2012-10-17", raw.Version)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw.Statement, &list); err != nil {
		list = []json.RawMessage{raw.Statement}
	}
	if len(list) == 0 {
		return Document{}, errors.New("policy: it has no statement")
	}
	var document Document
	for i, text := range list {
		statement, err := parseStatement(text, ofResource)
		if err != nil {
			return Document{}, fmt.Errorf("policy: statement %d %s: %w", i+1, statement.Sid, err)
		}
		document.Statements = append(document.Statements, statement)
	}
	return document, nil
}

func parseStatement(text []byte, ofResource bool) (Statement, error) {
	var raw struct {
		Sid                                      string
		Effect                                   Effect
		Principal, NotPrincipal                  json.RawMessage
		Action, NotAction, Resource, NotResource stringOrList
		Condition                                map[string]map[string]stringOrList
	}
	if err := decodeStrict(text, &raw); err != nil {
		return Statement{}, err
	}
	s := Statement{
		Sid: raw.Sid, Effect: raw.Effect, Actions: raw.Action, NotActions: raw.NotAction, Resources: raw.Resource, NotResources: raw.NotResource,
	}
	if raw.NotPrincipal != nil {
		return s, errors.New("NotPrincipal is not supported; AWS recommends a condition on aws:PrincipalArn instead")
	}
	if s.Effect != Allow && s.Effect != Deny {
		return s, fmt.Errorf("the effect is %q, want Allow or Deny", s.Effect)
	}
	if (raw.Principal != nil) != ofResource {
		return s, errors.New("every statement of a resource's policy has a Principal, and no other statement has one")
	}
	var err error
	if ofResource {
		if s.Principals, err = parsePrincipals(raw.Principal); err != nil {
			return s, err
		}
	}
	if err := s.checkPatterns(); err != nil {
		return s, err
	}
	s.conditions, err = parseConditions(raw.Condition)
	return s, err
}

// checkPatterns checks the patterns of actions and resources.
func (s Statement) checkPatterns() error {
	if (len(s.Actions) == 0) == (len(s.NotActions) == 0) || (len(s.Resources) == 0) == (len(s.NotResources) == 0) {
		return errors.New("want one of Action and NotAction, and one of Resource and NotResource")
	}
	for _, pattern := range slices.Concat(s.Actions, s.NotActions) {
		if service, _, found := strings.Cut(pattern, ":"); pattern != "*" && (!found || strings.ContainsAny(service, "*?")) {
			return fmt.Errorf("%q is not an action", pattern)
		}
	}
	for _, pattern := range slices.Concat(s.Resources, s.NotResources) {
		if pattern != "*" && (!strings.HasPrefix(pattern, "arn:") || strings.Count(pattern, ":") < 5) || strings.Contains(pattern, "${") {
			return fmt.Errorf("%q is not an ARN, or has a policy variable, which is not supported", pattern)
		}
	}
	return nil
}

// decodeStrict decodes JSON and refuses fields that the target doesn't have.
func decodeStrict(text []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(target)
}

// matches reports whether the statement applies to the request, whoever makes it. The request's
// context is normalized.
func (s Statement) matches(request Request) bool {
	return s.MatchesAction(request.Action) && listed(request.Resource, s.Resources, s.NotResources) && allHold(s.conditions, request.Context)
}

// MatchesAction reports whether the statement is about the action. Actions are case-insensitive
// ("IAM JSON policy elements: Action").
func (s Statement) MatchesAction(action string) bool {
	return listed(strings.ToLower(action), lower(s.Actions), lower(s.NotActions))
}

// ConditionsHold reports whether all conditions of the statement are true of the context.
func (s Statement) ConditionsHold(context Context) (bool, error) {
	normalized, err := context.normalize()
	return err == nil && allHold(s.conditions, normalized), err
}

// ConditionKeys returns the names of the condition keys that the statement looks at, in lower case.
func (s Statement) ConditionKeys() []string {
	keys := make([]string, len(s.conditions))
	for i, c := range s.conditions {
		keys[i] = c.key
	}
	return keys
}

// listed reports whether a name matches the list, or doesn't match the list of exceptions.
func listed(name string, list, exceptions []string) bool {
	matches := func(pattern string) bool { return matchPattern(pattern, name) }
	if len(exceptions) > 0 {
		return !slices.ContainsFunc(exceptions, matches)
	}
	return slices.ContainsFunc(list, matches)
}

func lower(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.ToLower(name)
	}
	return all
}
