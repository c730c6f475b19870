package template_test

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// Each set of props costs a synthesis, 0.1 s on a machine at rest and more on a busy one. In CI all
// of them are tried; elsewhere as many as fit into the time, within those bounds, and other ones on
// each run. rapid prints those that fail.
const (
	anyPropsTime  = 6 * time.Second
	anyPropsLeast = 30
	anyPropsMost  = 300
)

// TestInvariantsOfAnyProps holds the rules to props that nobody chose by hand.
func TestInvariantsOfAnyProps(t *testing.T) {
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

// onlyNoCode says whether nothing is missing but the code, which comes later.
func onlyNoCode(err error) bool {
	var wrong *uploads.PropsError
	if err == nil || !errors.As(err, &wrong) {
		return err == nil
	}
	for _, problem := range wrong.Problems {
		if problem.Field != "Code" && problem.Field != "DownloadCode" {
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

// TestAnyPropsAreJudged spoils valid props at random. They are refused in words, or they are good
// after all; and nothing ever panics.
func TestAnyPropsAreJudged(t *testing.T) {
	synth.RequireNode(t)
	code := valid(t).Code
	refused := 0
	rapid.Check(t, func(r *rapid.T) {
		props := options.Any(r)
		props.Code = code
		if props.Downloads {
			props.DownloadCode = code
		}
		for range rapid.IntRange(1, 3).Draw(r, "spoilt fields") {
			spoil(r, &props)
		}
		err := props.Validate()
		if err == nil {
			return
		}
		refused++
		var wrong *uploads.PropsError
		if !errors.As(err, &wrong) || len(wrong.Problems) == 0 {
			r.Fatalf("Validate returned %v, want a PropsError with problems", err)
		}
		for _, problem := range wrong.Problems {
			if _, ok := reflect.TypeFor[uploads.Props]().FieldByName(problem.Field); !ok || problem.Message == "" {
				r.Fatalf("%q is about no field, or says nothing", problem)
			}
		}
	})
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// spoil sets one field to anything.
func spoil(r *rapid.T, props *uploads.Props) {
	fields := reflect.ValueOf(props).Elem()
	field := fields.Field(rapid.IntRange(0, fields.NumField()-1).Draw(r, "field"))
	switch field.Interface().(type) {
	case string:
		field.SetString(rapid.String().Draw(r, "text"))
	case []string:
		field.Set(reflect.ValueOf(rapid.SliceOfN(rapid.String(), 0, 3).Draw(r, "texts")))
	case map[string]string:
		field.Set(reflect.ValueOf(rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(r, "map")))
	case bool:
		field.SetBool(!field.Bool())
	case float64:
		field.SetFloat(rapid.Float64().Draw(r, "float"))
	case int, int64, time.Duration:
		field.SetInt(rapid.Int64().Draw(r, "number"))
	}
}
