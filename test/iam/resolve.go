package iam

import (
	"encoding/json"
	"fmt"
	"strings"
)

// pseudo are CloudFormation's own parameters ("Pseudo parameters reference").
var pseudo = map[string]string{
	"AWS::AccountId": AccountID,
	"AWS::Region":    Region,
	"AWS::Partition": "aws",
	"AWS::URLSuffix": "amazonaws.com",
}

// resolve is the value with its references replaced by what they would be once deployed.
func (a *Account) resolve(raw json.RawMessage) (any, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	return a.replace(value)
}

func (a *Account) replace(value any) (any, error) {
	switch value := value.(type) {
	case []any:
		replaced := make([]any, len(value))
		for i, inner := range value {
			var err error
			if replaced[i], err = a.replace(inner); err != nil {
				return nil, err
			}
		}
		return replaced, nil
	case map[string]any:
		if len(value) == 1 {
			for function, argument := range value {
				if function == "Ref" || strings.HasPrefix(function, "Fn::") {
					return a.call(function, argument)
				}
			}
		}
		replaced := map[string]any{}
		for name, inner := range value {
			var err error
			if replaced[name], err = a.replace(inner); err != nil {
				return nil, err
			}
		}
		return replaced, nil
	}
	return value, nil
}

// call is the value of one of CloudFormation's functions.
func (a *Account) call(function string, argument any) (any, error) {
	name, _ := argument.(string)
	list, _ := argument.([]any)
	switch {
	case function == "Ref" && pseudo[name] != "":
		return pseudo[name], nil
	case function == "Ref" && a.resources[name].Type == "AWS::SNS::Topic":
		return a.arns[name], nil
	case function == "Ref" && a.arns[name] != "":
		return a.arns[name][strings.LastIndexAny(a.arns[name], ":/")+1:], nil
	case function == "Fn::GetAtt" && len(list) == 2 && list[1] == "Arn":
		if id, _ := list[0].(string); a.arns[id] != "" {
			return a.arns[id], nil
		}
	case function == "Fn::Join" && len(list) == 2:
		parts, err := a.replace(list[1])
		if err != nil {
			return nil, err
		}
		all, _ := parts.([]any)
		texts := make([]string, len(all))
		for i, part := range all {
			texts[i] = fmt.Sprint(part)
		}
		return strings.Join(texts, fmt.Sprint(list[0])), nil
	}
	return nil, fmt.Errorf("%s %v is not known here", function, argument)
}
