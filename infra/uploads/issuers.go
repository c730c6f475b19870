package uploads

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"signpost/lambda/config"
)

// Issuers are OpenID Connect providers whose users may call the API, such as Auth0, Okta, Microsoft
// Entra ID, Keycloak or Google. A function verifies their tokens for API Gateway, and keeps the
// users of different issuers apart: the owner in a file's key is a hash of the issuer and the
// subject.
type Issuers struct {
	// Code is the built code of the function that verifies tokens, made like Props.Code, of
	// signpost/lambda/authorize.
	//
	// Required.
	Code awslambda.Code

	// List are the issuers, at most [config.MaxIssuers], 10. They and the claims that kinds require
	// must fit into a function's environment, which has 4 KB.
	//
	// Required.
	List []Issuer

	// CacheLifetime is for how long API Gateway may use the result for a token again, without
	// another call of the function, in whole seconds: [MinCacheLifetime], 1 second, to
	// [MaxCacheLifetime], 1 hour. The functions themselves refuse a token that has expired in the
	// meantime. But one whose user has lost a claim, or whose issuer has withdrawn a key, is
	// accepted for so much longer.
	//
	// Default: [DefaultCacheLifetime], 5 minutes.
	CacheLifetime time.Duration
}

// Issuer is an OpenID Connect provider, as its tokens name it.
type Issuer struct {
	// URL is the issuer's URL, byte for byte as in the claim iss of its tokens and in its
	// configuration, with or without a slash at its end: "https://example.eu.auth0.com/". The
	// function fetches the issuer's keys from there, over the internet ("OpenID Connect Discovery
	// 1.0", 4). Plain http is only for an issuer on the own machine, for the local run.
	//
	// The owner of files is made from it, so after a change users don't reach what they stored.
	//
	// Required.
	URL string

	// Audiences are the values of which a token's claim aud must have one, at most
	// [config.MaxAudiences], 20: the identifier of this API at the issuer, or the id of a client if
	// pages send ID tokens. A token that the issuer made for another API is refused.
	//
	// Required.
	Audiences []string

	// Algorithms are the algorithms with which a token may be signed, of [config.Algorithms]: all
	// are signatures with a private key.
	//
	// Default: RS256, which every provider has ("OpenID Connect Discovery 1.0", 3).
	Algorithms []string

	// RequiredClaims are claims that each token of this issuer must have; all others get 403. Each
	// claim has the values of which the token must have one: as the claim itself, as an element of a
	// list, or as a word in scope and scp.
	//
	//	map[string][]string{"scope": {"upload"}, "email_verified": {"true"}}
	//
	// Default: nil. Every user of the issuer with a token for one of Audiences may call.
	RequiredClaims map[string][]string

	// OwnerClaim is the claim that says whose files a caller's are, such as an organisation's id
	// ("org_id"): all users with the same value share their files. A token without it gets 403.
	//
	// Default: "". The owner is the subject, so each user has their own files.
	OwnerClaim string
}

// Defaults and limits of Issuers. API Gateway can keep a result for up to an hour ("Authorizer",
// Amazon API Gateway REST API Reference: authorizerResultTtlInSeconds). 0 would turn that off, and
// then each request would call two functions.
const (
	DefaultCacheLifetime = 5 * time.Minute
	MinCacheLifetime     = time.Second
	MaxCacheLifetime     = time.Hour
)

func (i *Issuers) withDefaults() *Issuers {
	if i == nil {
		return nil
	}
	full := *i
	full.CacheLifetime = cmp.Or(full.CacheLifetime, DefaultCacheLifetime)
	full.List = slices.Clone(full.List)
	for n := range full.List {
		full.List[n] = full.List[n].withDefaults()
	}
	return &full
}

func (i Issuer) withDefaults() Issuer {
	if i.Algorithms == nil {
		i.Algorithms = []string{config.DefaultAlgorithm}
	}
	return i
}

func (i *Issuers) check(found problems, pool *ExistingPool) {
	if i == nil {
		return
	}
	checkCode(found, i.Code, "authorize")
	if len(i.List) == 0 || len(i.List) > config.MaxIssuers {
		found.add("List", "has %d issuers: give 1 to %d", len(i.List), config.MaxIssuers)
	}
	for n, issuer := range i.List {
		in := found.in("List[" + strconv.Itoa(n) + "]")
		if slices.ContainsFunc(i.List[:n], func(other Issuer) bool { return other.URL == issuer.URL }) {
			in.add("URL", "%q is given twice: give it once, with the audiences of both", issuer.URL)
		} else if issuer.URL != "" && pool.isIssuer(issuer.URL) {
			in.add("URL", "%q is ExistingPool, whose tokens are accepted already: leave it out here", issuer.URL)
		} else if problem := config.IssuerProblem(issuer.URL); problem != "" && !IsToken(issuer.URL) {
			in.add("URL", "%q %s", issuer.URL, problem)
		}
		issuer.check(in)
	}
	if lifetime := cmp.Or(i.CacheLifetime, DefaultCacheLifetime); lifetime < MinCacheLifetime || lifetime > MaxCacheLifetime {
		found.add("CacheLifetime", "%v is out of range: give %v to %v, or 0 for %v", i.CacheLifetime, MinCacheLifetime, MaxCacheLifetime, DefaultCacheLifetime)
	} else {
		checkWholeSeconds(found, "CacheLifetime", lifetime)
	}
}

// check checks all but the URL, which must differ from those of the other issuers.
func (i Issuer) check(found problems) {
	add := func(field string, all []string) {
		for _, problem := range all {
			found.add(field, "%s", problem)
		}
	}
	add("Audiences", config.AudiencesProblems(i.Audiences))
	add("Algorithms", config.AlgorithmsProblems(i.withDefaults().Algorithms))
	add("RequiredClaims", config.RequiredClaims(i.RequiredClaims).Problems())
	if problem := config.ClaimNameProblem(i.OwnerClaim); i.OwnerClaim != "" && problem != "" {
		found.add("OwnerClaim", "%q %s", i.OwnerClaim, problem)
	}
}

// config returns the issuer as the function reads it.
func (i Issuer) config() config.Issuer {
	return config.Issuer{
		URL:            i.URL,
		Audiences:      i.Audiences,
		Algorithms:     i.Algorithms,
		RequiredClaims: i.RequiredClaims,
		OwnerClaim:     i.OwnerClaim,
	}
}

// URLs returns the URLs of the issuers.
func (i Issuers) URLs() []string {
	all := make([]string, len(i.List))
	for n, issuer := range i.List {
		all[n] = issuer.URL
	}
	return all
}
