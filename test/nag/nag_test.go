// Package nag_test checks every stage and every option with cdk-nag's packs AwsSolutions, NIST
// 800-53 R5 and HIPAA. A resource may break a rule only with a suppression, which package uploads
// writes into its metadata, and each suppression must be needed.
//
//	go test ./test/nag
//
// node_modules/.bin must be first in PATH.
package nag_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
	"pgregory.net/rapid"

	"signpost/infra"
	"signpost/test/template/options"
	"signpost/test/template/synth"
)

// line is one rule's verdict on one resource.
type line struct {
	RuleID     string `json:"ruleId"`
	ResourceID string `json:"resourceId"`
	Compliance string `json:"compliance"`
	RuleInfo   string `json:"ruleInfo"`
}

// packs are cdk-nag's sets of rules, by the names of their reports.
var packs = map[string]func(*cdknag.NagPackProps) awscdk.IAspect{
	"AwsSolutions":   func(p *cdknag.NagPackProps) awscdk.IAspect { return cdknag.NewAwsSolutionsChecks(p) },
	"NIST.800.53.R5": func(p *cdknag.NagPackProps) awscdk.IAspect { return cdknag.NewNIST80053R5Checks(p) },
	"HIPAA.Security": func(p *cdknag.NagPackProps) awscdk.IAspect { return cdknag.NewHIPAASecurityChecks(p) },
}

// newApp returns an empty app in which a broken rule ends up in the report. With the feature flag
// on, a broken rule would end the synthesis instead.
func newApp(t *testing.T) awscdk.App {
	t.Helper()
	context := synth.Context(t)
	context["@aws-cdk/core:annotationsInValidationReport"] = false
	return synth.NewAppWith(t, context)
}

// report synthesizes what is in the app under the rules of all packs and returns all verdicts.
func report(t *testing.T, app awscdk.App, stack string) (lines []line) {
	t.Helper()
	for _, pack := range packs {
		awscdk.Aspects_Of(app).Add(pack(&cdknag.NagPackProps{
			ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
		}), nil)
	}
	app.Synth(nil)
	for name := range packs {
		// The app's name comes before the stack's, and is empty.
		text, err := os.ReadFile(filepath.Join(*app.Outdir(), name+"--"+stack+"-NagReport.json"))
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Lines []line `json:"lines"`
		}
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, read.Lines...)
	}
	return lines
}

func TestStages(t *testing.T) {
	for _, stage := range infra.Stages() {
		t.Run(stage.Name, func(t *testing.T) { assertRules(t, stage) })
	}
}

func TestOptions(t *testing.T) {
	for _, option := range options.All() {
		t.Run(option.Name, func(t *testing.T) { assertRules(t, option.Stage()) })
	}
}

// TestAnyProps checks any valid props with the rules, other ones on each run: a few, and many in
// CI, for each set takes a second.
func TestAnyProps(t *testing.T) {
	checks := "8"
	if os.Getenv("CI") != "" {
		checks = "100"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		props := options.Any(r)
		t.Run("", func(t *testing.T) { assertRules(t, infra.Stage{Name: "any", Uploads: props}) })
		if t.Failed() {
			r.Errorf("these props break rules")
		}
	})
}

// assertRules wants each rule kept, or broken with a suppression, and each suppression needed.
func assertRules(t *testing.T, stage infra.Stage) {
	app := newApp(t)
	infra.NewUploadStack(app, synth.WithStub(t, stage))
	used, looked := map[string]bool{}, map[string]bool{}
	for _, line := range report(t, app, stage.StackName()) {
		rule, _, _ := strings.Cut(line.RuleID, "[")
		switch line.Compliance {
		case "Compliant":
			pack, _, _ := strings.Cut(rule, "-")
			looked[pack] = true
		case "Suppressed":
			used[line.ResourceID+" "+rule] = true
		default:
			t.Errorf("%s: %s is %s: %s", line.ResourceID, line.RuleID, line.Compliance, line.RuleInfo)
		}
	}
	for name := range packs {
		if !looked[name] {
			t.Errorf("not one rule of %s looked at the stack", name)
		}
	}
	for _, suppression := range suppressions(t, app) {
		if !used[suppression] {
			t.Errorf("the suppression of %s is not needed", suppression)
		}
	}
}

// suppressions returns "<construct path> <rule>" of every suppression in the app, and complains of
// those without a reason.
func suppressions(t *testing.T, app awscdk.App) []string {
	t.Helper()
	var found []string
	for _, construct := range *app.Node().FindAll("") {
		resource, ok := construct.(awscdk.CfnResource)
		if !ok {
			continue
		}
		metadata, _ := resource.GetMetadata(jsii.String("cdk_nag")).(map[string]any)
		rules, _ := metadata["rules_to_suppress"].([]any)
		for _, rule := range rules {
			rule := rule.(map[string]any)
			if reason, _ := rule["reason"].(string); len(strings.Fields(reason)) < 5 {
				t.Errorf("%s: the suppression of %v gives no reason: %q", *resource.Node().Path(), rule["id"], reason)
			}
			found = append(found, *resource.Node().Path()+" "+rule["id"].(string))
		}
	}
	return found
}

// TestRulesAreApplied shows that the test above can fail: a bare bucket breaks rules.
func TestRulesAreApplied(t *testing.T) {
	app := newApp(t)
	stack := awscdk.NewStack(app, jsii.String("Bare"), nil)
	awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	broken := map[string]bool{}
	for _, line := range report(t, app, "Bare") {
		if line.Compliance == "Non-Compliant" {
			broken[line.RuleID] = true
		}
	}
	for _, rule := range []string{"AwsSolutions-S1", "AwsSolutions-S10", "NIST.800.53.R5-S3BucketLoggingEnabled", "HIPAA.Security-S3BucketLoggingEnabled"} {
		if !broken[rule] {
			t.Errorf("a bare bucket does not break %s; broken: %v", rule, broken)
		}
	}
}
