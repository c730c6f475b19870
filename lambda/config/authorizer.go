package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Authorizer holds the settings of the function that verifies tokens for API Gateway.
type Authorizer struct {
	Issuers []Issuer // whose tokens are accepted, each URL once

	// KindClaims are the claims that kinds require. The authorizer hands over which of them a token
	// has, and the function decides.
	KindClaims RequiredClaims
}

// Validate reports every invalid setting, one on each line, as "VARIABLE: problem".
func (a Authorizer) Validate() error { return errors.Join(a.variables().problems()...) }

// Environment returns the function's environment variables. It doesn't validate them.
func (a Authorizer) Environment() map[string]string { return a.variables().write() }

// AuthorizerFromEnvironment reads the environment of the function that verifies tokens. The error
// lists every problem, one on each line, as "VARIABLE: problem". KIND_CLAIMS is set only if a kind
// requires one.
func AuthorizerFromEnvironment(getenv func(string) string) (Authorizer, error) {
	var a Authorizer
	if err := a.variables().read(getenv); err != nil {
		return Authorizer{}, err
	}
	return a, nil
}

func (a *Authorizer) variables() variables {
	return variables{
		{name: "ISSUERS", value: issuers{&a.Issuers}},
		{name: "KIND_CLAIMS", value: claims{&a.KindClaims}, omitUnset: true},
	}
}

// issuers is a list of issuers in JSON.
type issuers struct{ list *[]Issuer }

// issuerJSON is how an issuer is written. The names are short, since the environment of a function
// has 4 KB ("Lambda quotas", AWS Lambda Developer Guide).
type issuerJSON struct {
	URL            string         `json:"url"`
	Audiences      []string       `json:"aud"`
	Algorithms     []string       `json:"alg"`
	RequiredClaims RequiredClaims `json:"claims,omitempty"`
	OwnerClaim     string         `json:"owner,omitempty"`
	TokenUse       string         `json:"use,omitempty"`
}

func (is issuers) write() string {
	written := make([]issuerJSON, len(*is.list))
	for i, issuer := range *is.list {
		written[i] = issuerJSON(issuer)
	}
	return compactJSON(written)
}

func (is issuers) read(s string) error {
	*is.list = nil
	if s == "" {
		return nil
	}
	var read []issuerJSON
	if err := readJSON(s, &read); err != nil {
		return fmt.Errorf("is not a list of issuers in JSON: %w", err)
	}
	for _, issuer := range read {
		*is.list = append(*is.list, Issuer(issuer))
	}
	return nil
}

func (is issuers) problems() (found []string) {
	if len(*is.list) == 0 || len(*is.list) > MaxIssuers {
		found = append(found, fmt.Sprintf("has %d issuers: give 1 to %d", len(*is.list), MaxIssuers))
	}
	seen := map[string]bool{}
	for _, issuer := range *is.list {
		if seen[issuer.URL] {
			found = append(found, fmt.Sprintf("%q is given twice", issuer.URL))
		}
		seen[issuer.URL] = true
		for _, problem := range issuer.problems() {
			found = append(found, fmt.Sprintf("%q %s", issuer.URL, problem))
		}
	}
	return found
}

// claims are required claims in JSON, "" if there are none.
type claims struct{ of *RequiredClaims }

func (c claims) write() string {
	if len(*c.of) == 0 {
		return ""
	}
	return compactJSON(*c.of)
}

func (c claims) read(s string) error {
	*c.of = nil
	if s == "" {
		return nil
	}
	if err := readJSON(s, c.of); err != nil {
		return fmt.Errorf("is not an object of claims in JSON: %w", err)
	}
	return nil
}

// problems sets no limit to the values of a claim: they are those of all kinds together.
func (c claims) problems() []string { return c.of.problems(math.MaxInt) }

// compactJSON writes a value as JSON. It leaves & < > as they are, which would take six bytes each.
func compactJSON(v any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // strings, numbers, lists and maps of them can always be written
	return strings.TrimSpace(text.String())
}

// readJSON reads one JSON value, and nothing after it. A field that v doesn't have is an error.
func readJSON(s string, v any) error {
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}
