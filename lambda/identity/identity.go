// Package identity says who a caller is, from the function that verifies tokens to those that sign
// URLs.
//
// The one makes a [Caller] of a token and hands it over as the context of API Gateway's Lambda
// authorizer; the others read it back:
//
//	response.Context = caller.Context()
//
//	caller, err := identity.FromContext(event.RequestContext.Authorizer)
//
// It carries nothing that isn't needed: not the token, nor its other claims.
package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"signpost/lambda/key"
)

// Caller is who calls.
type Caller struct {
	Owner   string         // whose files the caller's are, a segment of their keys
	Subject string         // the claim sub, which may be any text
	Shared  bool           // whether others have the same owner, as members of one organisation
	Claims  map[string]any // what the token has of the claims that kinds require, as in [config.RequiredClaims.Matching]
	Expires time.Time      // when the token expires, in whole seconds
}

// Owner returns the owner of a caller's files: 64 hexadecimal digits, the SHA-256 of the issuer's
// URL, the name of the claim that says whose they are ("sub" unless a deployment has an owner
// claim) and its value, each but the last with a line feed behind it.
//
//	printf '%s\n%s\n%s' https://login.example.com/ sub 'auth0|5f7c8ec7' | sha256sum
//
// Neither an issuer's URL nor the name of a claim has a line feed in it, so no two owners come from
// one text. A subject alone would not do: it is unique only at its issuer, and may have characters
// that a key can't have ("OpenID Connect Core 1.0", 2). It is longer than a Cognito user's id and
// than the name of any kind, so it is never one of those.
func Owner(issuer, claim, value string) string {
	sum := sha256.Sum256([]byte(issuer + "\n" + claim + "\n" + value))
	return hex.EncodeToString(sum[:])
}

// Leeway is how long a token is accepted after it has expired, since the clocks of its issuer and of
// a function differ ("JSON Web Token (JWT)", RFC 7519, 4.1.4).
const Leeway = time.Minute

// Expired reports whether the caller's token has expired. API Gateway caches what an authorizer
// answered, so a token that was good then may have expired since.
func (c Caller) Expired(now time.Time) bool { return !now.Before(c.Expires.Add(Leeway)) }

// The names of the context. API Gateway passes texts, numbers and booleans on as texts, and refuses
// everything else ("Output from an API Gateway Lambda authorizer", Amazon API Gateway Developer
// Guide), so all of them are texts here.
const (
	ownerName   = "owner"
	subjectName = "subject"
	sharedName  = "shared"
	claimsName  = "claims"
	expiresName = "expires"
)

// Context returns the caller as the context of a Lambda authorizer's answer.
func (c Caller) Context() map[string]any {
	context := map[string]any{
		ownerName: c.Owner, subjectName: c.Subject, expiresName: strconv.FormatInt(c.Expires.Unix(), 10),
	}
	if c.Shared {
		context[sharedName] = "true"
	}
	if len(c.Claims) > 0 {
		text, _ := json.Marshal(c.Claims) // lists of texts can always be written
		context[claimsName] = string(text)
	}
	return context
}

// FromContext reads a caller back. It is an error if the context isn't one that [Caller.Context]
// made: then no authorizer has verified a token, or another one has.
func FromContext(context map[string]any) (Caller, error) {
	text := func(name string) string {
		s, _ := context[name].(string)
		return s
	}
	c := Caller{Owner: text(ownerName), Subject: text(subjectName), Shared: text(sharedName) == "true"}
	seconds, err := strconv.ParseInt(text(expiresName), 10, 64)
	if err != nil || !key.IsOwner(c.Owner) || c.Subject == "" {
		return Caller{}, errors.New("identity: the authorizer's context names no caller")
	}
	c.Expires = time.Unix(seconds, 0)
	if _, given := context[claimsName]; given {
		if err := json.Unmarshal([]byte(text(claimsName)), &c.Claims); err != nil {
			return Caller{}, errors.New("identity: the claims in the authorizer's context are not JSON")
		}
	}
	return c, nil
}
