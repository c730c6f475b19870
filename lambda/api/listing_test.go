package api

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"signpost/lambda/s3sign/s3signtest"
)

func TestSignListingAnswers(t *testing.T) {
	t.Parallel()
	own := "uploads/" + testSub + "/"
	for name, c := range map[string]struct {
		body   fields
		query  url.Values
		expiry int
	}{
		"FirstPage": {fields{}, url.Values{"prefix": {own}, "max-keys": {"1000"}}, 600},
		"Nulls":     {fields{"kind": null, "after": null, "limit": null}, url.Values{"prefix": {own}, "max-keys": {"1000"}}, 600},
		"NextPage": {fields{"after": ownTestKey("cat.png"), "limit": 50},
			url.Values{"prefix": {own}, "max-keys": {"50"}, "start-after": {ownTestKey("cat.png")}}, 600},
		"AfterAFilmInParts": {fields{"after": partsKey(6*mib, true)},
			url.Values{"prefix": {own}, "max-keys": {"1000"}, "start-after": {partsKey(6*mib, true)}}, 600},
		"Shortest": {fields{"limit": 1}, url.Values{"prefix": {own}, "max-keys": {"1"}}, 600},
		"Longest":  {fields{"limit": 1000}, url.Values{"prefix": {own}, "max-keys": {"1000"}}, 600},
		"Kind":     {fields{"kind": "avatar"}, url.Values{"prefix": {"uploads/avatar/" + testSub + "/"}, "max-keys": {"1000"}}, 60},
		"KindNextPage": {fields{"kind": "avatar", "after": keyOfKind("avatar", "a.png")},
			url.Values{"prefix": {"uploads/avatar/" + testSub + "/"}, "max-keys": {"1000"}, "start-after": {keyOfKind("avatar", "a.png")}}, 60},
		"GroupsKind":  {fields{"kind": "film"}, url.Values{"prefix": {"uploads/film/" + testSub + "/"}, "max-keys": {"1000"}}, 600},
		"NoDownloads": {fields{"kind": "contract"}, url.Values{"prefix": {"uploads/contract/" + testSub + "/"}, "max-keys": {"1000"}}, 600},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestFor(t, "/listings", onlyKinds) // which doesn't close the listing of older files
			var a downloadAnswer
			answered(t, h, asEditor(listingEvent(c.body.String())), 200, &a)
			u, err := url.Parse(a.URL)
			if err != nil {
				t.Fatal(err)
			}
			if a.Method != "GET" || u.Host != "signpost-uploads.s3.eu-west-1.amazonaws.com" || u.Path != "/" || a.ExpiresIn != c.expiry {
				t.Errorf("%s %s, %d seconds", a.Method, a.URL, a.ExpiresIn)
			}
			query := u.Query()
			for name := range query {
				if strings.HasPrefix(name, "X-Amz-") {
					query.Del(name)
				}
			}
			c.query.Set("list-type", "2")
			if query.Encode() != c.query.Encode() { // nothing more, such as delimiter or fetch-owner
				t.Errorf("the query is %s, want %s", query.Encode(), c.query.Encode())
			}
			if a.Headers == nil || len(a.Headers) > 0 || !slices.Equal(s3signtest.SignedHeaders(a.URL), []string{"host"}) {
				t.Errorf("headers %v, signed %v", a.Headers, s3signtest.SignedHeaders(a.URL))
			}
			mustBeSigned(t, a.signedAnswer, 0)
		})
	}
}

func TestListingRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*deployment)
		body   string
		status int
		code   Code
		field  string
		says   string
	}{
		"Unknown":      {withKinds, `{"prefix":"uploads/"}`, 400, InvalidRequest, "prefix", `there is no field "prefix"`},
		"Delimiter":    {withKinds, `{"delimiter":"/"}`, 400, InvalidRequest, "delimiter", "there is no field"},
		"Token":        {withKinds, `{"continuationToken":"x"}`, 400, InvalidRequest, "continuationToken", "there is no field"},
		"Array":        {withKinds, `[]`, 400, InvalidJSON, "", ""},
		"NoLimit":      {withKinds, `{"limit":0}`, 400, InvalidRequest, "limit", "limit must be a whole number, 1 to 1000"},
		"TooMany":      {withKinds, `{"limit":1001}`, 400, InvalidRequest, "limit", "1 to 1000"},
		"Negative":     {withKinds, `{"limit":-1}`, 400, InvalidRequest, "limit", "1 to 1000"},
		"Exponent":     {withKinds, `{"limit":1e2}`, 400, InvalidRequest, "limit", "1 to 1000"},
		"Overflow":     {withKinds, `{"limit":18446744073709551617}`, 400, InvalidRequest, "limit", "1 to 1000"},
		"Text":         {withKinds, `{"limit":"10"}`, 400, InvalidRequest, "limit", "limit must be a number, not a string"},
		"UnknownKind":  {withKinds, `{"kind":"movie"}`, 400, InvalidRequest, "kind", `kind "movie" is unknown; allowed: avatar, contract, note`},
		"EmptyKind":    {withKinds, `{"kind":""}`, 400, InvalidRequest, "kind", `kind "" is unknown; allowed: avatar, contract, note`},
		"PathAsKind":   {withKinds, `{"kind":"avatar/` + otherSub + `"}`, 400, InvalidRequest, "kind", "is unknown"},
		"OwnerAsKind":  {withKinds, `{"kind":"` + otherSub + `"}`, 400, InvalidRequest, "kind", "is unknown"},
		"NoKinds":      {inParts, `{"kind":"avatar"}`, 400, InvalidRequest, "kind", `kind "avatar" is unknown; leave it out`},
		"Group":        {withKinds, `{"kind":"film"}`, 403, Forbidden, "kind", `kind "film" is only for members of the group "editors"`},
		"AfterOfAKind": {withKinds, `{"after":"` + keyOfKind("avatar", "a.png") + `"}`, 400, InvalidKey, "after", "after is the key of a file of another kind"},
		"AfterOfNone":  {withKinds, `{"kind":"avatar","after":"` + ownTestKey("a.png") + `"}`, 400, InvalidKey, "after", "of another kind"},
		"AfterOfOther": {withKinds, `{"kind":"avatar","after":"` + keyOfKind("note", "a.png") + `"}`, 400, InvalidKey, "after", "of another kind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := newTestFor(t, "/listings", c.change)
			if r := refused(t, h, listingEvent(c.body), c.status, c.code, c.field); !strings.Contains(r.Error.Message, c.says) || r.Error.Problems != nil {
				t.Errorf("message %q, problems %v; want it to say %q", r.Error.Message, r.Error.Problems, c.says)
			}
		})
	}
}

// Everything that is wrong is reported at once, the kind first.
func TestProblemsOfAListing(t *testing.T) {
	t.Parallel()
	h, _ := newTestFor(t, "/listings", withKinds)
	r := refused(t, h, listingEvent(`{"limit":0,"after":"x","kind":"movie","more":1}`), 400, InvalidRequest, "kind")
	var fields []string
	for _, p := range r.Error.Problems {
		fields = append(fields, p.Field)
	}
	if strings.Join(fields, " ") != "kind after limit more" || !slices.Equal(r.Error.Allowed, []string{"avatar", "contract", "note"}) {
		t.Errorf("problems with %v, allowed %v", fields, r.Error.Allowed)
	}
}

// A user whose sub could be the name of a kind would list what everybody stored as that kind, even
// if the deployment no longer has it. Cognito makes no such subs.
func TestListingOfAnOwnerLikeAKind(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*deployment){withKinds, inParts} {
		h, _ := newTestFor(t, "/listings", change)
		e := listingEvent("{}")
		e.RequestContext.Authorizer["claims"].(map[string]any)["sub"] = "avatar"
		refused(t, h, e, 403, Forbidden, "kind")
	}
	h, _ := newTestFor(t, "/listings", withKinds)
	e := listingEvent(`{"kind":"avatar"}`)
	e.RequestContext.Authorizer["claims"].(map[string]any)["sub"] = "avatar"
	var a downloadAnswer
	answered(t, h, e, 200, &a)
	if !strings.Contains(a.URL, "prefix=uploads%2Favatar%2Favatar%2F&") {
		t.Error(a.URL)
	}
}
