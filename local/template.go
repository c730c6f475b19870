package main

import (
	"fmt"
	"os"

	"signpost/internal/cfn"
)

// names are the physical names and ARNs of the template's resources, by what refers to them:
// "Bucket" or "Bucket.Arn".
type names map[string]string

// accountID is the account that the stack pretends to be in.
const accountID = "000000000000"

// loadTemplate reads a synthesized template. Its references resolve to the names, which are added
// as resources are created. Until then, a reference resolves to itself ("Api" or "Function.Arn"),
// so that references between resources can be followed.
func loadTemplate(path, stackName string) (*cfn.Template, names, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	template, err := cfn.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	n := names(cfn.PseudoParameters(accountID, region, stackName))
	for _, role := range template.OfType("AWS::IAM::Role") {
		n[role.ID+".Arn"] = "arn:aws:iam::" + accountID + ":role/" + role.ID
	}
	template.Reference = func(name string) (string, bool) {
		if value, ok := n[name]; ok {
			return value, true
		}
		return name, true
	}
	return template, n, nil
}
