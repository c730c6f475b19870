package authorizer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"signpost/lambda/ascii"
)

// maxToken is the longest token that is read, in bytes. API Gateway accepts no more of a request's
// line and headers together ("Quotas for configuring and running a REST API in API Gateway", Amazon
// API Gateway Developer Guide).
const maxToken = 10_240

// withoutScheme returns the token of a header Authorization, with or without "Bearer " before it,
// as the Cognito authorizer of API Gateway accepts both.
func withoutScheme(header string) string {
	token := strings.TrimSpace(header)
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(rest)
	}
	return token
}

// claimed is what a token says of itself. Nothing of it is verified.
type claimed struct{ issuer string }

// readToken reads a token without verifying it. It refuses what JSON Web Token libraries read in
// different ways, so that what is verified can't mean something else to anybody else who reads it.
func readToken(text string) (claimed, error) {
	parts := strings.Split(text, ".")
	switch {
	case text == "":
		return claimed{}, refusal("it is empty")
	case len(text) > maxToken:
		return claimed{}, refusal("it is longer than a request can be")
	case len(parts) != 3: // an encrypted token has five
		return claimed{}, refusal("it is not a signed token, of three parts")
	case !ascii.ConsistsOf(text, base64URL+"."): // Go's strict decoder skips line feeds, as others did (nearform/fast-jwt#606)
		return claimed{}, refusal("it is not base64url")
	}
	header, err := readPart(parts[0])
	if err != nil {
		return claimed{}, err
	}
	if err := checkHeader(header); err != nil {
		return claimed{}, err
	}
	claims, err := readPart(parts[1])
	if err != nil {
		return claimed{}, err
	}
	issuer, _ := claims["iss"].(string)
	return claimed{issuer}, nil
}

// checkHeader refuses a token that must not be read as what it seems to be.
//
// The other parameters that could mislead are ignored: jku, jwk, x5u and x5c offer a key, and a
// token's own key would make it its own judge ("JSON Web Token Best Current Practices", RFC 8725,
// 3.10).
func checkHeader(header map[string]any) error {
	if _, ok := header["crit"]; ok {
		// Whoever doesn't understand an extension that is listed there must refuse the token ("JSON
		// Web Signature", RFC 7515, 4.1.11). No issuer's tokens need one.
		return refusal("its header has crit, and no extension is understood")
	}
	if kid, ok := header["kid"]; ok {
		if _, isText := kid.(string); !isText {
			return refusal("its kid is not a text")
		}
	}
	if typ, ok := header["typ"]; ok && !slices.Contains(types, typeName(typ)) {
		return refusal("its typ is of another kind of token")
	}
	return nil
}

// types are the values of typ that ID tokens and access tokens have ("JSON Web Token", RFC 7519,
// 5.1; "JSON Web Token Profile for OAuth 2.0 Access Tokens", RFC 9068, 2.1). Others are of tokens
// that the same issuer signs for the same audience for other purposes, such as logout+jwt ("OpenID
// Connect Back-Channel Logout 1.0", 2.4; RFC 8725, 3.11 and 3.12).
var types = []string{"jwt", "at+jwt"}

// typeName returns a typ as it is compared: in lower case, and without "application/" (RFC 7515,
// 4.1.9).
func typeName(typ any) string {
	s, _ := typ.(string)
	return strings.TrimPrefix(strings.ToLower(s), "application/")
}

// base64URL are the characters of base64url without padding (RFC 7515, 2).
const base64URL = ascii.Alphanumeric + "-_"

var strictBase64 = base64.RawURLEncoding.Strict()

// readPart reads the JSON object of a token's header or claims. Go's decoder takes the last of two
// members with one name, and replaces what is not UTF-8. RFC 7519 (4) lets a reader refuse a name
// that is there twice, since another reader could take the first (jwtk/jjwt#877).
func readPart(part string) (map[string]any, error) {
	text, err := strictBase64.DecodeString(part)
	if err != nil {
		return nil, refusal("a part of it is not base64url")
	}
	if !utf8.Valid(text) {
		return nil, refusal("a part of it is not UTF-8")
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, refusal("a part of it is not a JSON object")
	}
	if err := checkNames(json.NewDecoder(bytes.NewReader(text))); err != nil {
		return nil, refusal("a part of it has a name twice")
	}
	return object, nil
}

// checkNames reads one JSON value, and refuses an object in it that has a name twice. How deep it
// goes is limited by the length of a token.
func checkNames(d *json.Decoder) error {
	opened, err := d.Token()
	if _, nests := opened.(json.Delim); err != nil || !nests {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		if opened == json.Delim('{') {
			token, err := d.Token()
			name, _ := token.(string)
			if err != nil || seen[name] {
				return errors.New("a name is there twice")
			}
			seen[name] = true
		}
		if err := checkNames(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
