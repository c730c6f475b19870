package api

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestCaller(t *testing.T) {
	t.Parallel()
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{"sub": testSub, "aud": testClient, "token_use": "id"}
		maps.Copy(c, change)
		return map[string]any{"claims": c}
	}
	h, _ := newTestHandler(t)
	with := func(authorizer map[string]any) events.APIGatewayProxyRequest {
		e := postEvent(goodFields().String())
		e.RequestContext.Authorizer = authorizer
		return e
	}
	for name, authorizer := range map[string]map[string]any{
		"IDToken":      claims(nil),
		"OtherClient":  claims(map[string]any{"aud": "anotherclient"}),
		"UnusualSub":   claims(map[string]any{"sub": "A-1"}),
		"LongestSub":   claims(map[string]any{"sub": strings.Repeat("a", 128)}),
		"PrincipalToo": {"principalId": "x", "claims": claims(nil)["claims"]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := planned(t, h, with(authorizer))
			sub := authorizer["claims"].(map[string]any)["sub"].(string)
			if !strings.HasPrefix(a.Key, "uploads/"+sub+"/") {
				t.Errorf("key %s is not under the caller's own prefix", a.Key)
			}
		})
	}
	for name, c := range map[string]struct {
		authorizer map[string]any
		says       string
	}{
		"NoAuthorizer":  {nil, "send an ID token"},
		"NoClaims":      {map[string]any{}, "send an ID token"},
		"OddClaims":     {map[string]any{"claims": "sub"}, "send an ID token"},
		"AccessToken":   {claims(map[string]any{"token_use": "access", "client_id": testClient, "aud": nil}), "access token; send an ID token"},
		"NoTokenUse":    {claims(map[string]any{"token_use": nil}), "not an ID token; send one"},
		"OddTokenUse":   {claims(map[string]any{"token_use": "refresh"}), "not an ID token; send one"},
		"ForeignClient": {claims(map[string]any{"aud": "foreign"}), "another app client"},
		"NoAudience":    {claims(map[string]any{"aud": nil}), "another app client"},
		"ClientIDOnly":  {claims(map[string]any{"aud": nil, "client_id": testClient}), "another app client"},
		"AudienceList":  {claims(map[string]any{"aud": []any{testClient}}), "another app client"},
		"NoSub":         {claims(map[string]any{"sub": nil}), "no usable sub"},
		"EmptySub":      {claims(map[string]any{"sub": ""}), "no usable sub"},
		"NumberSub":     {claims(map[string]any{"sub": 7}), "no usable sub"},
		"PathSub":       {claims(map[string]any{"sub": "../" + testSub}), "no usable sub"},
		"DotSub":        {claims(map[string]any{"sub": ".."}), "no usable sub"},
		"WideSub":       {claims(map[string]any{"sub": "ä"}), "no usable sub"},
		"LongSub":       {claims(map[string]any{"sub": strings.Repeat("a", 129)}), "no usable sub"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := refused(t, h, with(c.authorizer), 401, Unauthorized, "Authorization")
			if !strings.Contains(r.Error.Message, c.says) {
				t.Errorf("message %q, want it to say %q", r.Error.Message, c.says)
			}
		})
	}
}

// If a deployment requires OAuth scopes, callers send access tokens.
func TestCallerWithAccessToken(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(c *deployment) { c.TokenUse = "access" })
	with := func(change map[string]any) events.APIGatewayProxyRequest {
		c := map[string]any{"sub": testSub, "client_id": testClient, "token_use": "access", "scope": "uploads/write"}
		maps.Copy(c, change)
		e := postEvent(goodFields().String())
		e.RequestContext.Authorizer = map[string]any{"claims": c}
		return e
	}
	if a := planned(t, h, with(nil)); !strings.HasPrefix(a.Key, "uploads/"+testSub+"/") {
		t.Errorf("key %s is not under the caller's own prefix", a.Key)
	}
	for name, c := range map[string]struct {
		change map[string]any
		says   string
	}{
		"IDToken":       {map[string]any{"token_use": "id", "aud": testClient, "client_id": nil}, "this is an ID token; send an access token"},
		"NoTokenUse":    {map[string]any{"token_use": nil}, "not an access token; send one"},
		"ForeignClient": {map[string]any{"client_id": "foreign"}, "another app client"},
		"AudienceOnly":  {map[string]any{"client_id": nil, "aud": testClient}, "another app client"},
		"NoSub":         {map[string]any{"sub": nil}, "no usable sub"}, // as of the client credentials grant
	} {
		r := refused(t, h, with(c.change), 401, Unauthorized, "Authorization")
		if !strings.Contains(r.Error.Message, c.says) {
			t.Errorf("%s: message %q, want it to say %q", name, r.Error.Message, c.says)
		}
	}
}

// tokenWith returns a token with groups, as Cognito makes one, but without a real signature.
func tokenWith(groups ...string) string {
	return tokenOf(map[string]any{"sub": testSub, "cognito:groups": groups})
}

// tokenOf returns a token with claims.
func tokenOf(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode(payload) + "." + encode([]byte("signature"))
}

