package main

import (
	"slices"
	"testing"

	"signpost/infra"
)

// TestStageOf: what the context asks for, as the CDK hands it over: text from -c and from the local
// run, a number where cdk.json has one, nil for nothing.
func TestStageOf(t *testing.T) {
	for name, test := range map[string]struct {
		context map[string]any
		stage   string
		origins []string // of the stage; nil is its own
		first   bool     // whether it is the stage's first deployment
		webhook bool     // whether it has a webhook
		issuer  string   // the URL of its issuer
		says    string   // the error
	}{
		"OK":              {context: map[string]any{"stage": "production"}, stage: "production"},
		"OKDefault":       {stage: "dev"},
		"OKPagePort":      {context: map[string]any{"stage": "local", "pagePort": "9000"}, stage: "local", origins: []string{"http://localhost:9000", "http://127.0.0.1:9000"}},
		"OKPagePortInt":   {context: map[string]any{"stage": "local", "pagePort": 9000.0}, stage: "local", origins: []string{"http://localhost:9000", "http://127.0.0.1:9000"}},
		"OKFirst":         {context: map[string]any{"stage": "production", "firstDeployment": "true"}, stage: "production", first: true},
		"OKFirstBool":     {context: map[string]any{"stage": "production", "firstDeployment": true}, stage: "production", first: true},
		"OKNotFirst":      {context: map[string]any{"stage": "production", "firstDeployment": "false"}, stage: "production"},
		"OKFirstOfDev":    {context: map[string]any{"firstDeployment": "true"}, stage: "dev", first: true},
		"ErrFirst":        {context: map[string]any{"firstDeployment": "yes"}, says: `firstDeployment is "yes": give true for a stack that isn't there yet, or false`},
		"ErrFirstEmpty":   {context: map[string]any{"firstDeployment": ""}, says: `firstDeployment is "": give true for a stack that isn't there yet, or false`},
		"ErrStage":        {context: map[string]any{"stage": "nope"}, says: `there is no stage "nope": choose one of local, local-scan, issuer, dev, staging, production`},
		"ErrNoStage":      {context: map[string]any{"stage": ""}, says: `there is no stage "": choose one of local, local-scan, issuer, dev, staging, production`},
		"ErrPagePort":     {context: map[string]any{"pagePort": "9000"}, says: `pagePort is only for the stages of the local run, not for "dev"`},
		"OKWebhook":       {context: map[string]any{"stage": "local", "localWebhook": true}, stage: "local", webhook: true},
		"OKNoWebhook":     {context: map[string]any{"stage": "local", "localWebhook": "false"}, stage: "local"},
		"ErrWebhook":      {context: map[string]any{"localWebhook": "true"}, says: `localWebhook is only for the stages of the local run, not for "dev"`},
		"ErrWebhookText":  {context: map[string]any{"stage": "local", "localWebhook": "http://127.0.0.1"}, says: `localWebhook is "http://127.0.0.1": give true for the local run, or false`},
		"OKIssuer":        {context: map[string]any{"stage": "issuer", "localIssuer": "http://127.0.0.1:9999"}, stage: "issuer", issuer: "http://127.0.0.1:9999"},
		"OKIssuerDefault": {context: map[string]any{"stage": "issuer"}, stage: "issuer", issuer: "http://127.0.0.1:8090"},
		"ErrIssuer":       {context: map[string]any{"stage": "dev", "localIssuer": "http://127.0.0.1:9999"}, says: `localIssuer is only for stage issuer, not for "dev"`},
		"ErrPagePortText": {context: map[string]any{"stage": "local", "pagePort": "http"}, says: `pagePort "http" is not a port: give a number from 1 to 65535`},
	} {
		t.Run(name, func(t *testing.T) {
			stage, err := stageOf(func(name string) any { return test.context[name] })
			if test.says != "" {
				if err == nil || err.Error() != test.says {
					t.Errorf("the error is %v, want %s", err, test.says)
				}
				return
			}
			if err != nil || stage.Name != test.stage {
				t.Fatalf("the stage is %q (%v), want %q", stage.Name, err, test.stage)
			}
			if stage.Uploads.FirstDeployment != test.first {
				t.Errorf("its FirstDeployment is %v, want %v", stage.Uploads.FirstDeployment, test.first)
			}
			if (stage.Uploads.Webhook != nil) != test.webhook {
				t.Errorf("its Webhook is %v, want one: %v", stage.Uploads.Webhook, test.webhook)
			}
			if issuers := stage.Uploads.Callers.Issuers; (issuers != nil) != (test.issuer != "") || issuers != nil && issuers.List[0].URL != test.issuer {
				t.Errorf("its issuers are %+v, want %q", issuers, test.issuer)
			}
			want := test.origins
			if own, _ := infra.StageNamed(test.stage); want == nil {
				want = own.Uploads.AllowedOrigins
			}
			if !slices.Equal(stage.Uploads.AllowedOrigins, want) {
				t.Errorf("its origins are %q, want %q", stage.Uploads.AllowedOrigins, want)
			}
		})
	}
}
