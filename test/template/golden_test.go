// Package template_test tests the synthesized templates: against the golden files in testdata, and
// by the rules in invariants_test.go for every stage, every option and any valid props.
//
//	go test ./test/template            compare
//	go test ./test/template -short     compare the stages and a few options
//	go test ./test/template -update    write what is synthesized now to testdata
//
// node_modules/.bin must be first in PATH. No test here may run in parallel with another that uses
// the CDK, whose runtime serves one goroutine at a time. Package cli_test runs the app itself. The
// checks of the props are tested beside them, in infra/uploads.
package template_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signpost/infra"
	"signpost/test/template/synth"
)

var update = flag.Bool("update", false, "write the synthesized templates to testdata")

// golden is the path of a stage's golden file.
func golden(stage infra.Stage) string { return filepath.Join("testdata", stage.Name+".json") }

func TestGolden(t *testing.T) {
	for _, stage := range infra.Stages() {
		t.Run(stage.Name, func(t *testing.T) {
			got := synth.Canonical(t, synthesized(t, stage.Name, stage))
			if *update {
				if err := os.WriteFile(golden(stage), got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden(stage))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the template of stage %s is not %s (-want +got).\n%s\nIf that is meant, run: go test ./test/template -update", stage.Name, golden(stage), diff)
			}
		})
	}
}

// skipInShort skips a slow test with -short.
func skipInShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow: not with -short")
	}
}

// synthesized is the template of a stage or an option, by its name. Each is synthesized once, since
// that is slow.
func synthesized(t *testing.T, name string, stage infra.Stage) []byte {
	t.Helper()
	if templates[name] == nil {
		templates[name] = synth.Stage(t, stage)
	}
	return templates[name]
}

var templates = map[string][]byte{}
