package uploads_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"signpost/infra/uploads"
	"signpost/lambda/config"
)

// issuers gives the props an issuer, which spoil changes, and no pool.
func issuers(spoil func(*uploads.Issuers)) func(*props) {
	return func(p *props) {
		p.Callers.Issuers = &uploads.Issuers{Code: p.Code, List: []uploads.Issuer{{URL: "https://login.example.com/", Audiences: []string{"web"}}}}
		spoil(p.Callers.Issuers)
	}
}

func TestIssuersRefused(t *testing.T) {
	issuer := func(spoil func(*uploads.Issuer)) func(*props) {
		return issuers(func(i *uploads.Issuers) { spoil(&i.List[0]) })
	}
	url := func(s string) func(*props) { return issuer(func(i *uploads.Issuer) { i.URL = s }) }
	with := func(set func(*props)) func(*props) {
		return func(p *props) { issuers(func(*uploads.Issuers) {})(p); set(p) }
	}
	besidePool := func(e uploads.ExistingPool) func(*props) {
		return with(func(p *props) { p.Callers.ExistingPool = &e })
	}
	var elevenIssuers []uploads.Issuer
	for i := range 11 {
		elevenIssuers = append(elevenIssuers, uploads.Issuer{URL: fmt.Sprintf("https://login.example.com/%d", i), Audiences: []string{"web"}})
	}
	values := func(n int) (all []string) {
		for i := range n {
			all = append(all, strconv.Itoa(i))
		}
		return all
	}
	const first = "Callers.Issuers.List[0]"
	assertRefused(t, []refusal{
		{"no code", issuers(func(i *uploads.Issuers) { i.Code = nil }), "Callers.Issuers.Code", "give the authorize function's built code"},
		{"no issuer", issuers(func(i *uploads.Issuers) { i.List = nil }), "Callers.Issuers.List", "has 0 issuers: give 1 to 10"},
		{"eleven issuers", issuers(func(i *uploads.Issuers) { i.List = elevenIssuers }), "Callers.Issuers.List", "has 11 issuers: give 1 to 10"},
		{"an issuer twice", issuers(func(i *uploads.Issuers) { i.List = append(i.List, i.List[0]) }), "Callers.Issuers.List[1].URL", "is given twice: give it once, with the audiences of both"},
		{"a short cache", issuers(func(i *uploads.Issuers) { i.CacheLifetime = time.Millisecond }), "Callers.Issuers.CacheLifetime", "give 1s to 1h0m0s, or 0 for 5m0s"},
		{"a negative cache", issuers(func(i *uploads.Issuers) { i.CacheLifetime = -time.Second }), "Callers.Issuers.CacheLifetime", "give 1s to 1h0m0s"},
		{"a long cache", issuers(func(i *uploads.Issuers) { i.CacheLifetime = time.Hour + time.Second }), "Callers.Issuers.CacheLifetime", "give 1s to 1h0m0s"},
		{"part of a second", issuers(func(i *uploads.Issuers) { i.CacheLifetime = 1500 * time.Millisecond }), "Callers.Issuers.CacheLifetime", "give whole seconds"},

		{"no URL", url(""), first + ".URL", "is empty: give the issuer's URL exactly as its tokens have it in iss"},
		{"a host", url("login.example.com"), first + ".URL", "is not an issuer's URL"},
		{"plain http", url("http://login.example.com/"), first + ".URL", "write https"},
		{"a query", url("https://login.example.com/?tenant=1"), first + ".URL", "a query"},
		{"any tenant", url("https://login.microsoftonline.com/{tenantid}/v2.0"), first + ".URL", "give that tenant's URL"},
		{"the configuration", url("https://login.example.com/.well-known/openid-configuration"), first + ".URL", "give the value of issuer"},
		{"no audience", issuer(func(i *uploads.Issuer) { i.Audiences = nil }), first + ".Audiences", "has 0 audiences: give 1 to 20"},
		{"an audience twice", issuer(func(i *uploads.Issuer) { i.Audiences = []string{"web", "web"} }), first + ".Audiences", "is given twice"},
		{"an empty audience", issuer(func(i *uploads.Issuer) { i.Audiences = []string{""} }), first + ".Audiences", "visible ASCII"},
		{"no algorithm", issuer(func(i *uploads.Issuer) { i.Algorithms = []string{} }), first + ".Algorithms", "has no algorithms"},
		{"a shared secret", issuer(func(i *uploads.Issuer) { i.Algorithms = []string{"HS256"} }), first + ".Algorithms", `"HS256" is not one of RS256`},
		{"no signature", issuer(func(i *uploads.Issuer) { i.Algorithms = []string{"none"} }), first + ".Algorithms", `"none" is not one of RS256`},
		{"a claim with a space in its name", issuer(func(i *uploads.Issuer) { i.RequiredClaims = map[string][]string{"a b": {"c"}} }), first + ".RequiredClaims", `"a b" is not a claim's name`},
		{"a claim without values", issuer(func(i *uploads.Issuer) { i.RequiredClaims = map[string][]string{"groups": nil} }), first + ".RequiredClaims", `"groups" has 0 values`},
		{"two scopes in one", issuer(func(i *uploads.Issuer) { i.RequiredClaims = map[string][]string{"scope": {"a b"}} }), first + ".RequiredClaims", "separate values"},
		{"an owner with a space", issuer(func(i *uploads.Issuer) { i.OwnerClaim = "org id" }), first + ".OwnerClaim", `"org id" is not a claim's name`},

		{"a group without a pool", with(func(p *props) { p.Callers.RequiredGroup = "uploaders" }),
			"Callers.RequiredGroup", `"uploaders" is a group of a user pool, and there is none: write RequiredClaims of the issuers, such as map[string][]string{"groups": {"uploaders"}}`},
		{"a kind's group without a pool", with(kinds(uploads.Kind{Name: "film", RequiredGroup: "editors"})),
			"Kinds[1].RequiredGroup", `"editors" is a group of a user pool, and there is none: write RequiredClaims, such as map[string][]string{"groups": {"editors"}}`},
		{"a kind that wants what the function signs", with(kinds(uploads.Kind{Name: "film", RequiredMetadata: []string{"uploaded-by"}})), "Kinds[1].RequiredMetadata", "no page can send it"},
		{"many values of one kind", with(kinds(uploads.Kind{Name: "film", RequiredClaims: map[string][]string{"groups": values(21)}})),
			"Kinds[1].RequiredClaims", `"groups" has 21 values`},
		{"many scopes beside issuers", besidePool(uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}, OAuthScopes: values(21)}), "Callers.ExistingPool.OAuthScopes", "at most 20 (beside Issuers)"},
		{"the pool as another issuer", with(func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}}
			p.Callers.Issuers.List[0].URL = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"
		}), first + ".URL", "is ExistingPool, whose tokens are accepted already"},
		{"the pool's updated issuer as another issuer", with(func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: "${Token[TOKEN.1]}", ClientIDs: []string{"1"}, IssuerURL: "https://login.example.com/"}
		}), first + ".URL", "is ExistingPool, whose tokens are accepted already"},
		{"a pool's issuer that is none", besidePool(uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}, IssuerURL: "http://example.com"}), "Callers.ExistingPool.IssuerURL", "write https"},
		{"a pool's issuer for API Gateway", func(p *props) {
			p.Callers.ExistingPool = &uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}, IssuerURL: "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"}
		}, "Callers.ExistingPool.IssuerURL", "API Gateway itself knows"},
		{"a scope with a comma beside issuers", besidePool(uploads.ExistingPool{PoolARN: poolARN, ClientIDs: []string{"1"}, OAuthScopes: []string{"api/a,b"}}), "Callers.ExistingPool.OAuthScopes", "has a comma"},
	})
}

