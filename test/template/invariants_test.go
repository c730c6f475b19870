package template_test

import (
	"flag"
	"testing"
	"time"

	"pgregory.net/rapid"

	"signpost/infra"
	"signpost/test/template/synth"
)

// invariant is a rule that every template keeps, whatever the stage allows. What it compares with
// is written out here and never taken from package infra.
type invariant struct {
	name  string
	check func(t *template, stage infra.Stage) complaints
}

var invariants = []invariant{
	{"roles hold only what is agreed", checkRoles},
	{"nobody else may call the function", checkFunctionPermissions},
	{"functions are the agreed size and keep their own log", checkFunctions},
	{"the environment is what the function reads", checkEnvironment},
	{"buckets are private, encrypted and TLS only", checkBuckets},
	{"a key rotates and is the account's alone", checkKeys},
	{"the bucket refuses what was not signed", checkUploadBucketPolicy},
	{"the bucket lets in just the pages", checkBucketCORS},
	{"unfinished uploads go, objects stay", checkLifecycle},
	{"every method but OPTIONS needs a token", checkAuthorizers},
	{"requests are validated", checkValidators},
	{"there are the agreed routes", checkRoutes},
	{"OPTIONS lets in just the pages", checkPreflight},
	{"API Gateway's refusals have the contract's shape", checkGatewayResponses},
	{"the API is regional, throttled and logs no secret", checkAPIStage},
	{"every log forgets", checkLogRetention},
	{"the pool is closed and its client has no secret", checkUserPool},
	{"data outlives the stack outside local and dev", checkRetention},
	{"logical ids of what holds data never move", checkPinnedIDs},
	{"outputs are the contract's", checkOutputs},
	{"no dependency is said twice", checkDependencies},
	{"nothing is shared with the account", checkNothingShared},
	{"GuardDuty scans the uploads where asked", checkScan},
	{"a web ACL stands before the API where asked", checkWebACL},
	{"a name of its own is the only way in", checkDomain},
	{"requests are traced where asked", checkTracing},
	{"alarms tell one topic", checkAlarms},
	{"only CloudWatch publishes to the alarms' topic", checkAlarmTopic},
	{"dashboard and queries show what there is", checkViews},
	{"tags are on everything", checkTags},
}

func TestInvariants(t *testing.T) {
	for _, stage := range infra.Stages() {
		t.Run(stage.Name, func(t *testing.T) {
			assertInvariants(t, parse(t, synth.Stage(t, stage)), stage)
		})
	}
}

// TestInvariantsWithoutFlags: a team's own app may have none of cdk.json's feature flags.
func TestInvariantsWithoutFlags(t *testing.T) {
	app, stage := synth.NewAppWith(t, nil), infra.Stages()[0]
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	assertInvariants(t, parse(t, synth.Template(t, app, stage)), stage)
}

// TestInvariantsOfAnyProps holds the rules to props that nobody chose by hand. Each set costs a
// synthesis, so there are few of them, and other ones on each run; rapid prints those that fail.
func TestInvariantsOfAnyProps(t *testing.T) {
	usual := flag.Lookup("rapid.checks").Value.String()
	t.Cleanup(func() { flag.Set("rapid.checks", usual) })
	if err := flag.Set("rapid.checks", "12"); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		stage := infra.Stage{Name: "any", Uploads: anyProps(r)}
		assertInvariants(r, parse(t, synth.Stage(t, stage)), stage)
	})
}

// anyProps draws valid props.
func anyProps(r *rapid.T) infra.UploadsProps {
	sometimes := rapid.Bool()
	long := sometimes.Draw(r, "long")
	minutes := 15
	if long {
		minutes = 60
	}
	return infra.UploadsProps{
		AllowedOrigins: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"http://localhost:3000", "http://127.0.0.1:8080", "https://app.example.com", "https://xn--bcher-kva.example:8443",
		}), 1, 3, rapid.ID).Draw(r, "origins"),
		AllowLongURLs:    long,
		URLLifetime:      time.Duration(rapid.IntRange(60, minutes*60).Draw(r, "seconds")) * time.Second,
		MaxSize:          rapid.Int64Range(1, 5<<30).Draw(r, "size"),
		AllowedTypes:     rapid.SampledFrom([][]string{nil, {"image/png"}, {"image/svg+xml", "video/*"}}).Draw(r, "types"),
		ThrottleRate:     rapid.Float64Range(0.5, 10_000).Draw(r, "rate"),
		ThrottleBurst:    rapid.IntRange(1, 5_000).Draw(r, "burst"),
		LogRetentionDays: rapid.SampledFrom([]int{0, 1, 30, 3653}).Draw(r, "days"),
		Disposable:       sometimes.Draw(r, "disposable"),
		OptionalMFA:      sometimes.Draw(r, "optional MFA"),
		PasswordAuth:     sometimes.Draw(r, "password"),
		NoSimpleRoute:    sometimes.Draw(r, "no simple route"),
	}
}

func assertInvariants(t interface{ Errorf(string, ...any) }, parsed *template, stage infra.Stage) {
	for _, invariant := range invariants {
		for _, complaint := range invariant.check(parsed, stage) {
			t.Errorf("%s: %s", invariant.name, complaint)
		}
	}
}
