package authorizer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"signpost/lambda/config"
	"signpost/lambda/identity"
	"signpost/lambda/key"
)

// issuer is one issuer whose tokens are accepted.
type issuer struct {
	config.Issuer
	parser *jwt.Parser
	keys   *keys
}

func newIssuer(cfg config.Issuer, keys *keys, now func() time.Time) *issuer {
	rules := []jwt.ParserOption{
		jwt.WithValidMethods(cfg.Algorithms), // never what the token says alone (RFC 8725, 3.1)
		jwt.WithStrictDecoding(),
		jwt.WithIssuer(cfg.URL),
		jwt.WithExpirationRequired(), // RFC 9068 (2.2) and "OpenID Connect Core 1.0" (2) demand it
		jwt.WithIssuedAt(),           // not in the future
		jwt.WithLeeway(identity.Leeway),
		jwt.WithTimeFunc(now),
	}
	if cfg.TokenUse != config.AccessToken {
		rules = append(rules, jwt.WithAudience(cfg.Audiences...)) // one of them (RFC 7519, 4.1.3)
	}
	return &issuer{cfg, jwt.NewParser(rules...), keys}
}

// verify returns the claims of a token that the issuer has signed for this deployment. The error is
// a refusal unless the issuer's keys can't be had.
func (i *issuer) verify(ctx context.Context, text string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := i.parser.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) { return i.keys.forToken(ctx, t) })
	if err != nil {
		return nil, explain(err)
	}
	for _, check := range []func(jwt.MapClaims) error{checkDates, checkPurpose, i.checkPool, i.checkSubject} {
		if err := check(claims); err != nil {
			return nil, err
		}
	}
	return claims, nil
}

// explain returns why the library refuses a token. Its own words could hold some of the token.
func explain(err error) error {
	for _, known := range []struct {
		err error
		why refusal
	}{
		{jwt.ErrTokenMalformed, "it is malformed"},
		{jwt.ErrTokenExpired, "it has expired"},
		{jwt.ErrTokenNotValidYet, "its nbf is in the future"},
		{jwt.ErrTokenUsedBeforeIssued, "its iat is in the future"},
		{jwt.ErrTokenInvalidAudience, "its aud is not one of this deployment's audiences"},
		{jwt.ErrTokenRequiredClaimMissing, "it has no exp, or no aud"},
		{jwt.ErrInvalidType, "its aud, exp, nbf or iat is not of the right type"},
		{jwt.ErrTokenSignatureInvalid, "its signature is wrong, or its alg is not one of the issuer's"},
	} {
		if errors.Is(err, known.err) {
			return known.why
		}
	}
	// The rest is about the key: an alg that the library doesn't know, or what forToken answers.
	var why refusal
	var unavailable *unavailableError
	switch {
	case errors.As(err, &why):
		return why
	case errors.As(err, &unavailable):
		return unavailable
	}
	return refusal("its alg is not one of the issuer's")
}

// lastDate is the end of the year 9999, in seconds.
const lastDate = 253_402_300_799

// checkDates refuses dates that Go can't hold, which would otherwise become any other date.
func checkDates(claims jwt.MapClaims) error {
	for _, name := range []string{"exp", "nbf", "iat"} {
		if date, ok := claims[name].(float64); ok && (date < 0 || date > lastDate) {
			return refusal("its " + name + " is not a date")
		}
	}
	return nil
}

// checkPurpose refuses what an issuer signs besides ID tokens and access tokens for any bearer.
func checkPurpose(claims jwt.MapClaims) error {
	if _, ok := claims["events"]; ok {
		// "OpenID Connect Back-Channel Logout 1.0" (2.4); "Security Event Token", RFC 8417 (2.2).
		return refusal("it reports events, such as that somebody has signed out")
	}
	if _, ok := claims["cnf"]; ok {
		// Only the holder of a key may use it, which isn't proven here ("Proof-of-Possession Key
		// Semantics for JSON Web Tokens", RFC 7800, 3; "OAuth 2.0 Demonstrating Proof of
		// Possession", RFC 9449, 7.2).
		return refusal("it is bound to a key (cnf), and is sent without a proof of that key")
	}
	return nil
}

