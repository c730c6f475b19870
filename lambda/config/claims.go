package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"signpost/lambda/ascii"
)

// RequiredClaims are claims that a token must have, by name. Each has the values of which the token
// must have one: as the claim itself, as an element of a list, or, in the claims scope and scp, as
// one of the words of a text.
//
//	RequiredClaims{"groups": {"editors", "admins"}, "email_verified": {"true"}}
//
// RFC 8693 ("OAuth 2.0 Token Exchange", 4.2) defines scope as words with spaces between them.
// Microsoft Entra ID calls that scp ("Access token claims reference", Microsoft identity platform),
// and Okta has a list in it.
type RequiredClaims map[string][]string

// GroupsClaim is the claim with the groups that a user of a Cognito user pool is in ("Understanding
// user pool JSON web tokens", Amazon Cognito Developer Guide).
const GroupsClaim = "cognito:groups"

// InGroup returns what a token must have of a caller who is in a Cognito group: nothing if the
// group is "".
func InGroup(group string) RequiredClaims {
	if group == "" {
		return nil
	}
	return RequiredClaims{GroupsClaim: {group}}
}

// ClaimsOfKinds returns the claims that any of the kinds requires, each with every value that one
// of them names. A kind's group is among those of [GroupsClaim].
func ClaimsOfKinds(kinds []Kind) RequiredClaims {
	all := RequiredClaims{}
	for _, k := range kinds {
		for _, required := range []RequiredClaims{InGroup(k.RequiredGroup), k.RequiredClaims} {
			for name, values := range required {
				for _, value := range values {
					if !slices.Contains(all[name], value) {
						all[name] = append(all[name], value)
					}
				}
			}
		}
	}
	return all
}

// Limits of required claims. OpenID Connect has none; these keep the claims within a function's
// environment.
const (
	MaxClaimName   = 128
	MaxClaimValue  = 256
	MaxClaimValues = 20
)

// ClaimNameProblem returns what is wrong with the name of a claim, to be read after the quoted
// value; "" means that it is valid. Auth0 has names that are URLs ("Create Custom Claims", Auth0
// Docs), and Cognito has colons in them.
func ClaimNameProblem(s string) string {
	if s == "" || len(s) > MaxClaimName || !ascii.ConsistsOf(s, ascii.Alphanumeric+"_-.:/@#") {
		return fmt.Sprintf("is not a claim's name: give 1 to %d letters, digits and _-.:/@#", MaxClaimName)
	}
	return ""
}

// claimValueProblem returns what is wrong with the value of a required claim, to be read after the
// quoted value. A Cognito authorizer joins the elements of a list by commas, so a value with one
// could be two.
func claimValueProblem(claim, s string) string {
	switch {
	case s == "" || len(s) > MaxClaimValue || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Sprintf("is not a value that can be required: give 1 to %d bytes of text without control characters", MaxClaimValue)
	case isWords(claim) && strings.Contains(s, " "):
		return "has a space: " + claim + " is a list of words, so give them as separate values"
	case strings.Contains(s, ","):
		return "has a comma: API Gateway joins the values of a Cognito token's list by commas, so it could be two values; name one without"
	}
	return ""
}

// Problems returns what is wrong with required claims, each to be read after their field's name.
func (cs RequiredClaims) Problems() (found []string) {
	for _, name := range slices.Sorted(maps.Keys(cs)) {
		if problem := ClaimNameProblem(name); problem != "" {
			found = append(found, fmt.Sprintf("%q %s", name, problem))
		}
		values := cs[name]
		if len(values) == 0 || len(values) > MaxClaimValues {
			found = append(found, fmt.Sprintf("%q has %d values: give the values of which a token must have one, at most %d", name, len(values), MaxClaimValues))
		}
		for i, value := range values {
			if problem := claimValueProblem(name, value); problem != "" {
				found = append(found, fmt.Sprintf("%q: %q %s", name, value, problem))
			} else if slices.Contains(values[:i], value) {
				found = append(found, fmt.Sprintf("%q: %q is given twice", name, value))
			}
		}
	}
	return found
}

// Missing returns the first of the required claims, by name, that a token's claims don't satisfy,
// "" if they satisfy all.
func (cs RequiredClaims) Missing(claims map[string]any) string {
	for _, name := range slices.Sorted(maps.Keys(cs)) {
		if len(cs.matching(name, claims)) == 0 {
			return name
		}
	}
	return ""
}

// Matching returns what of the required claims a token has: for each claim, the required values
// that are among its own. It leaves out all else that a token says.
func (cs RequiredClaims) Matching(claims map[string]any) map[string]any {
	found := map[string]any{}
	for name := range cs {
		if values := cs.matching(name, claims); len(values) > 0 {
			found[name] = values
		}
	}
	return found
}

func (cs RequiredClaims) matching(name string, claims map[string]any) (found []any) {
	has := claimValues(name, claims[name])
	for _, value := range cs[name] {
		if slices.Contains(has, value) {
			found = append(found, value)
		}
	}
	return found
}

// isWords reports the claims whose text is a list of words.
func isWords(claim string) bool { return claim == "scope" || claim == "scp" }

// claimValues returns the values of a claim as texts. A claim that is an object has none.
func claimValues(name string, claim any) (values []string) {
	switch v := claim.(type) {
	case string:
		if isWords(name) {
			return strings.Fields(v)
		}
		return []string{v}
	case bool, float64:
		return []string{fmt.Sprint(v)}
	case []any:
		for _, element := range v {
			if s, ok := element.(string); ok {
				values = append(values, s)
			}
		}
	}
	return values
}
