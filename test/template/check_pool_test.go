package template_test

import (
	"maps"
	"slices"
)

// checkUserPool: only an administrator adds users, they need a second factor, and the app client
// keeps no secret and gives nothing away.
func checkUserPool(t *template, want asked) (found complaints) {
	if want.ofRealUsers && want.optionalMFA {
		found.add("this stage leaves MFA to its users")
	}
	if want.passwordAuth && want.ofRealUsers {
		found.add("this stage lets passwords be sent")
	}
	pools, clients := t.of("AWS::Cognito::UserPool"), t.of("AWS::Cognito::UserPoolClient")
	found.equal("whether there is no new pool", len(pools)+len(clients) == 0, want.poolARN != "" || want.noPool)
	checkGroups(t, want, &found)
	for _, pool := range pools {
		mfa := "ON"
		if want.optionalMFA {
			mfa = "OPTIONAL"
		}
		found.equal(pool.id, []any{at(pool.Properties, "AdminCreateUserConfig", "AllowAdminCreateUserOnly"), pool.Properties["MfaConfiguration"]}, []any{true, mfa})
	}
	for _, client := range clients {
		for property, value := range map[string]any{
			"GenerateSecret": false, "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": true,
			"AllowedOAuthFlowsUserPoolClient": false, "WriteAttributes": []string{"name"}, // not the address
		} {
			found.equal(client.id+"'s "+property, client.Properties[property], value)
		}
		found.equal("whether a password may be sent", slices.Contains(texts(client.Properties["ExplicitAuthFlows"]), "ALLOW_USER_PASSWORD_AUTH"), want.passwordAuth)
	}
	return found
}

// checkGroups: a new pool has each group that callers must be in, once, and an existing one gets
// none. The deployment's group keeps its logical id, since another one would be a new group, with
// nobody in it.
func checkGroups(t *template, want asked, found *complaints) {
	groups := map[string]bool{}
	if want.poolARN == "" {
		for _, kind := range want.kinds {
			groups[kind.RequiredGroup] = true
		}
		groups[want.group] = true
	}
	delete(groups, "")
	var got []string
	for _, group := range t.of("AWS::Cognito::UserPoolGroup") {
		name := render(group.Properties["GroupName"])
		got = append(got, name)
		if (group.id == "UploadsUserPoolGroupA1040F80") != (name == want.group) {
			found.add("%s is the group %s", group.id, name)
		}
	}
	slices.Sort(got)
	found.equal("the groups", got, slices.Sorted(maps.Keys(groups)))
}
