package template_test

import (
	"strings"
	"testing"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// invariant is a rule that every template keeps, whatever the stage allows. What it compares with
// is written out here and never taken from package uploads.
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
	{"nothing replaces what holds data", checkReplacement},
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
			assertInvariants(t, parse(t, synthesized(t, stage.Name, stage)), stage)
		})
	}
}

// TestInvariantsWithoutFlags: a team's own app may have none of cdk.json's feature flags.
func TestInvariantsWithoutFlags(t *testing.T) {
	app, stage := synth.NewAppWith(t, nil), infra.Stages()[0]
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	assertInvariants(t, parse(t, synth.Template(t, app, stage)), stage)

	app, stage = synth.NewAppWith(t, nil), options.Everything()
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	assertInvariants(t, parse(t, synth.Template(t, app, stage)), stage)
}

// TestEnvironmentFits: "Lambda quotas" has 4 KB for all environment variables together.
func TestEnvironmentFits(t *testing.T) {
	stage := options.Everything()
	p := &stage.Uploads
	p.AllowedOrigins, p.AllowedTypes = fill(1300, "https://", ".example"), fill(1300, "application/", "")
	p.Callers = uploads.Callers{ExistingPool: &uploads.ExistingPool{PoolARN: options.PoolARN, ClientIDs: fill(300, "", "")}, RequiredGroup: strings.Repeat("g", 128)}
	p.KeyPrefix, p.MetricsNamespace = strings.Repeat("a", 199)+"/", strings.Repeat("n", 255)
	for _, function := range parse(t, synth.Stage(t, stage)).of("AWS::Lambda::Function") {
		total := 63 // a bucket's name, which the template refers to
		for name, value := range function.env() {
			total += len(name)
			if text, ok := value.(string); ok {
				total += len(text)
			}
		}
		if total > 4096 || total < 1800 {
			t.Errorf("%s has %d characters of environment", function.id, total)
		}
	}
}

// fill returns ten values that are as long as may be once joined by commas.
func fill(total int, before, after string) (values []string) {
	for i := range 10 {
		length := total/10 - 1 - len(before) - len(after)
		if len(before) > 0 && length > 60 && after != "" {
			length = 60
		}
		values = append(values, before+strings.Repeat(string(rune('a'+i)), length)+after)
	}
	return values
}

func assertInvariants(t interface{ Errorf(string, ...any) }, parsed *template, stage infra.Stage) {
	for _, invariant := range invariants {
		for _, complaint := range invariant.check(parsed, stage) {
			t.Errorf("%s: %s", invariant.name, complaint)
		}
	}
}
