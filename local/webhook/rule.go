package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"signpost/internal/cfn"
)

// Rule is a rule of the template that calls an API destination.
type Rule struct {
	ID     string // its logical id
	Header string // the name of the header with the secret

	pattern     pattern
	transformer *transformer
	maxAge      time.Duration
	maxRetries  int
}

// Matches reports whether the rule is about the event.
func (r Rule) Matches(event Event) bool { return r.pattern.matches(event) }

// Body is what the rule posts about an event that it matches. An event without one of the fields is
// an error.
func (r Rule) Body(event Event) ([]byte, error) { return r.transformer.body(event) }

// ruleProperties are those of AWS::Events::Rule that are understood. Any other is an error.
type ruleProperties struct {
	Description  string
	EventPattern any
	Tags         any
	Targets      []struct {
		Id, Arn, RoleArn string
		DeadLetterConfig struct{ Arn string }
		InputTransformer struct {
			InputPathsMap map[string]string
			InputTemplate string
		}
		RetryPolicy struct{ MaximumEventAgeInSeconds, MaximumRetryAttempts int }
	}
}

// Rules reads the template's rules.
func Rules(template *cfn.Template) ([]Rule, error) {
	var rules []Rule
	for _, resource := range template.OfType("AWS::Events::Rule") {
		rule, err := readRule(template, resource)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", resource.ID, err)
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func readRule(template *cfn.Template, resource *cfn.Resource) (Rule, error) {
	var properties ruleProperties
	if err := decode(template, resource, &properties); err != nil {
		return Rule{}, err
	}
	if len(properties.Targets) != 1 {
		return Rule{}, fmt.Errorf("it has %d targets, not one", len(properties.Targets))
	}
	target := properties.Targets[0]
	header, err := headerOf(template, cfn.At(resource.Properties, "Targets", 0, "Arn"))
	if err != nil {
		return Rule{}, err
	}
	rule := Rule{
		ID: resource.ID, Header: header,
		maxAge: time.Duration(target.RetryPolicy.MaximumEventAgeInSeconds) * time.Second, maxRetries: target.RetryPolicy.MaximumRetryAttempts,
	}
	if rule.pattern, err = parsePattern(properties.EventPattern); err != nil {
		return Rule{}, err
	}
	rule.transformer, err = newTransformer(target.InputTransformer.InputPathsMap, target.InputTransformer.InputTemplate)
	return rule, err
}

// headerOf is the header's name in the connection of the API destination that arn refers to.
func headerOf(template *cfn.Template, arn any) (string, error) {
	destination := template.Resources[cfn.LogicalID(arn)]
	if destination == nil || destination.Type != "AWS::Events::ApiDestination" {
		return "", fmt.Errorf("its target %v is not an API destination of the template", arn)
	}
	connection := template.Resources[cfn.LogicalID(destination.Properties["ConnectionArn"])]
	if connection == nil {
		return "", fmt.Errorf("%s has no connection in the template", destination.ID)
	}
	name, _ := cfn.At(connection.Properties, "AuthParameters", "ApiKeyAuthParameters", "ApiKeyName").(string)
	if name == "" || connection.Properties["AuthorizationType"] != "API_KEY" {
		return "", fmt.Errorf("%s has no API key", connection.ID)
	}
	return name, nil
}

// decode is template.Decode, except that a property that nothing here reads is an error.
func decode(template *cfn.Template, resource *cfn.Resource, properties any) error {
	resolved, err := template.Resolve(resource.Properties)
	if err != nil {
		return err
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(properties)
}
