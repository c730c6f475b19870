// Package nag_test holds every stage to cdk-nag's AwsSolutions rules: none may be broken but with
// an excuse, written beside the resource by package infra, and each excuse must be needed.
//
//	cd test/nag && go test ./...
//
// It is a module of its own; its go.mod says why. node_modules/.bin must be first in PATH.
package nag_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"signpost/infra"
	"signpost/test/template/synth"
)

// line is one rule's verdict on one resource.
type line struct {
	RuleID     string `json:"ruleId"`
	ResourceID string `json:"resourceId"`
	Compliance string `json:"compliance"`
	RuleInfo   string `json:"ruleInfo"`
}

// report synthesizes what is in the app under the AwsSolutions rules and returns all verdicts.
func report(t *testing.T, app awscdk.App, stack string) []line {
	t.Helper()
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
	}), nil)
	app.Synth(nil)
	// Before the stack's name stands the app's, which has none.
	text, err := os.ReadFile(filepath.Join(*app.Outdir(), "AwsSolutions--"+stack+"-NagReport.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Lines []line `json:"lines"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read.Lines
}

func TestAwsSolutions(t *testing.T) {
	for _, stage := range infra.Stages() {
		t.Run(stage.Name, func(t *testing.T) {
			app := synth.NewApp(t)
			infra.NewUploadStack(app, synth.WithStub(t, stage))
			used := map[string]bool{}
			compliant := 0
			for _, line := range report(t, app, stage.StackName()) {
				switch line.Compliance {
				case "Compliant":
					compliant++
				case "Suppressed":
					rule, _, _ := strings.Cut(line.RuleID, "[")
					used[line.ResourceID+" "+rule] = true
				default:
					t.Errorf("%s: %s is %s: %s", line.ResourceID, line.RuleID, line.Compliance, line.RuleInfo)
				}
			}
			if compliant == 0 {
				t.Error("not one rule looked at the stack")
			}
			for _, excuse := range excuses(t, app) {
				if !used[excuse] {
					t.Errorf("the excuse of %s is not needed", excuse)
				}
			}
		})
	}
}

// excuses returns "<construct path> <rule>" of every excuse in the app, and complains of those
// without a reason.
func excuses(t *testing.T, app awscdk.App) []string {
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
				t.Errorf("%s: the excuse of %v gives no reason: %q", *resource.Node().Path(), rule["id"], reason)
			}
			found = append(found, *resource.Node().Path()+" "+rule["id"].(string))
		}
	}
	return found
}

// TestRulesAreApplied shows that the test above can fail: a bare bucket breaks rules.
func TestRulesAreApplied(t *testing.T) {
	app := synth.NewApp(t)
	stack := awscdk.NewStack(app, jsii.String("Bare"), nil)
	awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	broken := map[string]bool{}
	for _, line := range report(t, app, "Bare") {
		if line.Compliance == "Non-Compliant" {
			broken[line.RuleID] = true
		}
	}
	for _, rule := range []string{"AwsSolutions-S1", "AwsSolutions-S10"} {
		if !broken[rule] {
			t.Errorf("a bare bucket does not break %s; broken: %v", rule, broken)
		}
	}
}