// checkPool checks what is particular to Cognito's tokens ("Understanding user pool JSON web
// tokens", Amazon Cognito Developer Guide): which kind it is, and that an access token, which has
// no aud, names one of the app clients.
func (i *issuer) checkPool(claims jwt.MapClaims) error {
	if i.TokenUse == "" {
		return nil
	}
	if claims["token_use"] != i.TokenUse {
		return refusal("its token_use is not " + i.TokenUse)
	}
	client, _ := claims["client_id"].(string)
	if i.TokenUse == config.AccessToken && !slices.Contains(i.Audiences, client) {
		return refusal("its client_id is not one of this deployment's app clients")
	}
	return nil
}

func (i *issuer) checkSubject(claims jwt.MapClaims) error {
	sub, ok := claims["sub"].(string)
	switch {
	case !ok || !isName(sub):
		return refusal("its sub is not a text of 1 to 255 characters, none of them a control character")
	case i.TokenUse != "" && !key.IsOwner(sub):
		return refusal("its sub is not one that a user pool makes")
	}
	return nil
}

// maxName is the length of a subject, in characters ("OpenID Connect Core 1.0", 2). An owner
// claim's value is limited like it.
const maxName = 255

// isName reports a text that can say who somebody is. "OpenID Connect Core 1.0" allows only ASCII,
// but some issuers have user names in sub, so other characters are accepted. Control characters
// aren't: no issuer needs them, and logs and headers would have to escape them. U+FFFD isn't,
// since Go writes it for half of a surrogate pair, so that two subjects could become one.
func isName(s string) bool {
	odd := func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
	return s != "" && utf8.RuneCountInString(s) <= maxName && !strings.ContainsFunc(s, odd)
}

// principal returns the text that names the caller in access logs, whose templates don't escape it:
// a raw subject could have quotes in it.
func (i *issuer) principal(claims jwt.MapClaims) string {
	sub, _ := claims["sub"].(string)
	if i.TokenUse != "" {
		return sub
	}
	return identity.Owner(i.URL, "sub", sub)
}

// caller says who calls with a verified token. The error is a refusal for a token that lacks a
// claim.
func (i *issuer) caller(claims jwt.MapClaims) (identity.Caller, error) {
	if missing := i.RequiredClaims.Missing(claims); missing != "" {
		return identity.Caller{}, refusal("it lacks a required value of the claim " + missing)
	}
	expires, _ := claims.GetExpirationTime() // verify has read it
	sub, _ := claims["sub"].(string)
	caller := identity.Caller{Owner: i.principal(claims), Subject: sub, Expires: expires.Time}
	if claim := cmp.Or(i.OwnerClaim, "sub"); claim != "sub" {
		value, ok := ownerValue(claims[claim])
		if !ok {
			return identity.Caller{}, refusal("it has no usable value of the owner claim " + claim)
		}
		caller.Owner, caller.Shared = identity.Owner(i.URL, claim, value), true
	}
	return caller, nil
}

// maxWhole is the largest whole number that JSON carries intact ("The JavaScript Object Notation
// (JSON) Data Interchange Format", RFC 8259, 6). Two larger ones could become one owner.
const maxWhole = 1<<53 - 1

// ownerValue returns the value of an owner claim: a text, or a whole number, since some issuers
// number organisations. A list of organisations names no single owner.
func ownerValue(claim any) (string, bool) {
	switch v := claim.(type) {
	case string:
		return v, isName(v)
	case float64:
		n := int64(v)
		return strconv.FormatInt(n, 10), v >= 0 && v <= maxWhole && float64(n) == v
	}
	return "", false
}
