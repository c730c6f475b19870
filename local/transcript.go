package main

import "strings"

// transcript is an upload with curl: sign in, ask for a plan, and send the signed request exactly
// as the plan has it.
func transcript(o outputs) string {
	user := o.Local.Users[0]
	return strings.NewReplacer(
		"@API@", o.ApiUrl, "@COGNITO@", o.Local.CognitoEndpoint, "@CLIENT@", o.UserPoolClientId,
		"@USERNAME@", user.Username, "@PASSWORD@", user.Password,
	).Replace(transcriptTemplate)
}

const transcriptTemplate = `API=@API@ COGNITO=@COGNITO@
CLIENT=@CLIENT@ USERNAME=@USERNAME@ PASSWORD=@PASSWORD@

TOKEN=$(curl -sS $COGNITO -H 'Content-Type: application/x-amz-json-1.1' \
  -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \
  -d '{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"'$CLIENT'","AuthParameters":{"USERNAME":"'$USERNAME'","PASSWORD":"'$PASSWORD'"}}' |
  node -pe 'JSON.parse(fs.readFileSync(0)).AuthenticationResult.IdToken')

echo 'Hello, S3!' > hello.txt

curl -sS ${API}uploads -H "Authorization: $TOKEN" -H 'Content-Type: application/json' \
  -d '{"filename":"hello.txt","contentType":"text/plain","size":11}' > plan.json

node -pe 'const { url, headers } = JSON.parse(fs.readFileSync("plan.json"));
  ["url=" + JSON.stringify(url), ...Object.entries(headers).map(([k, v]) => "header=" + JSON.stringify(k + ": " + v))].join("\n")' |
  curl -sS --fail-with-body --upload-file hello.txt --config - && echo "stored: $(node -pe 'JSON.parse(fs.readFileSync("plan.json")).key')"
`
