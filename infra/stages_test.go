package infra_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra"
)

func TestStageNamed(t *testing.T) {
	for _, name := range []string{"local", "local-scan", "issuer", "dev", "staging", "production"} {
		stage, err := infra.StageNamed(name)
		if err != nil || stage.StackName() != "Signpost-"+name {
			t.Errorf("StageNamed(%q) is %q, %v", name, stage.StackName(), err)
		}
	}
	_, err := infra.StageNamed("Dev")
	if want := `there is no stage "Dev": choose one of local, local-scan, issuer, dev, staging, production`; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestWithPagePort(t *testing.T) {
	local, err := infra.StageNamed("local")
	if err != nil {
		t.Fatal(err)
	}
	local.Uploads.AllowedOrigins = append(local.Uploads.AllowedOrigins, "http://localhost:8081", "https://localhost:8080")
	before := strings.Join(local.Uploads.AllowedOrigins, " ")
	for port, want := range map[string][]string{
		"9000": {"http://localhost:9000", "http://127.0.0.1:9000", "http://localhost:8081", "https://localhost:8080"},
		"80":   {"http://localhost", "http://127.0.0.1", "http://localhost:8081", "https://localhost:8080"},
	} {
		moved, err := local.WithPagePort(port)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, moved.Uploads.AllowedOrigins); diff != "" {
			t.Errorf("port %s (-want +got):\n%s", port, diff)
		}
	}
	if after := strings.Join(local.Uploads.AllowedOrigins, " "); after != before {
		t.Errorf("the stage itself is changed: %s", after)
	}
	for _, port := range []string{"", "0", "65536", "-1", "08080", "http", "80 "} {
		if _, err := local.WithPagePort(port); err == nil {
			t.Errorf("port %q is accepted", port)
		}
	}
	dev, _ := infra.StageNamed("dev")
	if _, err := dev.WithPagePort("9000"); err == nil || !strings.Contains(err.Error(), "only for the stages of the local run") {
		t.Errorf("stage dev: %v", err)
	}
}

func TestWithLocalIssuer(t *testing.T) {
	stage, err := infra.StageNamed("issuer")
	if err != nil {
		t.Fatal(err)
	}
	moved, err := stage.WithLocalIssuer("http://127.0.0.1:9999")
	if err != nil {
		t.Fatal(err)
	}
	if got, before := moved.Uploads.Callers.Issuers.List[0].URL, stage.Uploads.Callers.Issuers.List[0].URL; got != "http://127.0.0.1:9999" || before != "http://127.0.0.1:8090" {
		t.Errorf("the issuer is %s, and in the stage itself %s", got, before)
	}
	if _, err := stage.WithLocalIssuer("http://192.0.2.1"); err == nil || !strings.Contains(err.Error(), `localIssuer "http://192.0.2.1" is plain http`) {
		t.Errorf("http elsewhere: %v", err)
	}
	for _, name := range []string{"local", "dev"} {
		other, _ := infra.StageNamed(name)
		if _, err := other.WithLocalIssuer("http://127.0.0.1:9999"); err == nil || !strings.Contains(err.Error(), "only for stage issuer") {
			t.Errorf("stage %s: %v", name, err)
		}
	}
	if moved, err := stage.WithPagePort("9000"); err != nil || moved.Uploads.AllowedOrigins[0] != "http://localhost:9000" {
		t.Errorf("it is no stage of the local run: %v", err)
	}
}
