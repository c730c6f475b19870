package template_test

import (
	"errors"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// Each set of props needs a synthesis, which takes 0.1 s on an idle machine and more on a busy one.
// CI tries all of them; elsewhere the test tries as many as fit into the time, at least
// anyPropsLeast, and other ones on each run. rapid prints those that fail.
const (
	anyPropsTime  = 6 * time.Second
	anyPropsLeast = 30
	anyPropsMost  = 300
)

// TestInvariantsOfAnyProps: the rules hold for any valid props.
func TestInvariantsOfAnyProps(t *testing.T) {
	skipInShort(t)
	setRapidChecks(t, anyPropsMost)
	held, end := 0, time.Now().Add(anyPropsTime)
	if os.Getenv("CI") != "" {
		end = end.Add(time.Hour)
	}
	rapid.Check(t, func(r *rapid.T) {
		if held >= anyPropsLeast && time.Now().After(end) {
			return
		}
		stage := infra.Stage{Name: "any", Uploads: options.Any(r)}
		if err := stage.Uploads.Validate(); !onlyNoCode(err) {
			r.Fatalf("valid props are refused: %v", err)
		}
		assertInvariants(r, parse(t, synth.Stage(t, stage)), stage)
		held++
	})
	t.Logf("the invariants hold of %d sets of props", held)
}

// onlyNoCode reports whether the only problem is the missing code, which synth.WithStub adds.
func onlyNoCode(err error) bool {
	var wrong *uploads.PropsError
	if err == nil || !errors.As(err, &wrong) {
		return err == nil
	}
	for _, problem := range wrong.Problems {
		if problem.Field != "Code" && !strings.HasSuffix(problem.Field, ".Code") {
			return false
		}
	}
	return true
}

func setRapidChecks(t *testing.T, n int) {
	t.Helper()
	usual := flag.Lookup("rapid.checks").Value.String()
	t.Cleanup(func() { flag.Set("rapid.checks", usual) })
	if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
}
