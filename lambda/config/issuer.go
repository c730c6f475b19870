package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"signpost/lambda/ascii"
)

// Issuer is whoever signs callers in, as their tokens name it: an OpenID Connect provider, or a
// Cognito user pool beside one.
type Issuer struct {
	// URL is the claim iss, byte for byte: "https://example.eu.auth0.com/". The issuer's keys are
	// found from it ("OpenID Connect Discovery 1.0", 4).
	URL string

	// Audiences are the values of which the claim aud must have one. For the access tokens of a
	// user pool, which have no aud, they are those of client_id.
	Audiences []string

	// Algorithms are the algorithms with which a token may be signed: "RS256".
	Algorithms []string

	// RequiredClaims are claims that each token must have.
	RequiredClaims RequiredClaims

	// OwnerClaim names the claim that says whose files a caller's are, such as an organisation's
	// id: "org_id". "" is the subject, so that each user has their own.
	OwnerClaim string

	// TokenUse is the kind of token that is accepted from a user pool: IDToken or AccessToken. It
	// is "" for every other issuer. The owner of a pool's files is the subject itself, as it is
	// without other issuers.
	TokenUse string
}

// Algorithms are those with which a token can be signed ("JSON Web Algorithms", RFC 7518, 3.1):
// with a private key, whose public half the issuer publishes. The others, HS256 to HS512 and none,
// would let anybody who knows that public half, or nothing at all, sign a token.
func Algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
}

// DefaultAlgorithm is the one that every OpenID Connect provider has ("OpenID Connect Discovery
// 1.0", 3: id_token_signing_alg_values_supported).
const DefaultAlgorithm = "RS256"

// Limits of issuers. OpenID Connect has none; these keep the issuers within a function's
// environment.
const (
	MaxIssuers   = 10
	MaxIssuerURL = 512
	MaxAudience  = 256
	MaxAudiences = 20
)

// IssuerProblem returns what is wrong with the URL of an issuer, to be read after the quoted value;
// "" means that it is valid. "OpenID Connect Core 1.0" (2) demands https, and neither query nor
// fragment. Plain http is for an issuer on this machine, which only a local run can reach.
func IssuerProblem(s string) string {
	const example = `"https://login.example.com/"`
	u, err := url.Parse(s)
	switch {
	case s == "":
		return "is empty: give the issuer's URL exactly as its tokens have it in iss, such as " + example
	case len(s) > MaxIssuerURL || !ascii.ConsistsOf(s, ascii.Visible) || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an issuer's URL: give it exactly as its tokens have it in iss, such as " + example
	case u.User != nil || strings.ContainsAny(s, "?#"):
		return "has a user name, a query or a fragment, which an issuer's URL can't have"
	case strings.ContainsAny(s, "{}"):
		return "has a placeholder: its tokens name one tenant, so give that tenant's URL"
	case strings.Contains(s, "/.well-known/"):
		return "is the address of the issuer's configuration: give the value of issuer that is in it"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "is plain http, over which anybody in between could give other keys: write https"
	}
	return ""
}

// ConfigurationURL is where the configuration of an issuer is: a slash at the end of its URL counts
// only once ("OpenID Connect Discovery 1.0", 4.1).
func ConfigurationURL(issuer string) string {
	return strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"
}

// AudiencesProblems returns what is wrong with the audiences of an issuer, each to be read after
// the issuer or the field.
func AudiencesProblems(audiences []string) (found []string) {
	if len(audiences) == 0 || len(audiences) > MaxAudiences {
		found = append(found, fmt.Sprintf("has %d audiences: give 1 to %d, of which a token must name one", len(audiences), MaxAudiences))
	}
	for i, audience := range audiences {
		if audience == "" || len(audience) > MaxAudience || !ascii.ConsistsOf(audience, ascii.Visible) {
			found = append(found, fmt.Sprintf("audience %q is not one: give 1 to %d visible ASCII characters", audience, MaxAudience))
		} else if slices.Contains(audiences[:i], audience) {
			found = append(found, fmt.Sprintf("audience %q is given twice", audience))
		}
	}
	return found
}

// AlgorithmsProblems returns what is wrong with the algorithms of an issuer, each to be read after
// the issuer or the field.
func AlgorithmsProblems(algorithms []string) (found []string) {
	if len(algorithms) == 0 {
		found = append(found, "has no algorithms: give those with which its tokens may be signed, such as "+DefaultAlgorithm)
	}
	for i, algorithm := range algorithms {
		if !slices.Contains(Algorithms(), algorithm) {
			found = append(found, fmt.Sprintf("algorithm %q is not one of %s", algorithm, strings.Join(Algorithms(), ", ")))
		} else if slices.Contains(algorithms[:i], algorithm) {
			found = append(found, fmt.Sprintf("algorithm %q is given twice", algorithm))
		}
	}
	return found
}

// problems returns what is wrong with an issuer, each to be read after the issuer's URL.
func (i Issuer) problems() (found []string) {
	if problem := IssuerProblem(i.URL); problem != "" {
		found = append(found, problem)
	}
	found = append(found, AudiencesProblems(i.Audiences)...)
	found = append(found, AlgorithmsProblems(i.Algorithms)...)
	for _, problem := range i.RequiredClaims.Problems() {
		found = append(found, "required claim "+problem)
	}
	if problem := ClaimNameProblem(i.OwnerClaim); i.OwnerClaim != "" && problem != "" {
		found = append(found, fmt.Sprintf("owner claim %q %s", i.OwnerClaim, problem))
	}
	if problem := tokenUseProblem(i.TokenUse); i.TokenUse != "" && problem != "" {
		found = append(found, fmt.Sprintf("token use %q %s", i.TokenUse, problem))
	}
	if i.TokenUse != "" && i.OwnerClaim != "" {
		found = append(found, "is a user pool with an owner claim: the owner of its files is the subject")
	}
	return found
}
