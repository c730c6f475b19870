package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signpost/internal/cfn"
)

func TestParseFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string // part of the error, or empty
	}{
		"OK":            {nil, ""},
		"OKLocalhost":   {[]string{"-addr", "localhost:0"}, ""},
		"OKIPv6":        {[]string{"-addr", "[::1]:8080"}, ""},
		"ErrAllAddrs":   {[]string{"-addr", ":8080"}, "loopback"},
		"ErrAllIPv4":    {[]string{"-addr", "0.0.0.0:0"}, "loopback"},
		"ErrAllIPv6":    {[]string{"-addr", "[::]:0"}, "loopback"},
		"ErrPublicAddr": {[]string{"-addr", "192.0.2.1:8080"}, "loopback"},
		"ErrPublicName": {[]string{"-addr", "example.com:0"}, "loopback"},
		"ErrNoValue":    {[]string{"-addr"}, "-addr"},
		"ErrNoPort":     {[]string{"-addr", "127.0.0.1"}, "HOST:PORT"},
		"ErrFlag":       {[]string{"-port", "1"}, "-port"},
		"ErrArgument":   {[]string{"dev"}, `"dev"`},
		"OKWebhook":     {[]string{"-webhook", "http://127.0.0.1:3000/hook"}, ""},
		"OKWebhookTLS":  {[]string{"-webhook", "https://localhost:3000/hook?from=signpost"}, ""},
		"ErrNotAURL":    {[]string{"-webhook", "localhost:3000"}, "http://127.0.0.1:3000/hook"},
		"ErrNoHost":     {[]string{"-webhook", "http:///hook"}, "http://127.0.0.1:3000/hook"},
		"ErrElsewhere":  {[]string{"-webhook", "https://hooks.example.com/"}, "not this machine"},
		"ErrAddress":    {[]string{"-webhook", "http://192.0.2.1:3000/"}, "not this machine"},
		"ErrAllHosts":   {[]string{"-webhook", "http://0.0.0.0:3000/"}, "not this machine"},
		"ErrNamed":      {[]string{"-webhook", "http://localhost.example.com/"}, "not this machine"},
		"ErrPassword":   {[]string{"-webhook", "http://me:hunter2@127.0.0.1/"}, "user name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFlags(c.args)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// What the local run doesn't implement must be listed, whatever it is.
func TestDifferences(t *testing.T) {
	text := `{"Resources": {"T": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {}, "AccelerateConfiguration": {}, "CorsConfiguration": {}}}}}`
	template, err := cfn.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(differences(template), "\n")
	for _, want := range []string{"AWS::SNS::Topic", "lifecycle", "S3 Transfer Acceleration: URLs go to the local S3"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "AWS::S3::Bucket") || strings.Contains(got, "encryption") || strings.Contains(got, "Cognito") {
		t.Errorf("it lists what is implemented, or what the template doesn't ask for:\n%s", got)
	}
	template.Resources["P"] = &cfn.Resource{Type: "AWS::Cognito::UserPool"}
	if got := strings.Join(differences(template), "\n"); !strings.Contains(got, "nothing is asked of AWS") {
		t.Errorf("it doesn't say where the pool's keys are:\n%s", got)
	}
}

// Two runs over one folder would overwrite each other's users and objects.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	if err := lock(dir); err != nil {
		t.Fatal(err)
	}
	if err := lock(dir); err == nil {
		t.Error("a second run took the folder")
	}
	if err := lock(t.TempDir()); err != nil {
		t.Error("another folder was refused:", err)
	}
}

// The error has to show what the bundler printed.
func TestBuildPageFails(t *testing.T) {
	project, err := projectRoot()
	if err != nil {
		t.Fatal(err)
	}
	node, err := findNode(project)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "page"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := []byte(`console.error("page: main.ts: Expected ;"); process.exitCode = 1`)
	if err := os.WriteFile(filepath.Join(root, "page/build.mjs"), script, 0o600); err != nil {
		t.Fatal(err)
	}
	err = buildPage(t.Context(), root, node, filepath.Join(root, "out"))
	if err == nil || !strings.Contains(err.Error(), "the demo page can't be built") || !strings.Contains(err.Error(), "Expected ;") {
		t.Errorf("got %v", err)
	}
}
