package uploads_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"

	"signpost/infra/uploads"
)

const secretARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:webhook-AbCdEf"

// webhook returns a change of the props to a webhook that is spoiled.
func webhook(spoil func(*uploads.Webhook)) func(*props) {
	return func(p *props) {
		p.Webhook = &uploads.Webhook{URL: "https://api.example.com/arrived", SecretARN: secretARN}
		spoil(p.Webhook)
	}
}

func TestWebhookRefused(t *testing.T) {
	at := func(url string) func(*props) { return webhook(func(w *uploads.Webhook) { w.URL = url }) }
	secret := func(arn string) func(*props) { return webhook(func(w *uploads.Webhook) { w.SecretARN = arn }) }
	header := func(name string) func(*props) { return webhook(func(w *uploads.Webhook) { w.HeaderName = name }) }
	const url, host = "Webhook.URL", "public host name"
	assertRefused(t, []refusal{
		{"no URL", at(""), url, "is missing"},
		{"http", at("http://api.example.com/"), url, "is not https"},
		{"no scheme", at("api.example.com/arrived"), url, "is not https"},
		{"no host", at("https:///arrived"), url, "has no host"},
		{"a password", at("https://me:hunter2@api.example.com/"), url, "Secret or SecretARN"},
		{"a token in the query", at("https://api.example.com/?token=hunter2"), url, "has a query"},
		{"an empty query", at("https://api.example.com/?"), url, "has a query"},
		{"a fragment", at("https://api.example.com/#top"), url, "fragment"},
		{"a wildcard", at("https://api.example.com/*/arrived"), url, "'*'"},
		{"this machine", at("https://localhost/arrived"), url, host},
		{"an address", at("https://203.0.113.9/arrived"), url, host},
		{"an IPv6 address", at("https://[2001:db8::1]/arrived"), url, "is not a URL"},
		{"a name of a private network", at("https://api.corp.internal/arrived"), url, host},
		{"one label", at("https://api/arrived"), url, host},
		{"a space", at("https://api.example.com/a b"), url, "is not a URL"},
		{"letters beyond ASCII", at("https://api.example.com/käse"), url, "is not a URL"},
		{"a long URL", at("https://api.example.com/" + strings.Repeat("a", 2048)), url, "at most 2048"},

		{"no secret", secret(""), "Webhook.Secret", "SecretARN"},
		{"a secret's name", secret("webhook"), "Webhook.SecretARN", "arn:aws:secretsmanager:"},
		{"a partial ARN", secret("arn:aws:secretsmanager:eu-west-1:111122223333:secret:hook"), "Webhook.SecretARN", "webhook-AbCdEf"},
		{"a parameter", secret("arn:aws:ssm:eu-west-1:111122223333:parameter/webhook-AbCdEf"), "Webhook.SecretARN", "arn:aws:secretsmanager:"},
		{"two secrets", webhook(func(w *uploads.Webhook) { w.Secret = struct{ awssecretsmanager.ISecret }{} }), "Webhook.SecretARN", "and so is Webhook.Secret"},
		{"a field that ends the reference", webhook(func(w *uploads.Webhook) { w.SecretField = "a:b}}" }), "Webhook.SecretField", "letters, digits"},
		{"a stage for a version", webhook(func(w *uploads.Webhook) { w.SecretVersionID = "AWSCURRENT" }), "Webhook.SecretVersionID", "AWSCURRENT"},

		{"not a header", header("X Webhook"), "Webhook.HeaderName", "letters, digits and '-'"},
		{"the host", header("Host"), "Webhook.HeaderName", "X-Webhook-Secret"},
		{"the media type", header("content-type"), "Webhook.HeaderName", "X-Webhook-Secret"},
		{"a header of AWS's", header("X-Amz-Secret"), "Webhook.HeaderName", "X-Webhook-Secret"},

		{"no kinds", webhook(func(w *uploads.Webhook) { w.Kinds = []string{} }), "Webhook.Kinds", "nil"},
		{"a kind that isn't there", webhook(func(w *uploads.Webhook) { w.Kinds = []string{"film"} }), "Webhook.Kinds", `"film" is not the name of a kind`},
		{"a kind twice", func(p *props) {
			webhook(func(w *uploads.Webhook) { w.Kinds = []string{"film", "film"} })(p)
			p.Kinds = []uploads.Kind{{Name: "film"}}
		}, "Webhook.Kinds", "twice"},
		{"after a scan that isn't", webhook(func(w *uploads.Webhook) { w.AfterScan = true }), "Webhook.AfterScan", "MalwareScan"},
		{"fewer requests than none", webhook(func(w *uploads.Webhook) { w.RatePerSecond = -1 }), "Webhook.RatePerSecond", "1 or more"},
	})
}

// TestWebhookProblemsKeepSecrets: a secret that somebody has put into the wrong prop isn't printed.
func TestWebhookProblemsKeepSecrets(t *testing.T) {
	for what, spoil := range map[string]func(*uploads.Webhook){
		"a password":             func(w *uploads.Webhook) { w.URL = "https://me:hunter2@api.example.com/" },
		"a query":                func(w *uploads.Webhook) { w.URL = "https://api.example.com/?token=hunter2" },
		"a path of plain HTTP":   func(w *uploads.Webhook) { w.URL = "http://api.example.com/hunter2" },
		"a path with a space":    func(w *uploads.Webhook) { w.URL = "https://api.example.com/hunter2 " },
		"a path of no host":      func(w *uploads.Webhook) { w.URL = "https://localhost/hunter2#hunter2" },
		"no URL":                 func(w *uploads.Webhook) { w.URL = "hunter2" },
		"no ARN":                 func(w *uploads.Webhook) { w.SecretARN = "hunter2" },
		"no field":               func(w *uploads.Webhook) { w.SecretField = "hunter2!" },
		"a header and its value": func(w *uploads.Webhook) { w.HeaderName = "X-Webhook-Secret: hunter2" },
	} {
		p := required()
		webhook(spoil)(&p)
		if err := p.Validate(); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the problem is %v, want one without the secret", what, err)
		}
	}
}

func TestWebhookAccepted(t *testing.T) {
	for _, accepted := range []func(*props){
		webhook(func(*uploads.Webhook) {}),
		webhook(func(w *uploads.Webhook) {
			w.URL, w.HeaderName = "https://api.example.com:8443/a%20b/~arrived", "Authorization"
		}),
		webhook(func(w *uploads.Webhook) { w.URL, w.SecretARN = "${Token[URL.1]}", "${Token[Secret.2]}" }),
		webhook(func(w *uploads.Webhook) {
			w.SecretARN = "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:team/web+hook-AbCdEf"
		}),
	} {
		p := required()
		accepted(&p)
		if err := p.Validate(); err != nil {
			t.Errorf("%+v is refused: %v", *p.Webhook, err)
		}
	}
}
