package template_test

import "slices"

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
	found.equal("whether there is a pool beside the given one", len(pools)+len(clients) == 0, want.poolARN != "")
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