func TestRequiredGroup(t *testing.T) {
	t.Parallel()
	inGroup := func(c *deployment) { c.RequiredGroup = "uploaders" }
	upload, j := newTestHandler(t, inGroup)
	files := map[string]*Handler{}
	for resource := range fileHandlers {
		files[resource], _ = newTestFor(t, resource, inGroup)
	}
	ownKey := fields{"key": ownTestKey("a.png")}.String()
	free, _ := newTestHandler(t)
	both := tokenWith("admins", "uploaders")
	for name, c := range map[string]struct {
		claim  any
		token  string
		member bool
	}{
		"Alone":          {"uploaders", testJWT, true},
		"First":          {"uploaders,admins", tokenWith("uploaders", "admins"), true},
		"Last":           {"admins,uploaders", both, true},
		"Bearer":         {"admins,uploaders", "Bearer " + both, true},
		"Missing":        {nil, both, false},
		"Empty":          {"", tokenWith(), false},
		"Other":          {"admins", tokenWith("admins"), false},
		"Others":         {"admins,editors", tokenWith("admins", "editors"), false},
		"Longer":         {"uploaders2", tokenWith("uploaders2"), false},
		"Shorter":        {"uploader", tokenWith("uploader"), false},
		"WithinAName":    {"not-uploaders", tokenWith("not-uploaders"), false},
		"OtherCase":      {"Uploaders", tokenWith("Uploaders"), false},
		"Brackets":       {"[uploaders]", tokenWith("[uploaders]"), false}, // one group with this name
		"BracketsInList": {"[admins,uploaders]", tokenWith("[admins", "uploaders]"), false},
		"Spaces":         {"[admins uploaders]", both, false}, // as an HTTP API writes them
		"Comma":          {"x,uploaders", tokenWith("x,uploaders"), false},
		"CommaBehind":    {"uploaders,x", tokenWith("uploaders,x"), false},
		"CommaAndMore":   {"x,uploaders,admins", tokenWith("x,uploaders", "admins"), false},
		"CommaElsewhere": {"x,y,uploaders", tokenWith("x,y", "uploaders"), true},
		"OtherToken":     {"admins,uploaders", tokenWith("uploaders"), false},
		"NoToken":        {"admins,uploaders", "", false},
		"OddToken":       {"admins,uploaders", testJWT, false},
		"TwoParts":       {"admins,uploaders", "a.b", false},
		"NoBase64":       {"admins,uploaders", "a.%.c", false},
		"Number":         {7, both, false},
		"List":           {[]any{"admins", "uploaders"}, both, false}, // claims are strings
	} {
		t.Run(name, func(t *testing.T) {
			for _, e := range []events.APIGatewayProxyRequest{
				postEvent(goodFields().String()), downloadEvent(ownKey), listingEvent("{}"), deletionsEvent(ownTestKey("a.png")), scanEvent(ownKey),
			} {
				e.RequestContext.Authorizer["claims"].(map[string]any)["cognito:groups"] = c.claim
				delete(e.Headers, "Authorization")
				e.Headers["authorization"] = c.token // as over HTTP/2
				e.MultiValueHeaders = map[string][]string{"authorization": {c.token}}
				h, ok := files[e.Resource]
				if !ok {
					h = upload
					planned(t, free, e) // without a required group, the groups are ignored
				}
				if !c.member {
					r := refused(t, h, e, 403, Forbidden, "Authorization")
					if !strings.Contains(r.Error.Message, `members of the group "uploaders"`) {
						t.Errorf("message %q", r.Error.Message)
					}
				} else if status := handle(t, h, e).StatusCode; status >= 400 {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	for _, line := range j.lines(t) {
		if line["sub"] != testSub {
			t.Errorf("the log doesn't say who was let in or refused: %v", line)
		}
	}
}

// With two headers, it isn't known which of them API Gateway has verified.
func TestGroupsOfTwoTokens(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(c *deployment) { c.RequiredGroup = "uploaders" })
	forged, real := tokenWith("x", "uploaders"), tokenWith("x,uploaders")
	for name, headers := range map[string]map[string][]string{
		"Twice":      {"Authorization": {real, forged}},
		"OtherCase":  {"Authorization": {real}, "authorization": {forged}},
		"SameTwice":  {"Authorization": {forged, forged}},
		"BesideOnly": {"AUTHORIZATION": {forged}},
	} {
		e := postEvent(goodFields().String())
		e.RequestContext.Authorizer["claims"].(map[string]any)["cognito:groups"] = "x,uploaders"
		e.Headers["Authorization"] = real
		if name == "SameTwice" {
			e.Headers["Authorization"] = forged
		}
		e.MultiValueHeaders = headers
		if status := handle(t, h, e).StatusCode; status != 403 {
			t.Errorf("%s: status %d", name, status)
		}
	}
}

// A token of another client is refused as such, whatever its groups.
func TestClientIsCheckedBeforeTheGroup(t *testing.T) {
	t.Parallel()
	h, _ := newTestHandler(t, func(c *deployment) { c.RequiredGroup = "uploaders" })
	e := postEvent(goodFields().String())
	e.RequestContext.Authorizer["claims"].(map[string]any)["aud"] = "foreign"
	refused(t, h, e, 401, Unauthorized, "Authorization")
}
