package template_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/test/template/synth"
)

// isDeployed reports whether the stage is one of infra's, and not a test's.
func isDeployed(stage infra.Stage) bool {
	_, err := infra.StageNamed(stage.Name)
	return err == nil
}

// forTrials reports whether the stage's data can be lost.
func forTrials(stage infra.Stage) bool {
	return strings.HasPrefix(stage.Name, "local") || stage.Name == "issuer" || stage.Name == "dev"
}

func TestTerminationProtection(t *testing.T) {
	for name, want := range map[string]bool{"local": false, "local-scan": false, "issuer": false, "dev": false, "staging": true, "production": true} {
		stage, err := infra.StageNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		stack := infra.NewUploadStack(synth.NewApp(t), synth.WithStub(t, stage))
		if got := *stack.TerminationProtection(); got != want {
			t.Errorf("stage %s has termination protection %v, want %v", name, got, want)
		}
	}
}

// TestFirstDeployment: the manifest of production in the cloud assembly, which the CLI reads, and
// the template. The first deployment has nothing that would prevent CloudFormation from undoing it,
// and is otherwise the same as the next one.
func TestFirstDeployment(t *testing.T) {
	production, err := infra.StageNamed("production")
	if err != nil {
		t.Fatal(err)
	}
	first := production
	first.Uploads.FirstDeployment = true
	protected, next := assembly(t, production)
	open, made := assembly(t, first)
	if !protected || open {
		t.Errorf("termination protection is %v, and %v for the first deployment; want true and false", protected, open)
	}
	want := "+ Resources.UploadsUserPoolDD46AEA3.Properties.DeletionProtection: \"ACTIVE\"\n"
	if diff := cmp.Diff("-"+strings.TrimPrefix(strings.Replace(want, "ACTIVE", "INACTIVE", 1), "+")+want, difference(t, made, next)); diff != "" {
		t.Errorf("the second deployment changes (-want +got):\n%s", diff)
	}
	if strings.Contains(string(made), `"DeletionPolicy": "Retain"`) {
		t.Error("some resource of the first deployment remains after its failure")
	}
}

// assembly synthesizes a stage, and returns its stack's termination protection as the CLI reads it,
// and its template.
func assembly(t *testing.T, stage infra.Stage) (terminationProtection bool, template []byte) {
	t.Helper()
	app := synth.NewApp(t)
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	template = synth.Template(t, app, stage)
	text, err := os.ReadFile(filepath.Join(*app.Outdir(), "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Artifacts map[string]struct {
			Properties struct{ TerminationProtection bool }
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	stack, found := manifest.Artifacts[stage.StackName()]
	if !found {
		t.Fatalf("the manifest has no %s", stage.StackName())
	}
	return stack.Properties.TerminationProtection, template
}