// TestClaimsOfKindsRefused: with a user pool, too.
func TestClaimsOfKindsRefused(t *testing.T) {
	claims := func(name string, values ...string) func(*props) {
		return kinds(uploads.Kind{Name: "film", RequiredClaims: map[string][]string{name: values}})
	}
	assertRefused(t, []refusal{
		{"no name", claims("", "a"), "Kinds[1].RequiredClaims", `"" is not a claim's name`},
		{"no value", claims("groups"), "Kinds[1].RequiredClaims", `"groups" has 0 values`},
		{"a value twice", claims("groups", "a", "a"), "Kinds[1].RequiredClaims", "is given twice"},
		{"a comma", claims("groups", "a,b"), "Kinds[1].RequiredClaims", "joins the values"},
	})
}

// TestIssuersAccepted: what is like the refused, and right.
func TestIssuersAccepted(t *testing.T) {
	for name, set := range map[string]func(*props){
		"one": issuers(func(*uploads.Issuers) {}),
		"two that differ in a slash": issuers(func(i *uploads.Issuers) {
			i.List = append(i.List, uploads.Issuer{URL: "https://login.example.com", Audiences: []string{"web"}})
		}),
		"one on this machine": issuers(func(i *uploads.Issuers) { i.List[0].URL = "http://127.0.0.1:8090" }),
		"the shortest cache":  issuers(func(i *uploads.Issuers) { i.CacheLifetime = uploads.MinCacheLifetime }),
		"the longest cache":   issuers(func(i *uploads.Issuers) { i.CacheLifetime = uploads.MaxCacheLifetime }),
		"tokens of the CDK": issuers(func(i *uploads.Issuers) {
			i.List[0].URL, i.List[0].Audiences = "${Token[TOKEN.42]}", []string{"${Token[TOKEN.43]}"}
		}),
		"a group beside a new pool": func(p *props) {
			issuers(func(*uploads.Issuers) {})(p)
			p.Callers.NewPool, p.Callers.RequiredGroup = &uploads.NewPool{}, "uploaders"
		},
		"uploaded-by of a pool's users": kinds(uploads.Kind{Name: "film", RequiredMetadata: []string{"uploaded-by"}}),
		"claims of a pool's users":      kinds(uploads.Kind{Name: "film", RequiredClaims: map[string][]string{"custom:role": {"editor"}}}),
	} {
		p := required()
		set(&p)
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAuthorizerSize: what the function that verifies tokens must know fits into its environment, to
// the byte.
func TestAuthorizerSize(t *testing.T) {
	p := required()
	issuers(func(i *uploads.Issuers) {
		i.List = nil
		for n := range 10 {
			i.List = append(i.List, uploads.Issuer{URL: fmt.Sprintf("https://login.example.com/%d/", n), Audiences: []string{strings.Repeat("a", 200), strings.Repeat("b", 200)}})
		}
	})(&p)
	err := p.Validate()
	figures := regexp.MustCompile(`^Callers\.Issuers: make the environment of the function that verifies tokens (\d+) bytes long, (\d+) more than the 4096 that Lambda allows: .*List with (\d+), and RequiredClaims of Kinds with 2$`).FindStringSubmatch(fmt.Sprint(err))
	if figures == nil {
		t.Fatalf("it says: %v", err)
	}
	excess, _ := strconv.Atoi(figures[2])
	for n := 0; excess > 0; n++ {
		cut := min(excess, 199)
		p.Callers.Issuers.List[n].Audiences[0] = strings.Repeat("a", 200-cut)
		excess -= cut
	}
	if err := p.Validate(); err != nil {
		t.Errorf("without the excess: %v", err)
	}
	p.Callers.Issuers.List[9].Audiences[1] += "b"
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), " 4097 bytes long, 1 more") {
		t.Errorf("one byte too many: %v", err)
	}
}

// TestUnknownIssuersCount: what is known only during the deployment counts with its largest length,
// so several tokens of the CDK are too much.
func TestUnknownIssuersCount(t *testing.T) {
	p := required()
	issuers(func(i *uploads.Issuers) {
		i.List = nil
		for n := range 8 {
			i.List = append(i.List, uploads.Issuer{URL: fmt.Sprintf("${Token[TOKEN.%d]}", n), Audiences: []string{"web"}})
		}
	})(&p)
	if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "Callers.Issuers: make the environment") {
		t.Errorf("eight URLs of %d characters: %v", config.MaxIssuerURL, err)
	}
}
