package iam_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// assertTable checks that a template allows what its table says and nothing else.
func assertTable(t *testing.T, template []byte, table deployment) {
	t.Helper()
	for _, problem := range compare(t, template, table) {
		t.Error(problem)
	}
}

// compare returns the differences between a template and its table.
func compare(t testing.TB, template []byte, table deployment) []string {
	t.Helper()
	w, err := newWorld(template, generous(t), identity(t, everythingAllowed))
	if err != nil {
		return []string{err.Error()}
	}
	return append(w.check(table.rows), w.checkSweep(table.abilities)...)
}

func TestStages(t *testing.T) {
	for _, stage := range infra.Stages() {
		t.Run(stage.Name, func(t *testing.T) {
			table, found := stages[stage.Name]
			if !found {
				t.Fatal("the stage has no table: write one in deployments_test.go")
			}
			assertTable(t, synthesized(t, stage), table)
		})
	}
}

func TestOptions(t *testing.T) {
	before := policies(t, synthesized(t, options.Default()))
	tables := map[string]bool{}
	for _, option := range options.All() {
		t.Run(option.Name, func(t *testing.T) {
			stage := option.Stage()
			stage.Name = "default-" + option.Name
			template := synthesized(t, stage)
			table, found := byOption[option.Name]
			if found {
				tables[option.Name] = true
				assertTable(t, template, table)
				return
			}
			if diff := cmp.Diff(before, policies(t, template)); diff != "" {
				t.Errorf("the option changes permissions and has no table: write one in deployments_test.go (-default +%s):\n%s", option.Name, diff)
			}
		})
	}
	for name := range byOption {
		if !tables[name] && !t.Failed() {
			t.Errorf("there is a table %s, but no such option", name)
		}
	}
}

func TestOptionsTogether(t *testing.T) {
	for name, table := range together {
		t.Run(name, func(t *testing.T) {
			assertTable(t, synthesized(t, table.stage), table)
		})
	}
}

// policies returns the properties of the resources with policies, by logical id, without tags and
// descriptions.
func policies(t *testing.T, template []byte) map[string]any {
	t.Helper()
	found := map[string]any{}
	for id, r := range parsed(t, template).Resources {
		switch r.Type {
		case "AWS::IAM::Role", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::KMS::Key":
			delete(r.Properties, "Tags")
			delete(r.Properties, "Description")
			found[id] = r.Properties
		}
	}
	return found
}

// Permissions do not depend on the feature flags in cdk.json, which a team's app may not have.
func TestWithoutFeatureFlags(t *testing.T) {
	stage := together["clean files from home"].stage
	app := synth.NewAppWith(t, map[string]any{})
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	assertTable(t, synth.Template(t, app, stage), together["clean files from home"])
}
