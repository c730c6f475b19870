package main

import "strings"

// transcript is an upload with curl: get a token, ask for a plan, and send the signed request
// exactly as the plan has it.
func transcript(o outputs) string {
	if o.Local.Issuer != nil {
		return strings.NewReplacer(
			"@API@", o.ApiUrl, "@ISSUER@", o.Local.Issuer.Url, "@CLIENT@", o.Local.MachineClientId,
			"@SECRETFILE@", quoted(o.Local.MachineSecretFile), "@AUDIENCE@", o.Local.Issuer.Audience,
		).Replace(machineToken + upload)
	}
	user := o.Local.Users[0]
	return strings.NewReplacer(
		"@API@", o.ApiUrl, "@COGNITO@", o.Local.CognitoEndpoint, "@CLIENT@", o.UserPoolClientId,
		"@USERNAME@", user.Username, "@PASSWORD@", user.Password,
	).Replace(userToken + upload)
}

// userToken signs a user of the pool in.
const userToken = `API=@API@ COGNITO=@COGNITO@
CLIENT=@CLIENT@ USERNAME=@USERNAME@ PASSWORD=@PASSWORD@

TOKEN=$(curl -sS $COGNITO -H 'Content-Type: application/x-amz-json-1.1' \
  -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \
  -d '{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"'$CLIENT'","AuthParameters":{"USERNAME":"'$USERNAME'","PASSWORD":"'$PASSWORD'"}}' |
  node -pe 'JSON.parse(fs.readFileSync(0)).AuthenticationResult.IdToken')
`

// machineToken gets a token for a program. The secret stays in its file: curl reads it from its
// standard input, since others may see the arguments of a program.
const machineToken = `API=@API@ ISSUER=@ISSUER@
CLIENT=@CLIENT@ SECRET_FILE=@SECRETFILE@

TOKEN=$(printf 'user = "%s:%s"\n' $CLIENT "$(cat "$SECRET_FILE")" |
  curl -sS --config - $ISSUER/token -d grant_type=client_credentials --data-urlencode resource=@AUDIENCE@ |
  node -pe 'JSON.parse(fs.readFileSync(0)).access_token')
`

const upload = `
echo 'Hello, S3!' > hello.txt

curl -sS ${API}uploads -H "Authorization: $TOKEN" -H 'Content-Type: application/json' \
  -d '{"filename":"hello.txt","contentType":"text/plain","size":11}' > plan.json

node -pe 'const { url, headers } = JSON.parse(fs.readFileSync("plan.json"));
  ["url=" + JSON.stringify(url), ...Object.entries(headers).map(([k, v]) => "header=" + JSON.stringify(k + ": " + v))].join("\n")' |
  curl -sS --fail-with-body --upload-file hello.txt --config - && echo "stored: $(node -pe 'JSON.parse(fs.readFileSync("plan.json")).key')"
`

// quoted quotes a path for the shell.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }
