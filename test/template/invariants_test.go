package template_test

import (
	"cmp"
	"strings"
	"testing"

	"signpost/infra"
	"signpost/infra/uploads"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// invariant is a rule that every template keeps, whatever the stage asks for. What it compares with
// is written out here and never taken from package uploads. There is a rule where the golden files
// can't help: because it must hold for props in every combination, or because breaking it, even by
// an -update that nobody looked at, would lose data or let somebody in.
type invariant struct {
	name  string
	check func(t *template, want asked) complaints
}

var invariants = []invariant{
	{"roles hold no more than they need", checkRoles},
	{"only API Gateway calls the functions", checkFunctionPermissions},
	{"each function starts with its environment", checkEnvironment},
	{"bucket policies refuse and allow nobody", checkBucketPolicies},
	{"signed URLs grow no older than the functions sign them for", checkSignatureAge},
	{"only the pages reach the bucket", checkBucketCORS},
	{"what is stored stays", checkExpiry},
	{"all uploads are scanned", checkScan},
	{"the webhook hears of uploads alone", checkWebhook},
	{"every method needs a token", checkAuthorizers},
	{"the pages can read what API Gateway answers", checkAPICORS},
	{"the API's logs hold no secret", checkAPILogs},
	{"the web ACL lets no more through than it must", checkWebACL},
	{"monitoring sees everything that is there", checkMonitoring},
	{"the user pool is closed", checkUserPool},
	{"data outlives the stack", checkRetention},
	{"logical ids of what holds data never change", checkPinnedIDs},
	{"nothing replaces what holds data", checkReplacement},
	{"nothing is shared with the account", checkNothingShared},
}

// asked is what a stage asks for, as far as the rules look at it. Nothing else here reads props.
type asked struct {
	ofRealUsers                                       bool // a stage that is deployed and whose data somebody would miss
	origins, clientIDs, scopes                        []string
	poolARN, group, prefix, boundary, accessLogBucket string
	multipart, resumable, simpleRoute                 bool
	downloads, listings, deletions, scans             bool
	sourceRanges, malwareScan, ownKey, tracing        bool
	acceleration                                      bool
	optionalMFA, passwordAuth                         bool
	disposable, firstDeployment                       bool
	expireDays, expireVersionsDays                    int
	largestFile                                       int64
	kinds                                             []uploads.Kind
	unnamedKind                                       bool
	alarms, alarmBytesGiven, logQueries               bool
	webhook                                           *uploads.Webhook
	noPool                                            bool
	poolIssuer                                        string
	issuers                                           *uploads.Issuers
}

func askedOf(stage infra.Stage) asked {
	p := stage.Uploads
	newPool, existingPool, expiry := orZero(p.Callers.NewPool), orZero(p.Callers.ExistingPool), orZero(p.Expiry)
	return asked{
		ofRealUsers: isDeployed(stage) && !forTrials(stage),
		origins:     p.AllowedOrigins, clientIDs: existingPool.ClientIDs, scopes: scopes(stage),
		poolARN: existingPool.PoolARN, group: p.Callers.RequiredGroup, prefix: cmp.Or(p.KeyPrefix, "uploads/"), boundary: p.PermissionsBoundaryARN, accessLogBucket: p.AccessLogBucketName,
		multipart: multipart(stage), resumable: p.Multipart.Resumable, simpleRoute: !p.NoSimpleRoute,
		downloads: p.Downloads != nil, listings: p.Listings != nil, deletions: p.Deletions != nil, scans: p.Scans != nil,
		sourceRanges: p.SourceRanges != nil, malwareScan: p.MalwareScan, ownKey: hasOwnKey(stage), tracing: p.Tracing,
		acceleration: p.TransferAcceleration,
		optionalMFA:  newPool.OptionalMFA, passwordAuth: newPool.PasswordAuth,
		disposable: p.Disposable, firstDeployment: p.FirstDeployment,
		expireDays: expiry.UploadsAfterDays, expireVersionsDays: expiry.VersionsAfterDays,
		largestFile: largestFile(stage), kinds: p.Kinds, unnamedKind: !p.NoUnnamedKind,
		webhook: p.Webhook,
		noPool:  p.Callers.Issuers != nil && p.Callers.NewPool == nil && p.Callers.ExistingPool == nil, issuers: p.Callers.Issuers, poolIssuer: existingPool.IssuerURL,
		alarms: p.Alarms != nil, alarmBytesGiven: orZero(p.Alarms).BytesSigned != 0, logQueries: p.LogQueries,
	}
}

// multipart reports whether some file is large enough to be sent in parts.
func multipart(stage infra.Stage) bool {
	return largestFile(stage) > cmp.Or(stage.Uploads.Multipart.Threshold, 16<<20)
}

// largestFile is the size of the largest file of the kinds that are open.
func largestFile(stage infra.Stage) (largest int64) {
	p := stage.Uploads
	if !p.NoUnnamedKind {
		largest = cmp.Or(p.MaxSize, 5<<30)
	}
	for _, kind := range p.Kinds {
		largest = max(largest, cmp.Or(kind.MaxSize, p.MaxSize, 5<<30))
	}
	return largest
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
		for _, complaint := range invariant.check(parsed, askedOf(stage)) {
			t.Errorf("%s: %s", invariant.name, complaint)
		}
	}
}
