package presign

import (
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
		"NoSub":         {claims(map[string]any{"sub": nil}), "no caller"},
		"EmptySub":      {claims(map[string]any{"sub": ""}), "no caller"},
		"NumberSub":     {claims(map[string]any{"sub": 7}), "no caller"},
		"PathSub":       {claims(map[string]any{"sub": "../" + testSub}), "no caller"},
		"DotSub":        {claims(map[string]any{"sub": ".."}), "no caller"},
		"WideSub":       {claims(map[string]any{"sub": "ä"}), "no caller"},
		"LongSub":       {claims(map[string]any{"sub": strings.Repeat("a", 129)}), "no caller"},
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
