package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"signpost/internal/cfn"
	"signpost/local/issuer"
)

func ofIssuer() outputs {
	return outputs{ApiUrl: "http://127.0.0.1:1/v1/", Local: localOutputs{
		PageUrl: "http://127.0.0.1:8080/", S3Endpoint: "http://127.0.0.1:2",
		Issuer:          &issuerOutputs{Url: "http://127.0.0.1:3", ClientId: "page", Audience: "https://signpost.example/api"},
		MachineClientId: "machine", MachineSecretFile: "/data/Ada's/machine-secret",
	}}
}

func getPage(t *testing.T, o outputs, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	newPage(fstest.MapFS{}, "Signpost-issuer", o).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// The page may call its issuer and nothing else that isn't in the stack.
func TestPagePolicy(t *testing.T) {
	t.Parallel()
	withPool := ofIssuer()
	withPool.Local.Issuer, withPool.Local.CognitoEndpoint = nil, "http://127.0.0.1:4"
	for name, c := range map[string]struct {
		o    outputs
		want []string
	}{
		"Issuer":   {ofIssuer(), []string{"'self'", "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"}},
		"UserPool": {withPool, []string{"'self'", "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:4"}},
	} {
		got := directives(t, getPage(t, c.o, "/").Header().Get("Content-Security-Policy"))
		if !slices.Equal(got["connect-src"], c.want) || !slices.Equal(got["form-action"], []string{"'none'"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestPageDoesNotKnowTheSecret(t *testing.T) {
	t.Parallel()
	body := getPage(t, ofIssuer(), "/config.json").Body.String()
	if strings.Contains(body, "machine-secret") || !strings.Contains(body, `"ClientId":"page"`) || strings.Contains(body, "UserPool") || strings.Contains(body, "Cognito") {
		t.Errorf("config.json is %s", body)
	}
}

// The shell must read the path of the secret as it is.
func TestTranscriptQuotesThePath(t *testing.T) {
	t.Parallel()
	text := transcript(ofIssuer())
	first, _, _ := strings.Cut(text, "\n\n")
	printed, err := exec.CommandContext(t.Context(), "sh", "-c", first+"\n"+`printf %s "$SECRET_FILE"`).Output()
	if err != nil || string(printed) != "/data/Ada's/machine-secret" {
		t.Errorf("the shell reads %q, %v", printed, err)
	}
	if strings.Contains(text, "@") {
		t.Errorf("a placeholder is left in:\n%s", text)
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	all := cdkContext{pagePort: "9000", issuerURL: "http://127.0.0.1:3"}
	for stage, want := range map[string][]string{
		"issuer": {"localIssuer", "localWebhook", "pagePort", "stage"},
		"dev":    {"stage"}, // its origins and issuers are its own
	} {
		values := map[string]any{}
		all.stage = stage
		all.addTo(values)
		if got := slices.Sorted(maps.Keys(values)); !slices.Equal(got, want) {
			t.Errorf("%s: %v", stage, got)
		}
	}
}

// A run whose API refuses all tokens of its issuer would be of no use.
func TestIssuerThatIsNotAccepted(t *testing.T) {
	t.Parallel()
	for name, resources := range map[string]string{
		"OtherURL":   `{"F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "authorize", "Environment": {"Variables": {"ISSUERS": "[{\"url\":\"https://login.example.com/\",\"aud\":[\"a\"],\"alg\":[\"RS256\"]}]"}}}}}`,
		"NoFunction": `{"F": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "upload"}}}`,
	} {
		template, err := cfn.Parse([]byte(`{"Resources": ` + resources + `}`))
		if err != nil {
			t.Fatal(err)
		}
		s := &stack{template: template}
		err = s.startIssuer(t.Context(), &issuer.Reservation{URL: "http://127.0.0.1:3"}, "", "", nil)
		if err == nil || s.issuer != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
