package main

import (
	"fmt"
	"os"

	"signpost/internal/cfn"
)

// names are the physical names and ARNs of the template's resources, by what refers to them: "Bucket" or "Bucket.Arn".
type names map[string]string

// accountID is the account that the stack pretends to be in.
const accountID = "000000000000"

// loadTemplate reads a synthesized template. Its references resolve to what names holds at that time. A resource without
// a name resolves to its own logical id ("Api" or "Function.Arn"), so that references between resources can be
// followed without inventing names.
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
	template.Reference = func(name string) (string, bool) {
		if value, ok := n[name]; ok {
			return value, true
		}
		return name, true
	}
	return template, n, nil
}
