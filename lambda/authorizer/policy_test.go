package authorizer

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"signpost/lambda/config"
)

// The answer for one method is used for all, and for no other stage or API.
func TestEveryMethod(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		methodARN: stageARN,
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/GET/":                           stageARN,
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/GET/a/../../v2/GET/b:c*":        stageARN,
		"arn:aws-us-gov:execute-api:us-gov-west-1:111122223333:abcdef1234/test-invoke-stage/GET/": "arn:aws-us-gov:execute-api:us-gov-west-1:111122223333:abcdef1234/test-invoke-stage/*",
		"": "", "*": "",
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234":          "",
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1":       "",
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234//GET/":    "",
		"arn:aws:execute-api:eu-west-1:111122223333:/v1/GET/":            "",
		"arn:aws:execute-api:eu-west-1:111122223333:*/v1/GET/":           "",
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/*/GET/":   "",
		"arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v?/GET/":  "",
		"arn:aws:execute-api:*:111122223333:abcdef1234/v1/GET/":          "",
		"arn:aws:lambda:eu-west-1:111122223333:function:abcdef/v1/GET/x": "",
		"urn:aws:execute-api:eu-west-1:111122223333:abcdef1234/v1/GET/":  "",
	} {
		if got, err := everyMethod(arn); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v; want %s", arn, got, err, want)
		}
	}
	f := newFixture(t)
	if _, err := f.a.Authorize(context.Background(), events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: f.token(nil), MethodArn: "*"}); err == nil || err.Error() == "Unauthorized" {
		t.Errorf("an odd method: %v", err)
	}
}

// Settings with which an answer could be too large are refused, and no answer is larger than that.
func TestAnswerSize(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	claims := config.RequiredClaims{}
	for n := 0; checkAnswerSize(claims) == nil; n++ {
		claims[fmt.Sprintf("claim-%02d", n)] = []string{strings.Repeat(`"`, config.MaxClaimValue)}
	}
	if err := f.startError(claims); err == nil || !strings.Contains(err.Error(), "KIND_CLAIMS: ") {
		t.Errorf("too many: %v", err)
	}
	delete(claims, fmt.Sprintf("claim-%02d", len(claims)-1))
	if len(claims) < 3 {
		t.Fatalf("only %d claims are accepted", len(claims))
	}
	f.start(config.Authorizer{Issuers: []config.Issuer{f.cfg}, KindClaims: claims})
	full := map[string]any{"sub": strings.Repeat("<", maxName)}
	for name, values := range claims {
		full[name] = values
	}
	answer, err := f.authorize(f.token(full))
	if err != nil {
		t.Fatal(err)
	}
	if text := toJSON(answer); len(text) > maxAnswerToGateway || !json.Valid([]byte(text)) {
		t.Errorf("an answer of %d bytes", len(text))
	}
}

func (f *fixture) startError(claims config.RequiredClaims) error {
	_, err := newAuthorizer(config.Authorizer{Issuers: []config.Issuer{f.cfg}, KindClaims: claims}, f.issuer.client, f.a.log, f.clock.now)
	return err
}
