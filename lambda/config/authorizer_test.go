package config

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever is valid survives its environment.
func TestAuthorizerIsReadBack(t *testing.T) {
	t.Parallel()
	issuer := rapid.Custom(func(r *rapid.T) Issuer {
		i := Issuer{
			URL:            rapid.StringMatching(`https://[a-z]{1,9}\.example(/[a-z&]{0,5}){0,2}/?`).Draw(r, "url"),
			Audiences:      rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"api", "https://api.example/", "0oa<&>"}), 1, -1, rapid.ID).Draw(r, "audiences"),
			Algorithms:     rapid.SliceOfNDistinct(rapid.SampledFrom(Algorithms()), 1, -1, rapid.ID).Draw(r, "algorithms"),
			RequiredClaims: anyClaims().Draw(r, "claims"),
		}
		switch rapid.IntRange(0, 2).Draw(r, "sort") {
		case 0:
			i.OwnerClaim = rapid.SampledFrom([]string{"org_id", "https://example.com/tenant"}).Draw(r, "owner")
		case 1:
			i.TokenUse = rapid.SampledFrom([]string{IDToken, AccessToken}).Draw(r, "use")
		}
		return i
	})
	rapid.Check(t, func(r *rapid.T) {
		want := Authorizer{
			Issuers:    rapid.SliceOfNDistinct(issuer, 1, MaxIssuers, func(i Issuer) string { return i.URL }).Draw(r, "issuers"),
			KindClaims: anyClaims().Draw(r, "kind claims"),
		}
		if err := want.Validate(); err != nil {
			r.Fatal(err)
		}
		env := want.Environment()
		got, err := AuthorizerFromEnvironment(func(name string) string { return env[name] })
		if err != nil || !reflect.DeepEqual(got, want) {
			r.Fatalf("wrote %v\nread  %+v, %v\nwant  %+v", env, got, err, want)
		}
	})
}

// Each value breaks one rule, and the refusal names it.
func TestAuthorizerRefused(t *testing.T) {
	t.Parallel()
	issuer := func(changed string) string {
		return `[{"url":"https://a.example/","aud":["api"],"alg":["RS256"]` + changed + `}]`
	}
	url := func(u string) string { return `[{"url":"` + u + `","aud":["api"],"alg":["RS256"]}]` }
	for name, test := range map[string]struct{ issuers, claims, problem string }{
		"none":             {"", "", "ISSUERS: has 0 issuers"},
		"an empty list":    {"[]", "", "ISSUERS: has 0 issuers"},
		"not JSON":         {"https://a.example/", "", "ISSUERS: is not a list of issuers in JSON"},
		"something after":  {issuer("") + "[]", "", "something follows it"},
		"an unknown field": {issuer(`,"claim":{}`), "", `unknown field "claim"`},
		"twice":            {"[" + strings.Trim(issuer(""), "[]") + "," + strings.Trim(issuer(""), "[]") + "]", "", "is given twice"},
		"http":             {url("http://a.example/"), "", "is plain http"},
		"no scheme":        {url("a.example"), "", "is not an issuer's URL"},
		"a query":          {url("https://a.example/?x"), "", "has a user name, a query or a fragment"},
		"a user":           {url("https://u@a.example/"), "", "has a user name, a query or a fragment"},
		"a placeholder":    {url("https://login.microsoftonline.com/{tenantid}/v2.0"), "", "has a placeholder"},
		"a configuration":  {url("https://a.example/.well-known/openid-configuration"), "", "is the address of the issuer's configuration"},
		"no audience":      {`[{"url":"https://a.example/","aud":[],"alg":["RS256"]}]`, "", "has 0 audiences"},
		"an odd audience":  {`[{"url":"https://a.example/","aud":["a b"],"alg":["RS256"]}]`, "", `audience "a b" is not one`},
		"no algorithm":     {`[{"url":"https://a.example/","aud":["api"],"alg":[]}]`, "", "has no algorithms"},
		"alg none":         {`[{"url":"https://a.example/","aud":["api"],"alg":["none"]}]`, "", `algorithm "none" is not one of`},
		"alg HS256":        {`[{"url":"https://a.example/","aud":["api"],"alg":["RS256","HS256"]}]`, "", `algorithm "HS256" is not one of`},
		"alg EdDSA":        {`[{"url":"https://a.example/","aud":["api"],"alg":["EdDSA"]}]`, "", `algorithm "EdDSA" is not one of`},
		"no value":         {issuer(`,"claims":{"groups":[]}`), "", `required claim "groups" has 0 values`},
		"an odd claim":     {issuer(`,"claims":{"a b":["x"]}`), "", `required claim "a b" is not a claim's name`},
		"a comma":          {issuer(`,"claims":{"groups":["a,b"]}`), "", `"a,b" has a comma`},
		"two scopes":       {issuer(`,"claims":{"scope":["a b"]}`), "", `"a b" has a space`},
		"an odd owner":     {issuer(`,"owner":"a b"`), "", `owner claim "a b" is not a claim's name`},
		"an odd use":       {issuer(`,"use":"refresh"`), "", `token use "refresh" is neither`},
		"a pool's owner":   {issuer(`,"use":"id","owner":"org"`), "", "is a user pool with an owner claim"},
		"kinds' claims":    {issuer(""), `{"groups":[""]}`, `KIND_CLAIMS: "groups": "" is not a value`},
		"kinds' text":      {issuer(""), `groups`, "KIND_CLAIMS: is not an object of claims in JSON"},
	} {
		env := map[string]string{"ISSUERS": test.issuers, "KIND_CLAIMS": test.claims}
		if a, err := AuthorizerFromEnvironment(func(name string) string { return env[name] }); err == nil || !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%s: %+v, %v; want %q", name, a, err, test.problem)
		}
	}
	for _, u := range []string{"https://a.example", "https://login.microsoftonline.com/0f-9/v2.0", "http://127.0.0.1:4011", "http://localhost:4011/x", "https://a.example:8443/realms/x"} {
		if problem := IssuerProblem(u); problem != "" {
			t.Errorf("%q %s", u, problem)
		}
	}
}

// Each kind may require as many values as a claim can have, and the authorizer looks for all of them.
func TestClaimsOfManyKinds(t *testing.T) {
	t.Parallel()
	values := make([]string, MaxClaimValues+1)
	for i := range values {
		values[i] = strconv.Itoa(i)
	}
	a := Authorizer{Issuers: []Issuer{{URL: "https://a.example/", Audiences: []string{"api"}, Algorithms: []string{"RS256"}}}, KindClaims: RequiredClaims{"groups": values}}
	if err := a.Validate(); err != nil {
		t.Error(err)
	}
	if problems := a.KindClaims.Problems(); len(problems) != 1 || !strings.Contains(problems[0], "has 21 values") {
		t.Errorf("one kind's: %q", problems)
	}
}

// What a token has of the claims that are required.
func TestRequiredClaims(t *testing.T) {
	t.Parallel()
	required := RequiredClaims{"groups": {"editors", "admins"}, "scope": {"upload"}, "verified": {"true"}, "level": {"3"}, "number": {"1000000"}}
	token := map[string]any{"groups": []any{"x", "admins", 5.0, "editors"}, "scope": "openid upload", "verified": true, "level": 3.0, "number": 1e6, "email": "a@b.example"}
	if missing := required.Missing(token); missing != "" {
		t.Errorf("%s is missing", missing)
	}
	want := map[string]any{"groups": []any{"editors", "admins"}, "scope": []any{"upload"}, "verified": []any{"true"}, "level": []any{"3"}, "number": []any{"1000000"}}
	if got := required.Matching(token); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for name, values := range map[string][]any{
		"groups":   {nil, "x", "editors admins", "editors,admins", "Editors", map[string]any{"editors": true}, []any{[]any{"editors"}}},
		"scope":    {"uploads", "openid", []any{"openid upload"}, ""},
		"verified": {false, "True", 1.0},
		"level":    {30.0, "03", 3.5},
	} {
		for _, value := range values {
			changed := map[string]any{"groups": "editors", "scope": []any{"upload"}, "verified": "true", "level": "3", "number": "1000000"}
			if missing := required.Missing(changed); missing != "" {
				t.Fatalf("%s is missing", missing)
			}
			changed[name] = value
			if missing := required.Missing(changed); missing != name {
				t.Errorf("%s %v: %q is missing", name, value, missing)
			}
		}
	}
}
